package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger"
	"tranche/pipeline/publish"
	"tranche/pipeline/store"
)

// Run runs from sources and inbox to statements.
func Run(ctx context.Context, o Options) (*Summary, error) {
	r, err := begin(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	if _, closed := r.ledger.Of(o.Month); closed {
		return nil, cmp.Or(r.ledger.Proven(), fmt.Errorf("%s: %w", ledger.Folder(o.Month), ErrClosed))
	}
	var before []stage
	if len(o.Config.Sources) > 0 {
		before = append(before, stage{"fetch", func(say facts) error { return r.fetch(ctx, say) }})
	}
	return r.summary, r.toStatements(ctx, "run", r.land, before...)
}

// Rebuild makes the store, the published file and the statements again from the landed files, the closed months, the
// audit log and the configuration.
func Rebuild(ctx context.Context, o Options) (*Summary, error) {
	r, err := beginProven(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	return r.summary, r.toStatements(ctx, "rebuild", func(facts) ([]landing.File, error) {
		landed, err := counted(o.Config.Folders.Landing, r.ledger.Log)
		if err != nil {
			return nil, err
		}
		return landed, forgetCaches(o.Config.Folders)
	})
}

// toStatements runs all stages, the landing as given, and others before it. A damaged block of a cache shows only when
// it is read: then the caches are set aside, and the stages after landing run once more.
func (r *run) toStatements(
	ctx context.Context, did string, land func(facts) ([]landing.File, error), before ...stage,
) error {
	var landed []landing.File
	var months []*publish.Month
	stages := []stage{
		{"land", func(say facts) (err error) { landed, err = land(say); return err }},
		{"load", func(say facts) error { return r.load(ctx, landed, say) }},
		{"transform", func(facts) error { return r.transform(ctx, landed) }},
		{"check", func(facts) error { return r.check(ctx) }},
		{"report", func(facts) (err error) { months, err = r.report(ctx); return err }},
		{"publish", func(say facts) error { return r.publish(ctx, months, say) }},
	}
	if r.NoWorkbooks {
		stages = slices.DeleteFunc(stages, func(s stage) bool { return s.name == "report" })
	}
	stages = append(stages, r.intoLake(ctx)...)
	err := r.carryOut(ctx, did, append(before, stages...))
	if !store.IsDamaged(err) {
		return err
	}
	closeSession(r.session, r.Config.Folders.Work())
	r.session, r.damaged = nil, err
	if err := errors.Join(forgetCaches(r.Config.Folders), emptyWork(r.Config.Folders)); err != nil {
		return errors.Join(r.damaged, err)
	}
	return r.carryOut(ctx, did, stages[1:]) // what landed has landed
}
