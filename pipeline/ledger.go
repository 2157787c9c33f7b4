package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
)

// readLedger reads what people decided, carries out what a run that was stopped had
// decided, and begins to prove the closed months.
func (r *run) readLedger(ctx context.Context) error {
	f := r.Config.Folders
	var err error
	if r.log, err = audit.Read(f.Audit()); err != nil {
		return err
	}
	if err := ledger.FollowLog(f.Closed, r.log); err != nil {
		return err
	}
	if r.ledger, err = ledger.Read(f.Closed, r.log); err != nil {
		return err
	}
	if last := r.ledger.Last(); last != nil && last.Currency != r.Config.Programme.Currency {
		return fmt.Errorf("%s was stated in %s, and the configuration reckons in %s; amounts in two currencies cannot be carried on", last.Month, last.Currency, r.Config.Programme.Currency)
	}
	if last := r.ledger.Last(); last != nil && last.Year != r.Config.Programme.YearStarts {
		return fmt.Errorf("%s was stated in a programme year that begins in %s, and the configuration says %s (year_starts); what a year has come to cannot be carried into another kind of year",
			last.Month, time.Month(last.Year), time.Month(r.Config.Programme.YearStarts))
	}
	r.proven = sync.OnceValue(func() error { return r.ledger.Prove(ctx) })
	go r.proven()
	return nil
}

// fileDecisions are what people decided by way of files and the log does not have
// yet.
func (r *run) fileDecisions(ctx context.Context) ([]audit.Decision, error) {
	written := map[audit.Decision]bool{}
	for _, d := range r.log {
		written[audit.Decision{Act: d.Act, What: d.What, File: d.File, Line: d.Line}] = true
	}
	var list []audit.Decision
	err := each(ctx, r.session, `select landed_at, who, act, what, sha256, file_line, reason from mart.file_decisions
		order by file_id, file_line, act, what`, func(scan func(...any) error) error {
		var d audit.Decision
		if err := scan(&d.At, &d.Who, &d.Act, &d.What, &d.File, &d.Line, &d.Reason); err != nil {
			return err
		}
		if !written[audit.Decision{Act: d.Act, What: d.What, File: d.File, Line: d.Line}] {
			list = append(list, d)
		}
		return nil
	})
	return list, err
}

func (r *run) writeDown(list []audit.Decision) error {
	if len(list) == 0 {
		return nil
	}
	return audit.Append(r.Config.Folders.Audit(), list...)
}

// firstOpen is the first month that is not closed; zero when none is, or nobody
// asked.
func (r *run) firstOpen() time.Time {
	if r.ledger == nil {
		return time.Time{}
	}
	return r.ledger.FirstOpen()
}

// Log is every decision, in the order it was taken.
func Log(o Options) ([]audit.Decision, error) { return audit.Read(o.Config.Folders.Audit()) }

// Approve makes a closed month final in the name of who did not close it, and puts
// its final statements out.
func Approve(ctx context.Context, o Options, month time.Time, who string) (*Summary, error) {
	r, err := begin(o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	if err := r.ledger.Approve(o.Config.Folders.Audit(), month, who, o.Now.UTC().Truncate(time.Second)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDecision, err)
	}
	r.summary.Month = month
	closed, _ := r.ledger.Of(month)
	return r.summary, r.stages(ctx, "approve", []stage{
		{"report", func(context.Context) error {
			w, err := r.final(closed)
			r.made = append(r.made, w)
			return err
		}},
		{"publish", func(context.Context) error { return r.replacing(r.putOut) }},
	})
}

// Rebuild makes the store, the published file and the statements anew from what has
// landed, what is closed, the audit log and the configuration.
func Rebuild(ctx context.Context, o Options) (*Summary, error) {
	r, err := begin(o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	return r.summary, r.stages(ctx, "rebuild", []stage{
		{"list", r.list}, {"load", r.loadAnew}, {"transform", r.transform}, {"check", r.check}, {"report", r.report}, {"publish", r.publish},
	})
}

// list takes what has landed and nothing else.
func (r *run) list(context.Context) (err error) {
	r.landed, err = landing.List(r.Config.Folders.Landing)
	return err
}

// loadAnew sets the store aside and fills another. What closings have settled is
// worked out again too, and has to come to the same.
func (r *run) loadAnew(ctx context.Context) error {
	if err := setAside(r.Config.Folders.Store()); err != nil {
		return err
	}
	if err := r.forgetStated(); err != nil {
		return err
	}
	return r.load(ctx)
}

// MonthName names a month as folders and people do: 2024-08.
func MonthName(month time.Time) string { return ledger.Folder(month) }

// ErrDecision says that a decision on a month cannot be taken.
var ErrDecision = errors.New("nothing was decided")

// Reopen takes the last closed month back and works it out again.
func Reopen(ctx context.Context, o Options, month time.Time, who, reason string) (*Summary, error) {
	r, err := begin(o)
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
