package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"tranche/pipeline/config"
	"tranche/pipeline/programme"
	"tranche/pipeline/store"
	"tranche/reports"
	"tranche/reports/xlsx"
	"tranche/transforms"
)

// Compare works the loaded facts out under the configured programme and under
// another, and puts what they give side by side: for one month, or, when it is
// zero, for all months up to the newest. The store is opened for reading only
// and both results are thrown away.
func Compare(ctx context.Context, o Options, other programme.Programme) (*reports.Comparison, error) {
	r := &run{Options: o, facts: map[string]any{}, summary: &Summary{}}
	r.lock = flock.New(filepath.Join(o.Config.Folders.State, "lock"))
	got, err := r.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", o.Config.Folders.State, err)
	}
	if !got {
		return nil, ErrLocked
	}
	defer r.release()
	if err := r.openToRead(ctx); err != nil {
		return nil, err
	}
	if err := r.chooseMonth(ctx); err != nil {
		return nil, err
	}
	from := r.month
	if o.Month.IsZero() {
		from = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	now, err := r.outcome(ctx, o.Config.Programme, from)
	if err != nil {
		return nil, fmt.Errorf("under the configured programme: %w", err)
	}
	theirs, err := r.outcome(ctx, other, from)
	if err != nil {
		return nil, fmt.Errorf("under the other programme: %w", err)
	}
	if o.Month.IsZero() {
		first := o.Config.Programme.Versions[0].From
		if v := other.Versions[0].From; v.Before(first) {
			first = v
		}
		from = time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	return reports.Compare(now, theirs, from, r.month), nil
}

// openToRead attaches the store as it is.
func (r *run) openToRead(ctx context.Context) error {
	var err error
	d := r.Config.Database
	r.session, err = store.Open(ctx, store.Options{MemoryLimit: d.MemoryLimit, Threads: d.Threads, TempLimit: d.TempLimit})
	if err != nil {
		return err
	}
	if err := r.session.AttachReadOnly(ctx, r.Config.Folders.Store(), "store"); err != nil {
		return errors.Join(ErrNothingPublished, err)
	}
	return nil
}

// outcome builds and checks every model in memory under a programme, reads what
// it gives and forgets the rest.
func (r *run) outcome(ctx context.Context, p programme.Programme, from time.Time) (*reports.Outcome, error) {
	c := *r.Config
	c.Programme = p
	own := *r
	own.Config = &c
	if err := r.session.Exec(ctx, "attach ':memory:' as published"); err != nil {
		return nil, err
	}
	if err := own.models(ctx); err != nil {
		return nil, err
	}
	if err := transforms.Check(ctx, r.session); err != nil {
		return nil, err
	}
	out, err := reports.ReadOutcome(ctx, r.session, from, r.month)
	if err != nil {
		return nil, err
	}
	return out, r.forget(ctx)
}

// WriteComparison writes a comparison as a workbook.
func WriteComparison(out io.Writer, c *reports.Comparison) error { return xlsx.Comparison(out, c) }

// OtherProgramme reads a programme that is not the configured one, for Compare.
func OtherProgramme(c *config.Config, path string) (programme.Programme, error) {
	p, err := config.ReadProgramme(path, c.Programme)
	if err != nil {
		return p, err
	}
	if p.Currency != c.Programme.Currency {
		return p, fmt.Errorf("%s reckons in %s and %s in %s: amounts in two currencies cannot be compared", path, p.Currency, c.Path, c.Programme.Currency)
	}
	return p, nil
}
