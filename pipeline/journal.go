package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tranche/pipeline/ledger"
	"tranche/reports"
	"tranche/reports/journal"
)

// journal writes a month's postings for the books, where the configuration has
// accounts for them.
func (r *run) journal(ctx context.Context, month time.Time, e reports.Edition, to shelf) error {
	if r.Config.Journal == nil {
		return nil
	}
	j, err := reports.ReadJournal(ctx, r.session, month)
	if err != nil {
		return err
	}
	j.Edition = e
	before, err := r.bookedBefore(month)
	if err != nil {
		return err
	}
	list, err := journal.Make(j, journal.Accounts(*r.Config.Journal), before)
	if err != nil {
		return fmt.Errorf("%s: %w", ledger.Folder(month), err)
	}
	edition := "draft"
	if e.Final {
		edition = fmt.Sprintf("final version %d", e.Version)
	}
	var out bytes.Buffer
	if err := journal.Write(&out, list, r.Config.Programme.Currency, edition); err != nil {
		return err
	}
	return to.put(journalName, out.Bytes())
}

const journalName = "journal.csv"

// bookedBefore is what the books have of a month that was taken back: the postings of the
// last version that had become final. One that was never approved was never booked.
func (r *run) bookedBefore(month time.Time) ([]journal.Posting, error) {
	told, ok := r.ledger.Told(month)
	if !ok {
		return nil, nil
	}
	path := filepath.Join(told.Folder, ledger.Statements, journalName)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil // nobody had accounts for it then
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := journal.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}
