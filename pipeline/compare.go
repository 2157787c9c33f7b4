package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/programme"
	"tranche/pipeline/store"
	"tranche/reports"
	"tranche/reports/xlsx"
)

// ErrNothingToCompare says that the months are missing, or that the other programme is in force in none of them.
var ErrNothingToCompare = errors.New("there is nothing to compare")

// Compare builds the marts under the configured programme and under another, and compares both: for one month or,
// when it is zero, for all months up to the newest. No month counts as closed. The store is read only, and both
// results are thrown away.
func Compare(ctx context.Context, o Options, other programme.Programme) (*reports.Comparison, error) {
	f := o.Config.Folders
	if !files.Exists(f.Store()) {
		return nil, fmt.Errorf("there is no %s: %w", f.Store(), loading.ErrRunFirst)
	}
	l, err := takeLock(ctx, f, o)
	if err != nil {
		return nil, err
	}
	defer l.release()
	defer os.RemoveAll(f.Work()) //nolint:errcheck // the next run empties it
	log, err := audit.Read(f.Audit())
	if err != nil {
		return nil, err
	}
	landed, err := counted(f.Landing, log)
	if err != nil {
		return nil, err
	}
	s, err := openSession(ctx, o.Config)
	if err != nil {
		return nil, err
	}
	defer closeSession(s, f.Work())
	if err := loading.OpenStoreToRead(ctx, s, f.Store()); err != nil {
		return nil, err
	}
	if err := loader(o.Config, s, log).Whole(ctx, landed); err != nil {
		return nil, err
	}
	from, to, err := comparedMonths(ctx, s, o, other.Versions[0].From)
	if err != nil {
		return nil, err
	}
	in := transformInput{
		Config:    o.Config,
		Program:   o.Program,
		Programme: o.Config.Programme,
		Ledger:    &ledger.Ledger{},
		Month:     to,
		Landed:    landed,
		Plans:     o.Plans,
		Progress:  o.progress("transform"),
	}
	now, err := outcome(ctx, s, in, from)
	if err != nil {
		return nil, fmt.Errorf("under the configured programme: %w", err)
	}
	in.Programme = other
	theirs, err := outcome(ctx, s, in, from)
	if err != nil {
		return nil, fmt.Errorf("under the other programme: %w", err)
	}
	return reports.Compare(now, theirs, from, to), nil
}

// comparedMonths are the first and the last month. It refuses months without a programme or without sales: zeros
// would look like an answer.
func comparedMonths(
	ctx context.Context, s *store.Session, o Options, theirs time.Time,
) (from, to time.Time, err error) {
	ours := o.Config.Programme.Versions[0].From
	asked := o.Month
	o.Month = time.Time{}
	to, err = chooseMonth(ctx, s, o, time.Time{})
	if err != nil {
		return from, to, err
	}
	if first := monthOf(ours); asked.IsZero() {
		if from = first; monthOf(theirs).Before(from) {
			from = monthOf(theirs)
		}
	} else if asked.Before(first) || asked.After(to) {
		return from, to, fmt.Errorf("%s: %w: the months there are go from %s to %s",
			MonthName(asked), ErrNothingToCompare, MonthName(first), MonthName(to))
	} else {
		from, to = asked, asked
	}
	if !theirs.Before(to.AddDate(0, 1, 0)) {
		err = fmt.Errorf("%s: %w: the other programme begins on %s",
			MonthName(to), ErrNothingToCompare, theirs.Format(time.DateOnly))
	}
	return from, to, err
}

// outcome builds and checks every model, reads the result and removes the tables.
func outcome(ctx context.Context, s *store.Session, in transformInput, from time.Time) (*reports.Outcome, error) {
	if _, err := transform(ctx, s, in); err != nil {
		return nil, err
	}
	if err := check(ctx, s, in.Ledger); err != nil {
		return nil, err
	}
	out, err := reports.ReadOutcome(ctx, s, from, in.Month)
	if err != nil {
		return nil, err
	}
	return out, forget(ctx, s, in.Config.Folders.Work())
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
		return p, fmt.Errorf("%s reckons in %s and %s in %s: amounts in two currencies cannot be compared",
			path, p.Currency, c.Path, c.Programme.Currency)
	}
	return p, nil
}
