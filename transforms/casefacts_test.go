package transforms_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"

	"tranche/pipeline/programme"
	"tranche/transforms/oracle"
)

// needed marks a column that every row of a case fills.
const needed = "\x00"

// readFacts reads the tables of a case. A table may leave out any column that has
// something to fall back on, and a cell left empty falls back too. Without a
// table of partners there is one, P1, a ready reseller; without products, one
// licence A of the family platform.
func readFacts(t *testing.T, c namedCase) oracle.Facts {
	t.Helper()
	return oracle.Facts{
		Partners: readPartners(t, c), Products: readProducts(t, c), Rates: readRates(t, c), Claims: readClaims(t, c),
		Links:   readLinks(t, c),
		Targets: readTargets(t, c), Activities: readActivities(t, c), Budgets: readBudgets(t, c),
		Certifications: readCertifications(t, c), Entries: readEntries(t, c), Sales: readSales(t, c),
	}
}

func readPartners(t *testing.T, c namedCase) []oracle.Partner {
	list := readTable(t, c, "partners.csv", map[string]string{"partner_id": needed, "type": "", "status": "active",
		"modules": "resell", "levels": "ready", "currency": "USD", "left": "", "country": "", "parent": "", "agreements": ""})
	if c.part("partners.csv") == "" {
		list = []row{{t, "partners.csv", map[string]string{"partner_id": "P1", "status": "active", "modules": "resell",
			"levels": "ready", "currency": "USD"}}}
	}
	var out []oracle.Partner
	for _, r := range list {
		p := oracle.Partner{ID: r.text("partner_id"), Type: r.text("type"),
			Active: r.oneOf("status", "active", "inactive") == "active", Left: r.date("left"), Currency: r.text("currency"),
			Country: r.text("country"), Parent: r.text("parent")}
		for item := range strings.SplitSeq(r.text("modules"), "|") {
			name, from, to := r.dated(item, names(c).Modules)
			p.Modules = append(p.Modules, oracle.Holding{Module: name, From: from, To: to})
		}
		for item := range strings.SplitSeq(r.text("levels"), "|") {
			name, from, _ := r.dated(item, names(c).Levels)
			p.Levels = append(p.Levels, oracle.Given{Level: name, From: from})
		}
		if items := r.text("agreements"); items != "" {
			for item := range strings.SplitSeq(items, "|") {
				name, from, to := r.dated(item, nil)
				p.Agreements = append(p.Agreements, oracle.Holding{Module: name, From: from, To: to})
			}
		}
		out = append(out, p)
	}
	return out
}

// names are those that a partner can have; a programme.yaml has its own.
func names(c namedCase) programme.Names {
	if c.part("programme.yaml") != "" {
		return programme.Names{}
	}
	return exampleNames()
}

func readProducts(t *testing.T, c namedCase) []oracle.Product {
	if c.part("products.csv") == "" {
		return []oracle.Product{{SKU: "A", Family: "platform", Basis: "licence"}}
	}
	var out []oracle.Product
	for _, r := range readTable(t, c, "products.csv", map[string]string{"sku": needed, "family": "platform",
		"basis": "licence"}) {
		out = append(out, oracle.Product{SKU: r.text("sku"), Family: r.text("family"),
			Basis: r.oneOf("basis", "licence", "subscription", "service")})
	}
	return out
}

func readRates(t *testing.T, c namedCase) []oracle.Rate {
	var out []oracle.Rate
	for _, r := range readTable(t, c, "rates.csv", map[string]string{"currency": "EUR", "date": needed, "rate": needed}) {
		out = append(out, oracle.Rate{Currency: r.text("currency"), Date: r.date("date"), Value: r.amount("rate")})
	}
	return out
}

func readClaims(t *testing.T, c namedCase) []oracle.Claim {
	var out []oracle.Claim
	for _, r := range readTable(t, c, "claims.csv", map[string]string{"deal": "D1", "partner": needed, "role": needed,
		"registered": needed, "expires": "", "status": "approved"}) {
		out = append(out, oracle.Claim{Deal: r.text("deal"), Partner: r.text("partner"), Role: r.text("role"),
			Registered: r.date("registered"), Expires: r.date("expires"),
			Approved: r.oneOf("status", "approved", "pending") == "approved"})
	}
	return out
}

// readLinks needs sales whose documents have names.
func readLinks(t *testing.T, c namedCase) []oracle.Link {
	var out []oracle.Link
	for _, r := range readTable(t, c, "links.csv", map[string]string{"distributor": "D", "document": needed, "line": "1",
		"deal": "D1"}) {
		out = append(out, oracle.Link{Distributor: r.text("distributor"), Document: r.text("document"),
			Line: r.number("line"), Deal: r.text("deal")})
	}
	return out
}

func readCertifications(t *testing.T, c namedCase) []oracle.Certification {
	var out []oracle.Certification
	for _, r := range readTable(t, c, "certifications.csv",
		map[string]string{"partner": "P1", "person": needed, "code": needed, "awarded": needed, "expires": ""}) {
		out = append(out, oracle.Certification{Partner: r.text("partner"), Person: r.text("person"), Code: r.text("code"),
			Awarded: r.date("awarded"), Expires: r.date("expires")})
	}
	return out
}

func readBudgets(t *testing.T, c namedCase) (list []oracle.Budget) {
	for _, r := range readTable(t, c, "budgets.csv", map[string]string{"partner": "P1", "points": needed,
		"status": "approved", "approved": "", "expires": "", "proved": ""}) {
		list = append(list, oracle.Budget{ID: fmt.Sprint("B", len(list)+1), Partner: r.text("partner"),
			Points: r.number("points"), Status: r.oneOf("status", "requested", "approved", "refused"),
			Approved: r.date("approved"), Expires: r.date("expires"), ProvedOn: r.date("proved")})
	}
	return list
}

func readTargets(t *testing.T, c namedCase) []oracle.Target {
	var out []oracle.Target
	for _, r := range readTable(t, c, "targets.csv", map[string]string{"partner": "P1", "incentive": "resell",
		"period": needed, "amount": needed}) {
		out = append(out, oracle.Target{Partner: r.text("partner"), Incentive: r.text("incentive"), Period: r.date("period"),
			Amount: r.amount("amount")})
	}
	return out
}

func readActivities(t *testing.T, c namedCase) []oracle.Activity {
	var out []oracle.Activity
	for _, r := range readTable(t, c, "activities.csv", map[string]string{"id": needed, "partner": "P1", "code": needed,
		"date": needed, "count": "1"}) {
		out = append(out, oracle.Activity{ID: r.text("id"), Partner: r.text("partner"), Code: r.text("code"),
			Date: r.date("date"), Count: r.number("count")})
	}
	return out
}

func readEntries(t *testing.T, c namedCase) []oracle.Entry {
	var out []oracle.Entry
	for i, r := range readTable(t, c, "entries.csv", map[string]string{"partner": "P1", "date": needed, "kind": needed,
		"points": "0", "amount": "0"}) {
		out = append(out, oracle.Entry{ID: fmt.Sprintf("E%02d", i+1), Partner: r.text("partner"), Date: r.date("date"),
			Points: r.number("points"), Amount: r.amount("amount"),
			Kind: r.oneOf("kind", "redemption", "bonus_points", "money_adjustment")})
	}
	return out
}

// readSales takes a line below zero for a return. A line without a document has
// one of its own: N01, N02 and so on, by its place in the table.
func readSales(t *testing.T, c namedCase) []oracle.Sale {
	partners := map[string]bool{}
	for _, p := range readPartners(t, c) {
		partners[p.ID] = true
	}
	var out []oracle.Sale
	for i, r := range readTable(t, c, "sales.csv", map[string]string{"date": needed, "net": needed, "buyer": "P1",
		"distributor": "D", "document": "", "line": "1", "sku": "A",
		"currency": "USD", "deal": "", "returns_document": "", "returns_line": "1", "quantity": "1",
		"contract": "", "term": "0", "annual": ""}) {
		s := oracle.Sale{Distributor: r.text("distributor"), Document: r.text("document"), Line: r.number("line"),
			Date: r.date("date"), Buyer: r.text("buyer"), SKU: r.text("sku"),
			Currency: r.text("currency"), Deal: r.text("deal"), Net: r.amount("net"), Quantity: r.number("quantity")}
		s.Return, s.Contract, s.Term = s.Net.Negative, r.text("contract"), r.number("term")
		if r.text("annual") != "" {
			annual := r.amount("annual")
			s.Annual = &annual
		}
		if partners[s.Distributor] {
			s.DistributorPartner = s.Distributor
		}
		if s.Document == "" {
			s.Document = fmt.Sprintf("N%02d", i+1)
		}
		if s.ReturnsDocument = r.text("returns_document"); s.ReturnsDocument != "" {
			s.ReturnsLine = r.number("returns_line")
		}
		out = append(out, s)
	}
	return out
}

// row is a row of a table, and where it stands.
type row struct {
	t     *testing.T
	where string
	cells map[string]string
}

// readTable reads a table whose columns are the keys of fallback, in any order.
func readTable(t *testing.T, c namedCase, name string, fallback map[string]string) []row {
	t.Helper()
	reader := csv.NewReader(strings.NewReader(c.part(name)))
	reader.TrimLeadingSpace = true
	records, err := reader.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var out []row
	for i, record := range records {
		r := row{t, fmt.Sprintf("%s, row %d", name, i), map[string]string{}}
		for j, column := range records[0] {
			column = strings.TrimSpace(column)
			if _, known := fallback[column]; !known {
				t.Fatalf("%s: unknown column %q", name, column)
			}
			if _, twice := r.cells[column]; twice {
				t.Fatalf("%s: the column %q stands twice", name, column)
			}
			r.cells[column] = strings.TrimSpace(record[j])
		}
		for column, value := range fallback {
			if r.cells[column] == "" {
				r.cells[column] = value
			}
		}
		if i > 0 {
			out = append(out, r)
		}
	}
	return out
}

func (r row) text(column string) string {
	r.t.Helper()
	if r.cells[column] == needed {
		r.t.Fatalf("%s: %s is missing", r.where, column)
	}
	return r.cells[column]
}

func (r row) oneOf(column string, known ...string) string {
	r.t.Helper()
	value := r.text(column)
	if !slices.Contains(known, value) {
		r.t.Fatalf("%s: %s is %q; known are %v", r.where, column, value, known)
	}
	return value
}

// date is zero for an empty cell.
func (r row) date(column string) time.Time {
	r.t.Helper()
	value := r.text(column)
	if value == "" {
		return time.Time{}
	}
	return dayIn(r.t, r.where, value)
}

func (r row) number(column string) int64 {
	r.t.Helper()
	return numberIn(r.t, r.where, r.text(column))
}

func (r row) amount(column string) apd.Decimal {
	r.t.Helper()
	return amountIn(r.t, r.where, r.text(column))
}

// dated reads "resell", "resell 2024-02-01" or "resell 2024-02-01..2024-06-30".
// What has no first day is there from the first day of the plain programme.
func (r row) dated(item string, known []string) (name string, from, to time.Time) {
	r.t.Helper()
	name, days, has := strings.Cut(strings.TrimSpace(item), " ")
	if known != nil && !slices.Contains(known, name) {
		r.t.Fatalf("%s: unknown %q; known are %v", r.where, name, known)
	}
	if !has {
		return name, firstDay, time.Time{}
	}
	first, last, ends := strings.Cut(days, "..")
	from = dayIn(r.t, r.where, first)
	if ends {
		to = dayIn(r.t, r.where, last)
	}
	return name, from, to
}

func dayIn(t *testing.T, where, text string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	return d
}

func numberIn(t *testing.T, where, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	return n
}

func amountIn(t *testing.T, where, text string) apd.Decimal {
	t.Helper()
	d, _, err := apd.NewFromString(text)
	if err != nil || d.Form != apd.Finite {
		t.Fatalf("%s: %q is no amount (%v)", where, text, err)
	}
	return *d
}
