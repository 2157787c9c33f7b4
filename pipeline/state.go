package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/anchor"
	"tranche/pipeline/store"
	"tranche/reports"
)

// stateInput is the input of state.
type stateInput struct {
	Closing
	Config  *config.Config
	Program string
	Account string
	Now     time.Time
	Landed  []landing.File
	Session *store.Session // with the new database
	Ledger  *ledger.Ledger
}

// state writes a month's rows, rules and workbooks into a folder aside.
func state(ctx context.Context, in stateInput) (closed ledger.Closed, err error) {
	c, s := in.Config, in.Session
	folder, err := ledger.Prepare(c.Folders.Closed, in.Month)
	if err != nil {
		return closed, err
	}
	if err := ledger.Write(ctx, s, folder, in.Month, c.Programme.AsTheyAre()); err != nil {
		return closed, err
	}
	keys, err := reports.Index(ctx, s)
	if err != nil {
		return closed, err
	}
	keys = slices.DeleteFunc(keys, func(key reports.Key) bool { return !key.Month.Equal(in.Month) })
	w := newWorkbooks(c, s, in.Ledger)
	to := finalShelf{filepath.Join(folder, ledger.Statements), files.NewAside()}
	withheld, err := w.month(ctx, in.Month, keys, w.final(in.Month, in.Now), to, func() {})
	if err := cmp.Or(err, unlessWithheld(in.Month, withheld)); err != nil {
		return closed, err
	}
	models, err := ledger.Models(ctx, s)
	if err != nil {
		return closed, err
	}
	feedKeys, err := statedKeys(ctx, s, c.Feeds, in.Month)
	if err != nil {
		return closed, err
	}
	return in.Ledger.Seal(folder, in.Month, ledger.Manifest{
		Keys:     feedKeys,
		Landed:   lastLanded(in.Landed),
		Prepared: in.By,
		Account:  in.Account,
		Without:  in.WithoutRate,
		At:       in.Now.UTC().Truncate(time.Second),
		Accepted: cmp.Or(in.Accepted, in.Pending),
		Approval: c.Closing.NeedsApproval,
		Accounts: c.Closing.TwoAccounts,
		Program:  in.Program,
		Models:   models,
		Config:   c.SourceHash,
		Currency: c.Programme.Currency,
		Year:     c.Programme.YearStarts,
		Rules:    c.Programme.HashOn(in.Month.AddDate(0, 1, -1)),
		Key:      signedBy(c),
		Anchored: true,
	})
}

// finalShelf is the folder of the month that is being closed.
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

// prove builds the marts again with the month stated, and adds the month to the run's ledger.
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

// decide closes the month. It is signed before that is decided, so that no later run signs anything: without the
// signature the month stays open. The time stamp can come later, because it says only how old the signature is.
func decide(ctx context.Context, c *config.Config, closed ledger.Closed, say facts) error {
	if err := target(c).Replaceable(); err != nil {
		return err
	}
	err := ledger.Close(c.Folders.Audit(), closed, func(hash string, line int) error {
		a := &anchor.Anchor{Vendor: c.Vendor, Month: closed.Month, Edition: closed.Version, At: closed.At,
			Manifest: closed.Hash, Log: hash, Line: line, Root: anchor.NewTree(closed.StatementHashes()).Root()}
		if err := c.Signing.Sign(ctx, a); err != nil {
			return err
		}
		return closed.KeepAnchor(a)
	})
	if err != nil {
		return err
	}
	say["month"], say["version"] = closed.Month, closed.Version
	return nil
}

// signedBy is the fingerprint of the key that signs closings.
func signedBy(c *config.Config) string {
	if !c.Signing.IsSet() {
		return ""
	}
	return anchor.Fingerprint(c.Signing.Public)
}
