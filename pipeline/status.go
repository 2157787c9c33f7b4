package pipeline

import (
	"context"
	"errors"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/fetch"
	"tranche/pipeline/publish"
	"tranche/pipeline/store"
)

// ErrNothingPublished says that no run has succeeded yet.
var ErrNothingPublished = errors.New("nothing has been published yet; run `tranche run` first")

// OpenPublished opens the published file read only, without access to any other file.
func OpenPublished(ctx context.Context, c *config.Config) (*store.Session, error) {
	s, err := openPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := s.Exec(ctx, "set enable_external_access = false; set lock_configuration = true"); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openPublished opens it read only, but lets the session write files.
func openPublished(ctx context.Context, c *config.Config) (*store.Session, error) {
	s, err := store.Open(ctx, store.Options{MemoryLimit: c.Database.MemoryLimit, Threads: c.Database.Threads})
	if err != nil {
		return nil, err
	}
	if err := attachPublished(ctx, s, c); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func attachPublished(ctx context.Context, s *store.Session, c *config.Config) error {
	path := c.Folders.Published()
	if !files.Exists(path) {
		return ErrNothingPublished
	}
	if err := s.AttachReadOnly(ctx, path, "published"); err != nil {
		return err
	}
	return s.Exec(ctx, "set search_path = 'published.mart'")
}

// ErrOtherVersion says that another version of Tranche made the published file.
var ErrOtherVersion = errors.New("what is published was made by another version of Tranche; " +
	"tranche run publishes it again")

// OfThisVersion checks the published file for the newest columns, which stand for all others.
func OfThisVersion(ctx context.Context, s *store.Session) error {
	var n int
	err := s.Row(ctx, `select count(*) from duckdb_columns()
		where database_name = 'published' and (table_name, column_name) in
			(('deliveries', 'answer'), ('accruals', 'true_up'), ('statement_lines', 'cut'))`, []any{&n})
	if err != nil {
		return err
	}
	if n < 3 {
		return ErrOtherVersion
	}
	return nil
}

// Status summarizes the published file.
func Status(ctx context.Context, c *config.Config) (*Summary, error) {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := OfThisVersion(ctx, s); err != nil {
		return nil, err
	}
	summary := &Summary{Folders: c.Folders, Currency: c.Programme.Currency}
	err = s.Row(ctx, "select hash, through_month from mart.as_of where part = 'run'",
		[]any{&summary.RunID, &summary.Month})
	if err != nil {
		return nil, err
	}
	summary.missingFeeds(c.Feeds)
	for _, o := range Outages(c) {
		summary.Looks = append(summary.Looks, fetch.Look{Source: o.Source, Down: o.Error, Since: o.Since.In(c.Serve.Zone)})
	}
	// A file that no run will take keeps a month from being closed.
	if summary.Arrivals, err = LeftInInbox(Options{Config: c, Now: time.Now()}); err != nil {
		return nil, err
	}
	if summary.Withheld, err = publish.WithheldOf(c.Folders.Statements); err != nil {
		return nil, err
	}
	return summary, summary.read(ctx, s, time.Now())
}

// Asking is Ask or AskConfined.
type Asking func(context.Context, *config.Config, string, func(array.RecordReader) error, ...any) error

// AskConfined is Ask in a process that asks nothing else: it can never again take more memory than the database may.
func AskConfined(
	ctx context.Context, c *config.Config, question string, each func(array.RecordReader) error, args ...any,
) error {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Confine(ctx); err != nil {
		return err
	}
	return ask(ctx, s, question, each, args...)
}

// Ask gives the answer to a question about the published marts to each. The question is one statement that only
// reads.
func Ask(
	ctx context.Context, c *config.Config, question string, each func(array.RecordReader) error, args ...any,
) error {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	return ask(ctx, s, question, each, args...)
}

func ask(
	ctx context.Context, s *store.Session, question string, each func(array.RecordReader) error, args ...any,
) error {
	if err := s.Reads(question); err != nil {
		return err
	}
	return store.Refusal(s.Arrow(ctx, question, each, args...))
}
