package pipeline_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tranche/pipeline"
)

// extremeConfig reads every kind of source, with every method of earning and the width of a tranche to be filled in.
const extremeConfig = `vendor: V
currency: USD
landing: {settle: 0s}
feeds:
  - {name: partners, kind: partners, glob: "partners*.csv", max_rejects: none, columns: {partner_id: id, name: name,
     aliases: aliases, currency: cur, modules: modules, level: level, status: status}}
  - {name: products, kind: products, glob: "products*.csv", max_rejects: none,
     columns: {sku: sku, name: name, family: family, basis: basis}}
  - {name: rates, kind: fx_rates, glob: "rates*.csv", max_rejects: none,
     columns: {rate_date: date, currency: cur, rate: rate}}
  - {name: deals, kind: deals, glob: "deals*.csv", max_rejects: none, columns: {deal_id: deal, partner_code: partner,
     role: role, registered_on: from, approved_on: approved, expires_on: to, status: status, end_customer: customer}}
  - {name: certs, kind: certifications, glob: "certs*.csv", max_rejects: none, columns: {partner_code: partner,
     person_id: person, certification_code: code, awarded_on: from, expires_on: to, status: status}}
  - {name: entries, kind: entries, glob: "entries*.csv", max_rejects: none, columns: {entry_id: id, partner_id: partner,
     date: date, kind: kind, amount: amount, points: points, reason: reason, entered_by: by}}
  - name: sales
    kind: sales
    glob: "sales*.csv"
    returns: by_amount
    max_rejects: none
    max_line_amount: LIMIT
    values: {sku: {"-": ""}}
    columns: {distributor: dist, document_no: doc, line_no: line, document_date: date, partner_code: code, sku: sku,
      end_customer: customer, quantity: qty, unit_price: price, net_amount: net, currency: cur, deal_id: deal,
      returns_document: rdoc, returns_line: rline}
programme:
  - name: bare
    from: 2024-01-01
    modules:
      resell: {method: METHOD, cap: 1000000.00, schedules: [
        {level: ready, width: WIDTH, rates: [5, 6, 7]},
        {level: premier, tranches: [{from: 0, to: 0.01, rate: 0.0001}, {from: 0.01, rate: 100}]}]}
      distribution: {method: METHOD, period: month, schedules: [{level: ready, width: WIDTH, rates: [3.3333]}]}
      sell_with: {method: METHOD, schedules: [{level: ready, width: 25000, rates: [5]}]}
    sell_with: {lead_days: 0, window_days: 36500, own_deals: allow, unclaimed: rescale,
      weights: {sourced: 1000000, influenced: 1}, points_from: 2024-01-01, money_from: 2024-01-01}
    points: {status_months: 12, expire_months: 6, redemption_value: 0.50,
      by_amount: [{module: resell, points: 1, per: 1.00}, {module: sell_with, points: 7, per: 33.33}],
      certifications: [{code: A, category: technical, points: 1000000}], person_cap: 150}
    levels: {source: computed, review_month: 12, grace_months: 3, requirements: [{level: ready, points: 0},
      {level: premier, points: 1000000000}]}
`

// The ends of what a column of each type can hold, and what lies just beyond.
var (
	extremeAmounts = []string{"0", "0.000001", "-0.000001", "0.01", "0.005", "24999.99", "30000000.00", "-30000000.00",
		"9999999999.99", "99999999999.99", "-999999999999.999999", "999999999999.999999", "1000000000000", "1e9", ""}
	extremeRates = []string{"0.000000001", "0.5", "1.08", "999999999.999999999", "0", "-1", "1000000000"}
	extremeDates = []string{"2024-01-01", "2024-02-29", "2024-08-31", "2024-10-31", "1990-01-01", "2042-02-11", "2099-12-31",
		"2100-01-01", "0001-01-01", "9999-12-31", "2024-02-30"}
	extremeTexts = []string{"", "x", strings.Repeat("x", 2000), strings.Repeat("é", 1000), strings.Repeat("😀", 500),
		strings.Repeat("x", 40_000), "=1+1", "_x0041_", "a\tb", "a\nb", " a ", "a\x00b", "a\x01", "\u202eabc", "\ufffe", "a\u0301\u0301",
		"\"", "'", ",", "|", "||", "a/b\\c", "Ünï", "\u200b"}
	extremeWholes = []string{"0", "1", "-1", "2147483647", "2147483648", "-2147483648", "999999999999999999999", ""}
	extremeCodes  = []string{"P1", "P2", "P3", "P4", "p1", "X9", "-", "=1", strings.Repeat("9", 40), "1E+12"}
)

// TestNoInputThatLoadsStopsARun draws extreme rows of every kind. Each ends as a row of some fate, and the run with
// statements or with a person who is asked.
func TestNoInputThatLoadsStopsARun(t *testing.T) {
	long(t)
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp("", "tranche-extreme-")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		w := &world{dir: dir}
		draw := func(list []string, label string) string { return rapid.SampledFrom(list).Draw(rt, label) }
		for range rapid.IntRange(1, 2).Draw(rt, "nights") {
			for name, text := range extremeFiles(rt, draw) {
				w.drop(t, name, text)
			}
			w.configure(t, strings.NewReplacer("WIDTH", draw([]string{"0.01", "3.33", "25000", "9999999999.99"}, "width"),
				"METHOD", draw([]string{"marginal", "document", "volume", "block"}, "method"),
				"LIMIT", draw([]string{"1000000.00", "9999999999999999.99", "9999999999999999.99"}, "limit")).Replace(extremeConfig))
			w.endsWell(rt)
		}
	})
}

// endsWell runs, and closes January where nothing but a person's decision stands against it.
func (w *world) endsWell(rt *rapid.T) {
	s, err := pipeline.Run(context.Background(), w.options())
	if err != nil {
		rt.Fatal(err)
	}
	for _, x := range s.Withheld {
		if !strings.Contains(x.Why, ".csv, line ") && !strings.HasPrefix(x.Workbook, "register") {
			rt.Fatalf("%s names no file and line", x)
		}
	}
	if s.ClosedThrough != "" || rapid.Bool().Draw(rt, "stays open") {
		return
	}
	_, err = pipeline.Close(context.Background(), w.options(),
		pipeline.Closing{Month: day("2024-01-01"), By: "anna", Accepted: "known"})
	if obstacles := new(pipeline.Obstacles); err != nil && !errors.As(err, &obstacles) {
		rt.Fatal(err)
	}
}

// extremeFiles are a night's files: good rows that others can hang on, and rows of anything.
func extremeFiles(rt *rapid.T, draw func([]string, string) string) map[string]string {
	files, n := map[string]string{}, rapid.IntRange(0, 1_000_000).Draw(rt, "night")
	sheet := func(name, head, good string, most int, row func(i int) []string) {
		var text bytes.Buffer
		text.WriteString(head + "\n" + good)
		out := csv.NewWriter(&text)
		for i := range rapid.IntRange(0, most).Draw(rt, name) {
			_ = out.Write(row(i))
		}
		out.Flush()
		files[fmt.Sprintf("%s_%d.csv", name, n)] = text.String()
	}
	// Most values are good, so that most rows count.
	or := func(good, bad []string, label string) string {
		if rapid.IntRange(0, 4).Draw(rt, "extreme "+label) > 0 {
			return draw(good, label)
		}
		return draw(bad, label)
	}
	date := func() string { return or([]string{"2024-01-31", "2024-03-01", "2024-08-15"}, extremeDates, "date") }
	code := func() string { return or([]string{"P1", "P2", "P3"}, extremeCodes, "code") }
	text := func() string { return or([]string{"x"}, extremeTexts, "text") }
	sheet("partners", "id,name,aliases,cur,modules,level,status", "P1,One,D=1,USD,resell 2024-01-01|sell_with 2024-01-01,"+
		"ready 2024-01-01,active\nP2,Two,,EUR,resell 2024-01-01,premier 2024-01-01,active\n"+
		"P3,Three,,KWD,distribution 2024-01-01|sell_with 1990-01-01,ready 1990-01-01,active\n", 3, func(int) []string {
		return []string{or([]string{"P4", "P5"}, extremeCodes, "partner"), text(), or([]string{""}, extremeTexts, "aliases"), draw([]string{"", "USD", "EUR", "???"}, "currency"),
			or([]string{"resell 2024-01-01|sell_with 2024-01-01"}, []string{"", "resell " + date() + ".." + date(), "x"}, "modules"),
			"ready " + date(), or([]string{"active"}, []string{"inactive", ""}, "status")}
	})
	sheet("products", "sku,name,family,basis", "L,Licence,f,licence\nS,Service,f,service\n", 2, func(int) []string {
		return []string{or([]string{"M", "N"}, []string{"L"}, "sku"), text(), "f", draw([]string{"licence", "service", "-"}, "basis")}
	})
	sheet("rates", "date,cur,rate", "2024-01-01,EUR,1.1\n", 8, func(int) []string {
		return []string{date(), draw([]string{"EUR", "KWD"}, "currency"), or([]string{"1.08"}, extremeRates, "rate")}
	})
	sheet("deals", "deal,partner,role,from,approved,to,status,customer", "", 6, func(int) []string {
		return []string{draw([]string{"D1", "D2"}, "deal"), code(), draw([]string{"sourced", "influenced", "hoped"}, "role"), date(),
			date(), date(), or([]string{"approved"}, []string{"pending"}, "status"), text()}
	})
	sheet("certs", "partner,person,code,from,to,status", "", 6, func(int) []string {
		return []string{code(), draw([]string{"anna", "bert"}, "person"), draw([]string{"A", "B"}, "certification"), date(), date(),
			draw([]string{"valid", "revoked"}, "status")}
	})
	sheet("entries", "id,partner,date,kind,amount,points,reason,by", "", 6, func(i int) []string {
		kind, amount, points := draw([]string{"redemption", "bonus_points", "money_adjustment"}, "kind"), "", ""
		if kind == "money_adjustment" {
			amount = draw([]string{"0.01", "-9999999999999999.99", "9999999999999999.99", "999999999999.99"}, "amount")
		} else {
			points = or([]string{"1", "2147483647"}, extremeWholes, "points")
		}
		return []string{fmt.Sprint("E", i), code(), date(), kind, amount, points, text(), text()}
	})
	many := draw([]string{"few", "few", "few", "many"}, "lines")
	sheet("sales", "dist,doc,line,date,code,sku,customer,qty,price,net,cur,deal,rdoc,rline", manyLines(many == "many", draw), 30,
		func(i int) []string {
			row := []string{draw([]string{"D", "P3", "P1"}, "distributor"), fmt.Sprint("N", i/3), fmt.Sprint(i), date(), code(),
				draw([]string{"L", "L", "L", "S", "-"}, "sku"), text(), or([]string{"", "1", "-1"}, extremeWholes, "quantity"), or([]string{""}, extremeAmounts, "price"),
				draw(extremeAmounts, "net"), draw([]string{"USD", "USD", "EUR", "KWD", "ZZZ"}, "currency"),
				draw([]string{"", "D1", "D2"}, "deal"), "", ""}
			if strings.HasPrefix(row[9], "-") && i > 0 && rapid.Bool().Draw(rt, "names its sale") {
				row[12], row[13] = fmt.Sprint("N", (i-1)/3), fmt.Sprint(i-1)
			}
			return row
		})
	return files
}

// manyLines are two thousand lines of one document, each of the same amount.
func manyLines(yes bool, draw func([]string, string) string) string {
	if !yes {
		return ""
	}
	var text strings.Builder
	amount := draw(extremeAmounts[:12], "amount of each")
	for i := range 2000 {
		fmt.Fprintf(&text, "P3,MANY,%d,2024-03-01,P%d,L,,1,,%s,USD,,,\n", i+1, i%2+1, amount)
	}
	return text.String()
}
