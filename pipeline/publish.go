package pipeline

import (
	"context"
	"errors"
	"maps"
	"slices"

	"tranche/pipeline/config"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/publish"
	"tranche/pipeline/store"
)

// publish fills the summary, closes and verifies the new database, and publishes it with the workbooks.
func (r *run) publish(ctx context.Context, months []*publish.Month, say facts) (err error) {
	r.summary.missingFeeds(r.Config.Feeds)
	if err := r.summary.read(ctx, r.session, r.Now); err != nil {
		return err
	}
	if r.summary.OpenIDs, err = unknownIDs(ctx, r.session, r.Config.Statement.Passwords); err != nil {
		return err
	}
	decisions, err := ledger.FileDecisions(ctx, r.session, r.ledger.Log)
	if err != nil {
		return err
	}
	if err := finish(ctx, r.session, r.Config.Folders, r.summary.RunID); err != nil {
		return err
	}
	if err := target(r.Config).Replaceable(); err != nil {
		return err
	}
	if len(decisions) > 0 {
		if err := audit.Append(r.Config.Folders.Audit(), decisions...); err != nil {
			return err
		}
	}
	return r.putOut(newFile(r.Config.Folders.Work()), months, say)
}

// finish closes the new database, reads it back, and closes the store.
func finish(ctx context.Context, s *store.Session, f config.Folders, runID string) error {
	rows, err := publish.Rows(ctx, s, "published")
	if err != nil {
		return err
	}
	if err := s.Exec(ctx, "set search_path = 'memory.main'"); err != nil {
		return err
	}
	if err := s.Detach(ctx, newFile(f.Work()), "published"); err != nil {
		return err
	}
	if err := publish.Verify(ctx, s, newFile(f.Work()), runID, rows); err != nil {
		return err
	}
	return s.Detach(ctx, f.Store(), "store")
}

// putOut publishes months, and a new database where one is given.
func (r *run) putOut(database string, months []*publish.Month, say facts) error {
	done, err := publish.Publish(target(r.Config), publish.Publication{
		RunID:     r.summary.RunID,
		At:        r.Now,
		Decisions: ledger.Decisions(r.ledger.Log),
		Database:  database,
		Months:    months,
	})
	s := r.summary
	s.Written, s.Unchanged, s.Removed, s.Unremembered = done.Written, done.Unchanged, done.Removed, done.Unremembered
	say["written"], say["unchanged"] = done.Written, done.Unchanged
	return errors.Join(err, dropAllStalePDFs(r.Config))
}

// unknownIDs lists the ids with a password that belong to no partner: with a mistyped id a workbook would stay
// unlocked.
func unknownIDs(ctx context.Context, s *store.Session, passwords map[string]string) (unknown []string, err error) {
	for _, id := range slices.Sorted(maps.Keys(passwords)) {
		var known bool
		err := s.Row(ctx, "select count(*) > 0 from mart.partners where partner_id = ?", []any{&known}, id)
		if err != nil {
			return nil, err
		}
		if !known {
			unknown = append(unknown, id)
		}
	}
	return unknown, nil
}
