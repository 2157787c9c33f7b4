package journal

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tranche/reports"
)

// Layout is how an accounting system wants its file: which columns, and how values are written.
type Layout struct {
	Name      string
	Delimiter rune              // zero: a comma
	Decimal   string            // empty: a point
	Dates     string            // as Go writes 2 January 2006; empty: 2006-01-02
	Headless  bool              // without a first row of headings
	Sides     map[string]string // what debit and credit are called in the column side; usually debit and credit
	Columns   []Column
}

// Column is one column: the value of a field, or a text that is always the same.
type Column struct{ Head, Field, Text string }

// usual is the file that every edition keeps, and that the next one reads.
var usual = Layout{Columns: columnsOf("entry", "date", "account", "debit", "credit", "currency", "partner_id", "kind",
	"text", "reference", "edition", "paid_currency", "paid_amount", "document_no", "company", "vendor_no", "cost_centre",
	"incentive", "dimensions")}

func columnsOf(fields ...string) (list []Column) {
	for _, f := range fields {
		list = append(list, Column{Head: f, Field: f})
	}
	return list
}

// Writing is what the postings of one file have in common.
type Writing struct {
	Accounts
	Currency, Edition string
}

// Write writes postings as every edition keeps them. An apostrophe precedes a text that spreadsheets take for a
// formula.
func Write(out io.Writer, list []Posting, w Writing) error { return WriteAs(out, list, w, usual) }

// WriteAs writes postings as an accounting system wants them.
func WriteAs(out io.Writer, list []Posting, with Writing, layout Layout) error {
	w := csv.NewWriter(out)
	w.Comma = cmp.Or(layout.Delimiter, ',')
	var rows [][]string
	if !layout.Headless {
		var heads []string
		for _, c := range layout.Columns {
			heads = append(heads, c.Head)
		}
		rows = append(rows, heads)
	}
	for i := range list {
		var row []string
		for _, c := range layout.Columns {
			if c.Field == "" {
				row = append(row, c.Text)
				continue
			}
			row = append(row, with.field(&list[i], i, c.Field, layout))
		}
		rows = append(rows, row)
	}
	return w.WriteAll(rows)
}

// field is one value of a posting.
func (w Writing) field(p *Posting, at int, name string, l Layout) string {
	amount := func(text string) string { return strings.Replace(text, ".", cmp.Or(l.Decimal, "."), 1) }
	if dimension, ok := strings.CutPrefix(name, "dimension."); ok {
		return harmless(w.dimension(dimension, p.Incentive))
	}
	switch name {
	case "entry":
		return strconv.Itoa(at/2 + 1)
	case "date":
		return p.Date.Format(cmp.Or(l.Dates, time.DateOnly))
	case "period":
		return p.Date.Format("2006-01")
	case "debit":
		return amount(p.Debit.String())
	case "credit":
		return amount(p.Credit.String())
	case "amount":
		return amount((p.Debit - p.Credit).String())
	case "absolute":
		return amount((p.Debit + p.Credit).String())
	case "side":
		side := "debit"
		if p.Credit > 0 {
			side = "credit"
		}
		return cmp.Or(l.Sides[side], side)
	case "currency":
		return w.Currency
	case "vendor_no":
		return harmless(w.Vendors[p.Partner])
	case "edition":
		return w.Edition
	case "paid_amount":
		return amount(p.Paid)
	case "company":
		return harmless(w.Company)
	case "cost_centre":
		return harmless(cmp.Or(w.CostCentres[p.Incentive], w.CostCentre))
	case "dimensions":
		var all []string
		for _, d := range slices.Sorted(maps.Keys(w.Dimensions)) {
			if value := w.dimension(d, p.Incentive); value != "" {
				all = append(all, d+"="+value)
			}
		}
		return harmless(strings.Join(all, ";"))
	case "account":
		return harmless(p.Account)
	case "partner_id":
		return harmless(p.Partner)
	case "kind":
		return harmless(p.Kind)
	case "text":
		return harmless(p.Text)
	case "reference":
		return harmless(p.Reference)
	case "paid_currency":
		return harmless(p.Currency)
	case "document_no":
		return harmless(p.Document)
	case "incentive":
		return harmless(p.Incentive)
	}
	return ""
}

func (w Writing) dimension(name, incentive string) string {
	return cmp.Or(w.Dimensions[name][incentive], w.Dimensions[name][""])
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
	for n, r := range rows {
		text := func(column int) string {
			if column >= len(r) { // earlier journals had fewer columns
				return ""
			}
			return strings.TrimPrefix(r[column], "'")
		}
		if n == 0 || text(7) == "reversal" {
			continue
		}
		p := Posting{Account: text(2), Partner: text(6), Kind: r[7], Text: text(8), Reference: text(9), Currency: text(11),
			Paid: text(12), Document: text(13), Incentive: text(17)}
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
