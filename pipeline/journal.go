package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ledger"
	"tranche/reports"
	"tranche/reports/journal"
)

// A later edition's journal has only what differs; what stands of earlier ones is kept beside it.
const (
	journalName  = "journal.csv"
	standingName = "journal_standing.csv"
)

// journal makes a month's postings, where accounts are configured, also as the configured systems want them.
func (w *workbooks) journal(ctx context.Context, month time.Time, e reports.Edition, to shelf) error {
	if w.config.Journal == nil {
		return nil
	}
	j, err := reports.ReadJournal(ctx, w.session, month)
	if err != nil {
		return err
	}
	j.Edition = e
	before, err := postedBefore(w.ledger, month)
	if err != nil {
		return err
	}
	accounts := accountsOf(w.config.Journal)
	made, err := journal.Make(j, accounts, before)
	if err != nil {
		return fmt.Errorf("%s: %w", ledger.Folder(month), err)
	}
	edition := "draft"
	if e.Final {
		edition = fmt.Sprintf("final version %d", e.Version)
	}
	with := journal.Writing{Accounts: accounts, Currency: w.config.Programme.Currency, Edition: edition}
	put := func(name string, write func(*bytes.Buffer) error) error {
		var out bytes.Buffer
		return cmp.Or(write(&out), to.Put(name, out.Bytes()))
	}
	usual := func(list []journal.Posting) func(*bytes.Buffer) error {
		return func(out *bytes.Buffer) error { return journal.Write(out, list, with) }
	}
	err = put(journalName, usual(made.Booked))
	if err == nil && len(made.Standing) > 0 {
		err = put(standingName, usual(made.Standing))
	}
	for _, export := range w.config.Journal.Exports {
		if err == nil {
			err = put("journal_"+export.Name+".csv", func(out *bytes.Buffer) error {
				return journal.WriteAs(out, made.Booked, with, layoutOf(export))
			})
		}
	}
	return err
}

func accountsOf(c *config.Journal) journal.Accounts {
	return journal.Accounts{Expense: c.Expense, Adjustments: c.Adjustments, Accrued: c.Accrued, Payable: c.Payable,
		Expected: c.Expected, Company: c.Company, CostCentre: c.CostCentre, CostCentres: c.CostCentres, Vendors: c.Vendors,
		Dimensions: c.Dimensions}
}

func layoutOf(e config.JournalExport) journal.Layout {
	l := journal.Layout{Name: e.Name, Delimiter: e.Delimiter, Decimal: e.Decimal, Dates: e.Dates, Headless: e.Headless,
		Sides: e.Sides}
	for _, c := range e.Columns {
		l.Columns = append(l.Columns, journal.Column{Head: c.Head, Field: c.Field, Text: c.Text})
	}
	return l
}

// postedBefore is what a month's last final edition had booked or left standing. An edition that was never approved was
// never posted.
func postedBefore(l *ledger.Ledger, month time.Time) (all []journal.Posting, err error) {
	last, ok := l.LastFinal(month)
	if !ok {
		return nil, nil
	}
	for _, name := range []string{standingName, journalName} {
		path := filepath.Join(last.Folder, ledger.Statements, name)
		data, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue // nothing stands, or no accounts were configured then
		}
		if err != nil {
			return nil, err
		}
		list, err := journal.Read(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, list...)
	}
	return all, nil
}
