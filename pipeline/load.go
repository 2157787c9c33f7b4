package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/store"
)

// load opens the store, loads the new files, and chooses the month of the run.
func (r *run) load(ctx context.Context, landed []landing.File, say facts) (err error) {
	if err := keysStand(r.ledger.Last(), r.Config.Feeds, landed); err != nil {
		return err
	}
	if r.session, err = openSession(ctx, r.Config); err != nil {
		return err
	}
	if r.damaged != nil {
		say["store"] = "set aside and filled anew: " + r.damaged.Error()
	}
	if err := openStore(ctx, r.session, r.Config.Folders.Store(), say); err != nil {
		return err
	}
	l := loader(r.Config, r.session, r.ledger.Log)
	for _, a := range r.summary.arrived() {
		if a.Fate == landing.Landed {
			l.Fresh[a.File.SHA256] = true
		}
	}
	if r.summary.Loaded, err = load(ctx, l, landed, r.progress("load")); err != nil {
		return err
	}
	say["files"], say["new"] = len(landed), len(r.summary.Loaded)
	month, err := chooseMonth(ctx, r.session, r.Options, r.ledger.FirstOpen())
	if err != nil {
		return err
	}
	r.summary.Month = month
	say["month"] = MonthName(month)
	return nil
}

// load loads the files that an open store lacks, and says what became of each.
func load(
	ctx context.Context, l *loading.Loader, landed []landing.File, progress func(done, total int),
) (outcomes []loading.Outcome, err error) {
	if err := l.ForgetDropped(ctx); err != nil {
		return nil, err
	}
	if err := l.Keep(ctx, landed); err != nil {
		return nil, err
	}
	for i, f := range landed {
		progress(i, len(landed))
		out, isNew, err := l.Load(ctx, f)
		if err != nil {
			return outcomes, err
		}
		if isNew {
			outcomes = append(outcomes, out)
		}
	}
	if err := l.Gather(ctx); err != nil {
		return outcomes, err
	}
	progress(len(landed), len(landed))
	debug.FreeOSMemory() // DuckDB needs the memory from here on
	return outcomes, nil
}

func loader(c *config.Config, s *store.Session, log []audit.Decision) *loading.Loader {
	return &loading.Loader{
		Session: s,
		Landing: c.Folders.Landing,
		Work:    c.Folders.Work(),
		Feeds:   c.Feeds,
		Fresh:   map[string]bool{},
		Dropped: slices.Sorted(maps.Keys(ledger.Dropped(log))),
	}
}

// openSession starts DuckDB with the configured limits. It spills into the work folder.
func openSession(ctx context.Context, c *config.Config) (*store.Session, error) {
	return openSessionIn(ctx, c, c.Folders.Work())
}

// openSessionIn opens a session that spills to a folder of its own.
func openSessionIn(ctx context.Context, c *config.Config, work string) (*store.Session, error) {
	return store.Open(ctx, store.Options{
		MemoryLimit: c.Database.MemoryLimit,
		Threads:     c.Database.Threads,
		TempLimit:   c.Database.TempLimit,
		TempFolder:  filepath.Join(work, "spill"),
	})
}

// closeSession ends a session and removes its tables. Lasting databases are detached before, so a checkpoint would
// write only tables that are removed. After a failed run the store keeps its log, and the next run reads it.
func closeSession(s *store.Session, work string) {
	if s == nil {
		return
	}
	_ = s.Exec(context.Background(), "pragma disable_checkpoint_on_shutdown")
	_ = s.Close()
	_ = os.RemoveAll(tablesFile(work)) // if it cannot, the next run does
}

// openStore attaches the store. It sets aside one that is unreadable or of another version: the store is a cache.
func openStore(ctx context.Context, s *store.Session, path string, say facts) error {
	if loading.OpenStore(ctx, s, path) == nil {
		return nil
	}
	if err := setAside(path); err != nil {
		return err
	}
	say["store"] = "set aside and filled anew"
	return loading.OpenStore(ctx, s, path)
}

// setAside renames a store and its write-ahead log. Only the last one is kept, for inspection.
func setAside(path string) error {
	for _, suffix := range []string{"", ".wal"} {
		err := os.Rename(path+suffix, path+".aside"+suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("set the store aside: %w", err)
		}
	}
	return nil
}

// forgetCaches sets the store aside, and removes the copies of stated rows.
func forgetCaches(f config.Folders) error {
	if err := setAside(f.Store()); err != nil {
		return err
	}
	return ledger.ForgetCopies(f.State)
}

// chooseMonth takes the month asked for, or the newest month with sales that has begun: one date far ahead must not
// open the future. The month is never before the first open one.
func chooseMonth(ctx context.Context, s *store.Session, o Options, firstOpen time.Time) (month time.Time, err error) {
	programme := o.Config.Programme.Versions[0].From
	if month = o.Month; month.IsZero() {
		err = s.Row(ctx, `select coalesce(date_trunc('month', max(document_date) filter (where document_date < ?)), ?)
			from store.raw.sales`, []any{&month}, monthOf(o.Now).AddDate(0, 1, 0), monthOf(programme))
		if err != nil {
			return month, err
		}
	}
	if !month.AddDate(0, 1, 0).After(programme) {
		if !o.Month.IsZero() {
			return month, fmt.Errorf("%s: %w (%s)", MonthName(month), ErrTooEarly, programme.Format(time.DateOnly))
		}
		month = monthOf(programme)
	}
	if o.Month.IsZero() {
		month = later(month, o.NotBefore)
	}
	return later(month, firstOpen), nil
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func monthOf(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
}
