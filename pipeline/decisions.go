package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/publish"
)

// Log is every decision, in the order it was taken.
func Log(o Options) ([]audit.Decision, error) { return audit.Read(o.Config.Folders.Audit()) }

// Finals lists the months that became final after a moment.
func Finals(c *config.Config, since time.Time) ([]time.Time, error) {
	log, err := audit.Read(c.Folders.Audit())
	if err != nil {
		return nil, err
	}
	var list []time.Time
	for _, f := range ledger.Finals(c.Folders.Closed, log) {
		if f.At.After(since) {
			list = append(list, f.Month)
		}
	}
	return list, nil
}

// Unclosed are the open months up to a month that is over, in the order in which they can be closed.
func Unclosed(o Options, through time.Time) ([]time.Time, error) {
	r, err := beginProven(o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	early := &Obstacles{Month: ledger.Folder(through)}
	early.unlessOver(through, r.Now)
	var list []time.Time
	for month := nextToClose(o.Config, r.ledger); !month.After(through); month = month.AddDate(0, 1, 0) {
		list = append(list, month)
	}
	return list, early.orNil()
}

// nextToClose is the first open month; with no closed month, the programme's first.
func nextToClose(c *config.Config, l *ledger.Ledger) time.Time {
	if l.Last() == nil {
		return monthOf(c.Programme.Versions[0].From)
	}
	return l.FirstOpen()
}

// Approve makes a closed month final, by a second person, and publishes its final statements.
func Approve(ctx context.Context, o Options, month time.Time, who string) (*Summary, error) {
	r, err := beginProven(o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	err = r.ledger.Approve(o.Config.Folders.Audit(), month, who, o.Now.UTC().Truncate(time.Second))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDecision, err)
	}
	r.summary.Month = month
	closed, _ := r.ledger.Of(month)
	var made *publish.Month
	return r.summary, r.carryOut(ctx, "approve", []stage{
		{"report", func(facts) (err error) { made, err = final(o.Config, closed); return err }},
		{"publish", func(say facts) error { return r.putOut("", []*publish.Month{made}, say) }},
	})
}

// Reopen takes the last closed month back and runs.
func Reopen(ctx context.Context, o Options, month time.Time, who, reason string) (*Summary, error) {
	r, err := beginProven(o)
	if err != nil {
		return nil, err
	}
	err = r.ledger.Reopen(o.Config.Folders.Audit(), month, who, reason, o.Now.UTC().Truncate(time.Second))
	r.release()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDecision, err)
	}
	return Run(ctx, o)
}

// Rollback restores what the last publication replaced, and records who decided it and why. The next run publishes
// again.
func Rollback(ctx context.Context, o Options, by, reason string) (*Summary, error) {
	r, err := beginProven(o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	return r.summary, r.carryOut(ctx, "rollback", []stage{{"rollback", func(say facts) error {
		back := r.takenBack // it was the last publication
		if back == "" {
			var err error
			back, err = publish.Rollback(target(o.Config), ledger.Decisions(r.ledger.Log))
			if errors.Is(err, publish.ErrDecided) {
				return fmt.Errorf("%w: %w", ErrDecision, err)
			}
			if err != nil {
				return err
			}
		}
		say["taken_back"], r.summary.RunID = back, back
		return audit.Append(o.Config.Folders.Audit(), audit.Decision{
			At:     o.Now.UTC().Truncate(time.Second),
			Who:    by,
			Act:    audit.Return,
			What:   "run " + back,
			Reason: reason,
		})
	}}})
}
