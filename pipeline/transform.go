package pipeline

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger"
	"tranche/pipeline/programme"
	"tranche/pipeline/store"
	"tranche/transforms"
)

// newFile is the new published database while it is built.
func newFile(work string) string { return filepath.Join(work, "published.duckdb") }

// tablesFile holds the staging and intermediate tables. In a file they are compressed; in memory they would be
// several times as large, and spill to the disk.
func tablesFile(work string) string { return filepath.Join(work, "tables.duckdb") }

// transform builds the marts of the run's month from the loaded store.
func (r *run) transform(ctx context.Context, landed []landing.File) error {
	runID, err := transform(ctx, r.session, r.input(landed))
	r.summary.RunID = runID
	return err
}

func (r *run) input(landed []landing.File) transformInput {
	return transformInput{
		Config:    r.Config,
		Program:   r.Program,
		Programme: r.Config.Programme,
		Ledger:    r.ledger,
		Month:     r.summary.Month,
		Landed:    landed,
		Plans:     r.Plans,
		Progress:  r.progress("transform"),
	}
}

// transformInput is the input of the marts, besides the store.
type transformInput struct {
	Config    *config.Config
	Program   string
	Programme programme.Programme // the configured one, or the other of a comparison
	Ledger    *ledger.Ledger      // an empty one: no month counts as closed
	Month     time.Time
	Landed    []landing.File
	Plans     string
	Progress  func(done, total int)
	Raw       string   // the schema of the typed facts; empty: the store's
	Wanted    []string // the models that are made, with all that they read; nil: every model
}

// transform builds the marts in a new database aside, which begins with the stated rows of closed months.
func transform(ctx context.Context, s *store.Session, in transformInput) (runID string, err error) {
	if runID, err = prepare(ctx, s, in); err != nil {
		return runID, err
	}
	return runID, models(ctx, s, in)
}

// inputsHash is over the files that the models read.
func (in transformInput) inputsHash() string {
	var inputs []byte
	for _, f := range in.Landed {
		inputs = append(inputs, f.SHA256+"\n"...)
	}
	return files.HashBytes(inputs)[:16]
}

// runID is equal for equal programs, files, rules and months.
func runID(in transformInput) string {
	through := in.Month.Format(time.DateOnly)
	text := in.Program + "\n" + in.Config.SourceHash + "\n" + through + "\n" + in.inputsHash()
	return files.HashBytes([]byte(text))[:12]
}

// prepare lays before the models all that they read besides the facts.
func prepare(ctx context.Context, s *store.Session, in transformInput) (string, error) {
	runID := runID(in)
	if err := lookAhead(ctx, s, in); err != nil {
		return runID, err
	}
	if err := writeRules(ctx, s, in); err != nil {
		return runID, err
	}
	err := s.Exec(ctx, `create table rules.run (run_id varchar, program varchar, config_hash varchar,
		through_month date, files bigint, inputs_hash varchar)`)
	if err != nil {
		return runID, err
	}
	err = s.Exec(ctx, "insert into rules.run values (?, ?, ?, ?, ?, ?)",
		runID, in.Program, in.Config.SourceHash, in.Month, len(in.Landed), in.inputsHash())
	if err != nil {
		return runID, err
	}
	return runID, writeExpected(ctx, s)
}

// models builds every model.
func models(ctx context.Context, s *store.Session, in transformInput) error {
	work := in.Config.Folders.Work()
	hasStated, err := ledger.CopyStated(ctx, s, in.Ledger,
		ledger.Copying{Cache: in.Config.Folders.State, Work: work, To: newFile(work), Yearly: yearlyFeeds(in.Config.Feeds)})
	if err != nil {
		return err
	}
	if err := s.Attach(ctx, newFile(work), "published"); err != nil {
		return err
	}
	if err := s.AttachUnlogged(ctx, tablesFile(work), "tables"); err != nil {
		return err
	}
	err = s.Exec(ctx, `create schema if not exists published.mart;
		create schema tables.staging;
		create schema tables.intermediate;
		set search_path = 'memory.main,`+cmp.Or(in.Raw, "store.raw")+`,memory.rules,memory.stated,memory.expected,`+
		"tables.staging,tables.intermediate,published.mart'")
	if err != nil {
		return err
	}
	to := transforms.Target{
		Work:      "tables",
		Mart:      "published",
		HasStated: hasStated,
		Plans:     in.Plans,
		Wanted:    in.Wanted,
		Read:      []string{},
	}
	done := 0
	return transforms.Build(ctx, s, to, func(_ string, of int) {
		done++
		in.Progress(done, of)
	})
}

// writeRules writes the stated rows, the programme and people's decisions as tables.
func writeRules(ctx context.Context, s *store.Session, in transformInput) error {
	if err := transforms.Prepare(ctx, s, "memory"); err != nil {
		return err
	}
	if err := in.Ledger.Load(ctx, s, "memory.stated", yearlyFeeds(in.Config.Feeds)); err != nil {
		return err
	}
	past, err := in.Ledger.Rules()
	if err != nil {
		return err
	}
	span := programme.Span{FirstOpen: in.Ledger.FirstOpen(), Through: in.Month}
	if err := in.Programme.WriteTables(ctx, s, span, past...); err != nil {
		return err
	}
	if err := ledger.WriteWaived(ctx, s, in.Ledger.Log); err != nil {
		return err
	}
	if err := ledger.WriteChanges(ctx, s, in.Ledger.Log); err != nil {
		return err
	}
	if err := writeDeliveries(ctx, s, in.Config); err != nil {
		return err
	}
	if err := ledger.WriteAliases(ctx, s, in.Ledger.Log); err != nil {
		return err
	}
	return writeLimits(ctx, s, in.Config.Feeds)
}

// writeLimits writes the table rules.feeds: how much a file of each feed may change by itself, whether lines are
// counted because the sender does not number them, and whether document numbers begin anew each year.
func writeLimits(ctx context.Context, s *store.Session, feeds []feed.Feed) error {
	err := s.Exec(ctx, `create table rules.feeds (feed varchar, max_corrected_lines bigint,
		max_corrected_amount decimal(18,2), max_withdrawn decimal(5,2), counts_lines boolean,
		max_line_amount decimal(18,2), is_yearly boolean)`)
	for _, f := range feeds {
		if err == nil {
			c := f.Changes
			err = s.Exec(ctx, `insert into rules.feeds values (?, nullif(?, -1),
				(nullif(?, -1)::decimal(18,0) * 0.01::decimal(3,2))::decimal(18,2), ?, ?, nullif(?, '')::decimal(18,2), ?)`,
				f.Name, c.CorrectedLines, c.CorrectedCents, c.Withdrawn, f.CountsLines(), f.MaxLine, f.Yearly)
		}
	}
	return err
}

// check waits until closed months are proved, and runs every check.
func check(ctx context.Context, s *store.Session, l *ledger.Ledger) error {
	if err := l.Proven(); err != nil {
		return err
	}
	return transforms.Check(ctx, s)
}

// forget removes everything that transform has made.
func forget(ctx context.Context, s *store.Session, work string) error {
	err := s.Exec(ctx, `set search_path = 'memory.main';
		detach published;
		detach tables;
		drop schema memory.rules cascade;
		drop schema memory.stated cascade;
		drop schema memory.expected cascade`)
	if err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(newFile(work)), os.RemoveAll(tablesFile(work)))
}
