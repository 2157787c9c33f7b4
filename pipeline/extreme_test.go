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
names: {levels: [ready, advanced, premier], modules: [distribution, resell, sell_with]}
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
    incentives:
      - {name: resell, credits: buyer, module: resell, counts: {basis: [licence]}, method: METHOD,
        cap: 1000000.00, schedules: [
        {level: ready, width: WIDTH, rates: [5, 6, 7]},
        {level: premier, tranches: [{from: 0, to: 0.01, rate: 0.0001}, {from: 0.01, rate: 100}]}]}
      - {name: distribution, credits: distributor, module: distribution, counts: {basis: [licence]},
        method: METHOD, period: month, schedules: [{level: ready, width: WIDTH, rates: [3.3333]},
        {level: premier, pays: nothing}]}
      - {name: sell_with, credits: claims, module: sell_with, counts: {basis: [licence]},
        deals: {lead_days: 0, window_days: 36500, own_deals: allow, unclaimed: rescale,
          weights: {sourced: 1000000, influenced: 1}},
        money_from: 2024-01-01, method: METHOD, schedules: [{level: ready, width: 25000, rates: [5]},
        {level: premier, pays: nothing}]}
    points: {status_months: 12, expire_months: 6, redemption_value: 0.50,
      by_amount: [{incentive: resell, points: 1, per: 1.00},
        {incentive: sell_with, points: 7, per: 33.33, from: 2024-01-01}],
      certifications: [{code: A, category: technical, points: 1000000}], person_cap: 150}
    levels: {source: computed, review_month: 12, grace_months: 3, requirements: [{level: ready, points: 0},
      {level: premier, points: 1000000000}]}
`

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
		one := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, label) }
		for range rapid.IntRange(1, 2).Draw(rt, "nights") {
			for name, text := range drawn(rt) {
				w.drop(t, name, text)
			}
			w.configure(t, strings.NewReplacer("WIDTH", one("width", "0.01", "3.33", "25000", "9999999999.99"),
				"METHOD", one("method", "marginal", "document", "volume", "block"),
				"LIMIT", one("limit", "1000000.00", "9999999999999999.99", "9999999999999999.99")).Replace(extremeConfig))
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

// values are what a column of a random row holds: mostly something good, now and then something extreme.
type values struct{ good, extreme []string }

func (v values) draw(rt *rapid.T, label string) string {
	if len(v.good) == 0 || len(v.extreme) > 0 && rapid.IntRange(0, 4).Draw(rt, label+" is extreme") == 0 {
		return rapid.SampledFrom(v.extreme).Draw(rt, label)
	}
	return rapid.SampledFrom(v.good).Draw(rt, label)
}

// The ends of what a column of each type can hold, and what lies just beyond.
var (
	amounts = values{extreme: []string{"0", "0.000001", "-0.000001", "0.01", "0.005", "24999.99", "30000000.00",
		"-30000000.00", "9999999999.99", "99999999999.99", "-999999999999.999999", "999999999999.999999", "1000000000000",
		"1e9", ""}}
	someDays = values{[]string{"2024-01-31", "2024-03-01", "2024-08-15"}, []string{"2024-02-29", "1990-01-01",
		"2024-10-31", "2042-02-11", "2099-12-31", "2100-01-01", "0001-01-01", "9999-12-31", "2024-02-30"}}
	texts = values{[]string{"x"}, []string{"", strings.Repeat("x", 2000), strings.Repeat("é", 1000),
		strings.Repeat("😀", 500), strings.Repeat("x", 40_000), "=1+1", "_x0041_", "a\tb", "a\nb", " a ", "a\x00b", "a\x01",
		"\u202eabc", "\ufffe", "a\u0301\u0301", "\"", "'", ",", "|", "||", "a/b\\c", "\u200b"}}
	wholes = []string{"0", "1", "-1", "2147483647", "2147483648", "-2147483648", "999999999999999999999", ""}
	codes  = values{[]string{"P1", "P2", "P3"}, []string{"P4", "p1", "X9", "-", "=1", strings.Repeat("9", 40), "1E+12"}}
	states = values{[]string{"approved"}, []string{"pending", ""}}
)

// extremeFile is a file of random rows. It begins with good ones that others can hang on.
type extremeFile struct {
	name, head, good string
	most             int
	columns          []values
}

var extremeFiles = []extremeFile{
	{"partners", "id,name,aliases,cur,modules,level,status", "P1,One,D=1,USD,resell 2024-01-01|sell_with 2024-01-01," +
		"ready 2024-01-01,active\nP2,Two,,EUR,resell 2024-01-01,premier 2024-01-01,active\n" +
		"P3,Three,,KWD,distribution 2024-01-01|sell_with 1990-01-01,ready 1990-01-01,active\n", 3, []values{
		{[]string{"P4", "P5"}, codes.extreme}, texts, {[]string{""}, texts.extreme}, {[]string{"", "EUR"}, []string{"???"}},
		{[]string{"resell 2024-01-01"}, []string{"", "x", "resell 0001-01-01..9999-12-31", "resell 2024-02-30"}},
		{[]string{"ready 2024-01-01"}, []string{"premier 9999-12-31", "ready"}}, {[]string{"active"}, []string{"inactive"}}}},
	{"products", "sku,name,family,basis", "L,Licence,f,licence\nS,Service,f,service\n", 2, []values{
		{[]string{"M", "N"}, []string{"L"}}, texts, {good: []string{"f"}}, {[]string{"licence"}, []string{"service", "-"}}}},
	{"rates", "date,cur,rate", "2024-01-01,EUR,1.1\n", 8, []values{someDays, {good: []string{"EUR", "KWD"}},
		{[]string{"1.08"}, []string{"0.000000001", "0.5", "999999999.999999999", "0", "-1", "1000000000"}}}},
	{"deals", "deal,partner,role,from,approved,to,status,customer", "D1,P1,sourced,2024-01-01,,,approved,x\n", 6, []values{
		{good: []string{"D1", "D2"}}, codes, {[]string{"sourced", "influenced"}, []string{"hoped"}}, someDays, someDays,
		someDays, states, texts}},
	{"certs", "partner,person,code,from,to,status", "", 6, []values{codes, {good: []string{"anna", "bert"}},
		{good: []string{"A", "B"}}, someDays, someDays, {[]string{"valid"}, []string{"revoked"}}}},
	{"entries_money", "id,partner,date,kind,amount,points,reason,by", "", 4, []values{{good: []string{"E1", "E2", "E3"}},
		codes, someDays, {good: []string{"money_adjustment"}},
		{[]string{"0.01", "999999999999.99"}, []string{"-9999999999999999.99", "9999999999999999.99"}},
		{good: []string{""}}, texts, texts}},
	{"entries_points", "id,partner,date,kind,amount,points,reason,by", "", 4, []values{{good: []string{"F1", "F2", "F3"}},
		codes, someDays, {good: []string{"redemption", "bonus_points"}}, {good: []string{""}},
		{[]string{"1", "2147483647"}, wholes}, texts, texts}},
	{"sales", "dist,doc,line,date,code,sku,customer,qty,price,net,cur,deal,rdoc,rline", "", 30, []values{
		{good: []string{"D", "P3", "P1"}}, {good: []string{"N1", "N2"}},
		{[]string{"1", "2", "3", "4", "5", "6", "7"}, wholes}, someDays, codes, {[]string{"L"}, []string{"S", "-"}}, texts,
		{[]string{"", "1", "-1"}, wholes},
		{[]string{""}, amounts.extreme}, amounts, {[]string{"USD", "EUR"}, []string{"KWD", "ZZZ"}},
		{[]string{"", "D1", "D2"}, texts.extreme}, {[]string{""}, []string{"N1", "N2"}}, {[]string{""}, wholes}}},
}

// drawn are a night's files.
func drawn(rt *rapid.T) map[string]string {
	files, n := map[string]string{}, rapid.IntRange(0, 1_000_000).Draw(rt, "night")
	for _, f := range extremeFiles {
		var text bytes.Buffer
		text.WriteString(f.head + "\n" + f.good)
		out := csv.NewWriter(&text)
		for range rapid.IntRange(0, f.most).Draw(rt, f.name) {
			var row []string
			for i, column := range f.columns {
				row = append(row, column.draw(rt, fmt.Sprint(f.name, " ", i)))
			}
			_ = out.Write(row)
		}
		out.Flush()
		files[fmt.Sprintf("%s_%d.csv", f.name, n)] = text.String()
	}
	if rapid.IntRange(0, 3).Draw(rt, "many lines") == 0 {
		files[fmt.Sprintf("sales_many_%d.csv", n)] = manyLines(amounts.draw(rt, "amount of each"))
	}
	return files
}

// manyLines are two thousand lines of one document, each of the same amount.
func manyLines(amount string) string {
	var text strings.Builder
	text.WriteString("dist,doc,line,date,code,sku,customer,qty,price,net,cur,deal,rdoc,rline\n")
	for i := range 2000 {
		fmt.Fprintf(&text, "P3,MANY,%d,2024-03-01,P%d,L,,1,,%s,USD,,,\n", i+1, i%2+1, amount)
	}
	return text.String()
}
