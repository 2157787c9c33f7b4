package pipeline

import (
	"context"
	"time"

	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger"
	"tranche/pipeline/publish"
)

// Closing is a request to close a month.
type Closing struct {
	Month    time.Time
	By       string
	Accepted string // why held and rejected amounts may stay; empty: they may not
	Pending  string // why waiting changes may stay; empty: they may not
	// WithoutRate are the currencies that may lack a rate at the month's end.
	WithoutRate []string
}

// Close states the first open month for good. It builds the marts twice, before and after the month is stated, so
// that every check runs before anything is decided. The error is an *Obstacles where the month cannot be closed.
func Close(ctx context.Context, o Options, c Closing) (*Summary, error) {
	r, err := beginProven(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	if err := closable(r.ledger, nextToClose(o.Config, r.ledger), c.Month, o.Now); err != nil {
		return nil, err
	}
	var landed []landing.File
	var closed ledger.Closed
	var months []*publish.Month
	return r.summary, r.carryOut(ctx, "close", append([]stage{
		{"land", func(say facts) (err error) { landed, err = r.land(say); return err }},
		{"load", func(say facts) error { return r.load(ctx, landed, say) }},
		{"transform", func(facts) error { return r.transform(ctx, landed) }},
		{"check", func(facts) error { return r.check(ctx) }},
		{"state", func(facts) (err error) {
			r.summary.Absent, c.WithoutRate, err = obstacles(ctx, r.session, o.Config, r.summary.Arrivals, c)
			if err == nil {
				closed, err = state(ctx, stateInput{c, o.Config, o.Program, o.Account, o.Now, landed, r.session, r.ledger})
			}
			return err
		}},
		{"prove", func(facts) error { return r.prove(ctx, landed, closed) }},
		{"report", func(facts) (err error) { months, err = r.report(ctx); return err }},
		{"close", func(say facts) error { return decide(ctx, o.Config, closed, say) }},
		{"stamp", func(say facts) error { return stamp(ctx, o.Config, c.Month, say) }},
		{"publish", func(say facts) error { return r.publish(ctx, months, say) }},
	}, r.intoLake(ctx)...))
}
