// Package journal writes the amounts of a month's statements as CSV for an accounting system.
//
// An *accrual* books what partners earned, incentive by incentive, and manual adjustments:
// debit expense, credit accrued. A *true-up* books what the purchases so far cost besides, at the
// rate that is expected for the whole period. A *release* books what is paid: debit accrued, credit
// payable; what stays accrued is carried to the next month. The posting of the
// payable also says in which currency how much is paid. Where a month was reopened and
// closed again, only what differs is booked: *reversals* of the postings that stand no longer, then
// the new ones. Those that *stand* are kept beside, for the next edition. Every pair
// balances, and so does the journal.
package journal

import (
	"cmp"
	"fmt"
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
	Expected    string                       // what is accrued at the expected rate; empty: Accrued
	Company     string                       // the company code
	CostCentre  string                       // of what has none of its own
	CostCentres map[string]string            // by incentive
	Vendors     map[string]string            // vendor numbers, by partner
	Dimensions  map[string]map[string]string // by name: by incentive; the incentive "" is for all others
}

// Posting is one line of the journal. Debit or credit is zero; neither is negative.
type Posting struct {
	Date                                    time.Time
	Account, Partner, Kind, Text, Reference string
	Debit, Credit                           reports.Cents
	Currency, Paid                          string // of a payable: what is paid, in which currency
	Incentive                               string // empty: none
	Document                                string // of the partner's postings of the month and edition
}

// Journal is what is booked, and what an earlier edition has booked and stands.
type Journal struct {
	Booked, Standing []Posting
}

// Make books a month: reversals of what was booked before and is not any more, accruals, releases. What stands keeps
// the number of the document that it was booked with.
func Make(j *reports.Journal, a Accounts, before []Posting) (*Journal, error) {
	out, now := &Journal{}, pairs(j, a)
	date := j.Month.AddDate(0, 1, -1)
	name := func(p *Posting) { p.Date, p.Document = date, j.Number(j.Month, p.Partner) }
	wanted := map[string]int{} // pairs, by what they say
	for i := 0; i < len(now); i += 2 {
		wanted[said(now[i:i+2])]++
	}
	stands := map[string]int{}
	for i := 0; i+1 < len(before); i += 2 {
		pair, key := before[i:i+2], said(before[i:i+2])
		if wanted[key] > stands[key] {
			stands[key]++
			out.Standing = append(out.Standing, pair...)
			continue
		}
		for _, p := range pair {
			p.Kind, p.Debit, p.Credit = "reversal", p.Credit, p.Debit
			p.Text = "Reversal of version " + strconv.Itoa(j.Replaces) + ": " + p.Text
			p.Reference = cmp.Or(p.Document, p.Reference)
			name(&p)
			out.Booked = append(out.Booked, p)
		}
	}
	for i := range out.Standing {
		out.Standing[i].Date = date
	}
	for i := 0; i < len(now); i += 2 {
		pair := now[i : i+2]
		if key := said(pair); stands[key] > 0 {
			stands[key]--
			continue
		}
		for _, p := range pair {
			name(&p)
			out.Booked = append(out.Booked, p)
		}
	}
	return out, balanced(out.Booked)
}

// said is what a pair of postings says, whatever edition it comes from.
func said(pair []Posting) string {
	var text strings.Builder
	for _, p := range pair {
		fmt.Fprintf(&text, "%q %q %q %q %q %s %s %q %q\n", p.Account, p.Partner, p.Kind, p.Text, p.Reference, p.Debit,
			p.Credit, p.Currency, p.Paid)
	}
	return text.String()
}

func balanced(list []Posting) error {
	var debit, credit reports.Cents
	for _, p := range list {
		debit, credit = debit+p.Debit, credit+p.Credit
	}
	if debit != credit {
		return fmt.Errorf("the journal debits %s and credits %s", debit, credit)
	}
	return nil
}

// pairs are the postings of a month, two for each amount.
func pairs(j *reports.Journal, a Accounts) (list []Posting) {
	pair := func(debit, credit, kind, text, reference string, b reports.Booked) {
		amount := b.Amount
		if amount == 0 {
			return
		}
		if amount < 0 {
			debit, credit, amount = credit, debit, -amount
		}
		p := Posting{Partner: b.Partner, Kind: kind, Text: text, Reference: reference, Incentive: b.Incentive}
		p.Account, p.Debit = debit, amount
		list = append(list, p)
		p.Account, p.Debit, p.Credit = credit, 0, amount
		list = append(list, p)
	}
	month := j.Month.Format("2006-01")
	for _, e := range j.Earned {
		pair(a.Expense[e.Incentive], a.Accrued, "accrual", "Margin "+e.Incentive+" "+month, "", e)
	}
	for _, e := range j.Expected {
		pair(a.Expense[e.Incentive], cmp.Or(a.Expected, a.Accrued), "true_up",
			"Expected rate "+e.Incentive+" "+month, "", e)
	}
	for _, e := range j.Entries {
		if e.Incentive != "" { // a guaranteed minimum
			pair(a.Expense[e.Incentive], a.Accrued, "accrual", "Margin "+e.Incentive+": "+e.Reason, e.ID, e)
			continue
		}
		pair(a.Adjustments, a.Accrued, "accrual", "Manual adjustment "+e.ID+": "+e.Reason, e.ID, e)
	}
	for _, p := range j.Payable {
		pair(a.Accrued, a.Payable, "release", "Payable "+month, "", p)
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
	return list
}
