package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/programme"
	"tranche/reports"
	"tranche/reports/xlsx"
)

// ErrNothingToCompare says that the months asked for are not there, or that the
// other programme is not in force in any of them.
var ErrNothingToCompare = errors.New("there is nothing to compare")

// Compare works the loaded facts out under the configured programme and under
// another, and puts what they give side by side: for one month, or, when it is
// zero, for all months up to the newest. The store is opened for reading only
// and both results are thrown away.
func Compare(ctx context.Context, o Options, other programme.Programme) (*reports.Comparison, error) {
	r := &run{Options: o, facts: map[string]any{}, summary: &Summary{}, proven: func() error { return nil }} // closed months count for nothing here
	if err := r.prepareToRead(); err != nil {
		return nil, err
	}
	defer func() {
		_ = os.RemoveAll(o.Config.Folders.Work()) // before the lock is given up, after which it is another's
		r.release()
	}()
	if err := r.openToRead(ctx); err != nil {
		return nil, err
	}
	from, err := r.chooseMonths(ctx, other)
	if err != nil {
		return nil, err
	}
	now, err := r.outcome(ctx, o.Config.Programme, from)
	if err != nil {
		return nil, fmt.Errorf("under the configured programme: %w", err)
	}
	theirs, err := r.outcome(ctx, other, from)
	if err != nil {
		return nil, fmt.Errorf("under the other programme: %w", err)
	}
	return reports.Compare(now, theirs, from, r.month), nil
}

// prepareToRead takes the lock and empties the work folder, which is ours as
// long as we hold it. Where nothing has been loaded it leaves no trace.
func (r *run) prepareToRead() error {
	if _, err := os.Stat(r.Config.Folders.Store()); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no %s: %w", r.Config.Folders.Store(), loading.ErrRunFirst)
	}
	return r.takeLock()
}

// openToRead attaches the store as it is, once it holds all that has landed.
func (r *run) openToRead(ctx context.Context) error {
	var err error
	if r.landed, err = landing.List(r.Config.Folders.Landing); err != nil {
		return err
	}
	if err := r.openSession(ctx); err != nil {
		return err
	}
	if err := loading.OpenStoreToRead(ctx, r.session, r.Config.Folders.Store()); err != nil {
		return err
	}
	return r.loader().Whole(ctx, r.landed)
}

// chooseMonths sets the first and the last month compared and refuses those in
// which one of the programmes, or any sale, would be missing altogether: zeros
// would look like an answer.
func (r *run) chooseMonths(ctx context.Context, other programme.Programme) (from time.Time, err error) {
	asked := r.Month
	r.Month = time.Time{}
	if err := r.chooseMonth(ctx); err != nil {
		return from, err
	}
	newest := r.month
	first, theirs := monthOf(r.Config.Programme.Versions[0].From), other.Versions[0].From
	if asked.IsZero() {
		from = first
		if v := monthOf(theirs); v.Before(from) {
			from = v
		}
	} else {
		if asked.Before(first) || asked.After(newest) {
			return from, fmt.Errorf("%s: %w: the months there are go from %s to %s", MonthName(asked), ErrNothingToCompare, MonthName(first), MonthName(newest))
		}
		from, r.month = asked, asked
	}
	if !theirs.Before(r.month.AddDate(0, 1, 0)) {
		return from, fmt.Errorf("%s: %w: the other programme begins on %s", MonthName(r.month), ErrNothingToCompare, theirs.Format(time.DateOnly))
	}
	return from, nil
}

func monthOf(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// outcome builds and checks every model under a programme, in the work folder as
// a run does, reads what it gives and forgets the rest.
func (r *run) outcome(ctx context.Context, p programme.Programme, from time.Time) (*reports.Outcome, error) {
	c := *r.Config
	c.Programme = p
	trial := *r
	trial.Config = &c
	if err := trial.transform(ctx); err != nil {
		return nil, err
	}
	if err := trial.check(ctx); err != nil {
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
