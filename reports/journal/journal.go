// Package journal writes the amounts of a month's statements as a CSV for an accounting system.
//
// An *accrual* books what partners earned, incentive by incentive, and manual adjustments:
// debit expense, credit accrued. A *release* books what is paid: debit accrued, credit
// payable; what stays accrued is carried to the next month. The posting of the
// payable also says in which currency how much is paid. Where a month was reopened and
// closed again, *reversals* of all postings of the version before come first. Every pair
// balances, and so does the journal.
package journal

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"tranche/reports"
)

// Accounts are the numbers of the vendor's accounting.
type Accounts struct {
	Expense     map[string]string // by incentive
	Adjustments string            // expense of manual adjustments
	Accrued     string            // owed and not yet payable
	Payable     string
}

// Posting is one line of the journal. Debit or credit is zero; neither is negative.
type Posting struct {
	Date                                    time.Time
	Account, Partner, Kind, Text, Reference string
	Debit, Credit                           reports.Cents
	Currency, Paid                          string // of a payable: what is paid, in which currency
}

var columns = []string{"entry", "date", "account", "debit", "credit", "currency", "partner_id", "kind", "text",
	"reference", "edition", "paid_currency", "paid_amount"}

// Make books a month: reversals of what was booked before, accruals, releases.
func Make(j *reports.Journal, a Accounts, before []Posting) ([]Posting, error) {
	var list []Posting
	date := j.Month.AddDate(0, 1, -1)
	for _, p := range before {
		p.Date, p.Kind, p.Debit, p.Credit = date, "reversal", p.Credit, p.Debit
		p.Text = "Reversal of version " + strconv.Itoa(j.Replaces) + ": " + p.Text
		list = append(list, p)
	}
	pair := func(debit, credit, partner, kind, text, reference string, amount reports.Cents) {
		if amount == 0 {
			return
		}
		if amount < 0 {
			debit, credit, amount = credit, debit, -amount
		}
		p := Posting{Date: date, Partner: partner, Kind: kind, Text: text, Reference: reference}
		p.Account, p.Debit = debit, amount
		list = append(list, p)
		p.Account, p.Debit, p.Credit = credit, 0, amount
		list = append(list, p)
	}
	month := j.Month.Format("2006-01")
	for _, e := range j.Earned {
		pair(a.Expense[e.Incentive], a.Accrued, e.Partner, "accrual", "Margin "+e.Incentive+" "+month, "", e.Amount)
	}
	for _, e := range j.Entries {
		if e.Incentive != "" { // a guaranteed minimum
			pair(a.Expense[e.Incentive], a.Accrued, e.Partner, "accrual", "Margin "+e.Incentive+": "+e.Reason, e.ID, e.Amount)
			continue
		}
		pair(a.Adjustments, a.Accrued, e.Partner, "accrual", "Manual adjustment "+e.ID+": "+e.Reason, e.ID, e.Amount)
	}
	for _, p := range j.Payable {
		pair(a.Accrued, a.Payable, p.Partner, "release", "Payable "+month, "", p.Amount)
		if p.Amount == 0 || p.Currency == "" {
			continue
		}
		paid := &list[len(list)-1]
		if p.Amount < 0 { // what a partner owes that has left
			paid = &list[len(list)-2]
		}
		paid.Currency = p.Currency
		if p.Paid != "" {
			paid.Paid = reports.Places(strings.TrimPrefix(p.Paid, "-"), p.Currency)
		}
	}
	var debit, credit reports.Cents
	for _, p := range list {
		debit, credit = debit+p.Debit, credit+p.Credit
	}
	if debit != credit {
		return nil, fmt.Errorf("the journal debits %s and credits %s", debit, credit)
	}
	return list, nil
}

// Write writes the journal. An apostrophe precedes a text that spreadsheets take for a formula.
func Write(out io.Writer, list []Posting, currency, edition string) error {
	w := csv.NewWriter(out)
	rows := [][]string{columns}
	for i, p := range list {
		rows = append(rows, []string{strconv.Itoa(i/2 + 1), p.Date.Format(time.DateOnly), p.Account, p.Debit.String(),
			p.Credit.String(), currency, harmless(p.Partner), p.Kind, harmless(p.Text), harmless(p.Reference), edition,
			p.Currency, p.Paid})
	}
	return w.WriteAll(rows)
}

func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r'", rune(text[0])) {
		return "'" + text
	}
	return text
}

// Read reads what Write wrote, without the reversals.
func Read(in io.Reader) ([]Posting, error) {
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var list []Posting
	for _, r := range rows[min(1, len(rows)):] {
		text := func(column int) string { return strings.TrimPrefix(r[column], "'") }
		p := Posting{Account: r[2], Partner: text(6), Kind: r[7], Text: text(8), Reference: text(9)}
		if len(r) > 12 { // earlier journals did not say what is paid
			p.Currency, p.Paid = r[11], r[12]
		}
		if p.Kind == "reversal" {
			continue
		}
		var bad error
		if p.Debit, bad = reports.ParseCents(r[3]); bad == nil {
			p.Credit, bad = reports.ParseCents(r[4])
		}
		if bad != nil {
			return nil, fmt.Errorf("journal: %w", bad)
		}
		list = append(list, p)
	}
	return list, nil
}
