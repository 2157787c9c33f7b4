package pipeline

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger"
	"tranche/reports"
)

// state writes what the month states into a folder aside, workbooks and all, unless something speaks against it.
func (r *run) state(ctx context.Context, landed []landing.File, k Closing) (closed ledger.Closed, err error) {
	c, s := r.Config, r.session
	if err := obstacles(ctx, s, c, r.summary.Arrivals, k); err != nil {
		return closed, err
	}
	if r.summary.Absent, err = absent(ctx, s, k.Month); err != nil {
		return closed, err
	}
	folder, err := ledger.Prepare(c.Folders.Closed, k.Month)
	if err != nil {
		return closed, err
	}
	if err := ledger.Write(ctx, s, folder, k.Month, c.Programme.AsTheyAre()); err != nil {
		return closed, err
	}
	keys, err := reports.Index(ctx, s)
	if err != nil {
		return closed, err
	}
	keys = slices.DeleteFunc(keys, func(key reports.Key) bool { return !key.Month.Equal(k.Month) })
	w := newWorkbooks(c, s, r.ledger)
	e, to := w.edition(k.Month), finalShelf{filepath.Join(folder, ledger.Statements), files.NewAside()}
	e.Final = true
	if err := w.month(ctx, k.Month, keys, e, to, func() {}); err != nil {
		return closed, err
	}
	models, err := ledger.Models(ctx, s)
	if err != nil {
		return closed, err
	}
	feedKeys, err := statedKeys(ctx, s, c.Feeds, k.Month)
	if err != nil {
		return closed, err
	}
	return r.ledger.Seal(folder, k.Month, ledger.Manifest{
		Keys:     feedKeys,
		Landed:   lastLanded(landed),
		Prepared: k.By,
		At:       r.Now.UTC().Truncate(time.Second),
		Accepted: k.Accepted,
		Approval: c.Closing.NeedsApproval,
		Program:  r.Program,
		Models:   models,
		Config:   c.SourceHash,
		Currency: c.Programme.Currency,
		Year:     c.Programme.YearStarts,
		Rules:    c.Programme.HashOn(k.Month.AddDate(0, 1, -1)),
	})
}

// finalShelf is the folder of a month that is being closed.
type finalShelf struct {
	folder string
	*files.Aside
}

// Holds says no: the folder is new.
func (finalShelf) Holds(string, string) bool { return false }

// Put writes a file.
func (f finalShelf) Put(name string, data []byte) error {
	return f.Aside.Put(filepath.Join(f.folder, name), data)
}

// prove works everything out again with the month stated. From here on the run's ledger has the month.
func (r *run) prove(ctx context.Context, landed []landing.File, closed ledger.Closed) error {
	if err := forget(ctx, r.session, r.Config.Folders.Work()); err != nil {
		return err
	}
	r.ledger = r.ledger.With(closed)
	r.summary.Month = later(r.summary.Month, r.ledger.FirstOpen())
	if err := r.transform(ctx, landed); err != nil {
		return err
	}
	if err := check(ctx, r.session, r.ledger); err != nil {
		return err
	}
	var adjusted int64
	err := r.session.Row(ctx, "select count(*) from mart.adjustments where adjusts_month = ?",
		[]any{&adjusted}, closed.First)
	if err == nil && adjusted > 0 {
		err = fmt.Errorf("%d lines would be adjusted as soon as %s is closed; nothing was closed, "+
			"and this is a fault of the program", adjusted, closed.Month)
	}
	return err
}

// decide closes the month.
func decide(c *config.Config, closed ledger.Closed, say facts) error {
	if err := target(c).Replaceable(); err != nil {
		return err
	}
	if err := ledger.Close(c.Folders.Audit(), closed); err != nil {
		return err
	}
	say["month"], say["version"] = closed.Month, closed.Version
	return nil
}
