package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/store"
)

// Checklist is what speaks against closing a month, by what is published: what `tranche close` would say if it ran
// now and nothing new came. Empty: nothing does. Whatever a closing may go without is in k.
func Checklist(ctx context.Context, s *store.Session, o Options, k Closing) (*Obstacles, error) {
	list := &Obstacles{Month: ledger.Folder(k.Month)}
	if err := list.inOrder(ctx, s, k.Month); err != nil {
		return nil, err
	}
	list.unlessOver(k.Month, o.Now)
	arrivals, err := LeftInInbox(o)
	if err != nil {
		return nil, err
	}
	_, _, err = obstacles(ctx, s, o.Config, arrivals, k)
	var found *Obstacles
	if errors.As(err, &found) {
		list.Reasons, err = append(list.Reasons, found.Reasons...), nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at what speaks against closing %s: %w", list.Month, err)
	}
	return list, nil
}

// LeftInInbox lists the files in the inbox that no run will take.
func LeftInInbox(o Options) ([]landing.Arrival, error) {
	log, err := audit.Read(o.Config.Folders.Audit())
	if err != nil {
		return nil, err
	}
	arrivals, err := landing.WaitingForAPerson(landingBy(o.Config, o.Now, time.Time{}, log))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return arrivals, err
}

// inOrder says whether the month is the next to be closed.
func (o *Obstacles) inOrder(ctx context.Context, s *store.Session, month time.Time) error {
	var waits, preparer string
	var next time.Time
	err := s.Row(ctx, `
		select coalesce(min(month) filter (where status = 'open'), max(month) + interval 1 month),
			coalesce(min(strftime(month, '%Y-%m')) filter (where status = 'closed'), ''),
			coalesce(min(prepared_by) filter (where status = 'closed'), '')
		from mart.months`, []any{&next, &waits, &preparer})
	if err != nil {
		return err
	}
	if waits != "" {
		o.say("%s waits for somebody other than %s to approve it: tranche approve %s", waits, preparer, waits)
	}
	switch {
	case month.Before(next):
		o.say("it is closed already, or lies before the programme; the first open month is %s", ledger.Folder(next))
	case month.After(next):
		o.say("%s is still open; close it first", ledger.Folder(next))
	}
	return nil
}
