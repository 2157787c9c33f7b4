package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/publish"
)

// by begins a decision of a person, from the account that runs the program.
func (o Options) by(who string) audit.Decision {
	return audit.Decision{At: o.Now.UTC().Truncate(time.Second), Who: who, Account: o.Account}
}

// Log is every decision, in the order it was taken.
func Log(o Options) ([]audit.Decision, error) { return audit.Read(o.Config.Folders.Audit()) }

// Subject says what a decision was about.
func Subject(d audit.Decision) string {
	text := cmp.Or(d.What, d.Month)
	if d.Act != audit.Waive {
		return text
	}
	text = "file " + d.File[:min(12, len(d.File))]
	if d.Line > 0 {
		text += fmt.Sprintf(" line %d", d.Line)
	}
	if d.Codes != "" {
		text += " " + d.Codes
	}
	return text
}

// Finals lists the months that became final at a moment or after it.
func Finals(c *config.Config, since time.Time) ([]time.Time, error) {
	log, err := audit.Read(c.Folders.Audit())
	if err != nil {
		return nil, err
	}
	var list []time.Time
	for _, f := range ledger.Finals(c.Folders.Closed, log) {
		if !f.At.Before(since) {
			list = append(list, f.Month)
		}
	}
	return list, nil
}

// Unclosed are the open months up to a month that is over, in the order in which they can be closed.
func Unclosed(ctx context.Context, o Options, through time.Time) ([]time.Time, error) {
	r, err := beginProven(ctx, o)
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
	r, err := beginProven(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	err = r.ledger.Approve(o.Config.Folders.Audit(), month, o.by(who))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDecision, err)
	}
	r.summary.Month = month
	closed, _ := r.ledger.Of(month)
	var made *publish.Month
	var database string
	return r.summary, r.carryOut(ctx, "approve", append([]stage{
		{"report", func(facts) (err error) { made, err = final(o.Config, closed); return err }},
		{"mark", func(facts) (err error) { database, err = r.approved(ctx, month, who); return err }},
		{"publish", func(say facts) error { return r.putOut(database, []*publish.Month{made}, say) }},
	}, r.intoLake(ctx)...))
}

// approved copies the published file, and says in it that a month is final. Without a published file the next run says
// so.
func (r *run) approved(ctx context.Context, month time.Time, who string) (path string, err error) {
	published, path := r.Config.Folders.Published(), newFile(r.Config.Folders.Work())
	if !files.Exists(published) {
		return "", nil
	}
	if err := errors.Join(target(r.Config).Replaceable(), files.Copy(published, path)); err != nil {
		return "", err
	}
	s, err := openSession(ctx, r.Config)
	if err != nil {
		return "", err
	}
	defer closeSession(s, r.Config.Folders.Work())
	if err := s.Attach(ctx, path, "published"); err != nil {
		return "", err
	}
	err = s.Exec(ctx, "update published.mart.months set status = 'final', approved_by = ? where month = ?", who, month)
	if err != nil {
		return "", err
	}
	rows, err := publish.Rows(ctx, s, "published")
	if err != nil {
		return "", err
	}
	err = s.Row(ctx, "select hash from published.mart.as_of where part = 'run'", []any{&r.summary.RunID})
	if err != nil {
		return "", err
	}
	if err := s.Detach(ctx, path, "published"); err != nil {
		return "", err
	}
	return path, publish.Verify(ctx, s, path, r.summary.RunID, rows)
}

// Reopen takes the last closed month back and runs.
func Reopen(ctx context.Context, o Options, month time.Time, who, reason string) (*Summary, error) {
	r, err := beginProven(ctx, o)
	if err != nil {
		return nil, err
	}
	d := o.by(who)
	d.Reason = reason
	err = r.ledger.Reopen(o.Config.Folders.Audit(), month, d)
	r.release()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDecision, err)
	}
	return Run(ctx, o)
}

// Rollback restores what the last publication replaced, and records who decided it and why. The next run publishes
// again.
func Rollback(ctx context.Context, o Options, by, reason string) (*Summary, error) {
	r, err := beginProven(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	return r.summary, r.carryOut(ctx, "rollback", append([]stage{{"rollback", func(say facts) error {
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
		if err := dropAllStalePDFs(o.Config); err != nil {
			return err
		}
		say["taken_back"], r.summary.RunID = back, back
		d := o.by(by)
		d.Act, d.What, d.Reason = audit.Return, "run "+back, reason
		return audit.Append(o.Config.Folders.Audit(), d)
	}}}, r.intoLake(ctx)...))
}
