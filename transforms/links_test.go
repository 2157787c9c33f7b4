package transforms_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranche/transforms/oracle"
)

// TestASuggestionNamesWhoWouldBeCredited joins every line to one deal, in random
// worlds of one customer: whom a suggestion of that deal named is credited, and
// nobody is where none was made.
func TestASuggestionNamesWhoWouldBeCredited(t *testing.T) {
	s := tables(t, 2)
	fewer(t, 15)
	alike := []string{"update store.raw.deals set end_customer = 'Acme S.A.', family = 'platform'", "update store.raw.sales set end_customer = 'ACME'"}
	suggested := 0
	rapid.Check(t, func(rt *rapid.T) {
		p := drawProgramme(rt)
		for _, v := range p.Versions {
			v.SellWith.Weights["delivered"] = 20 * rapid.Int64Range(0, 1).Draw(rt, "delivered")
		}
		f := drawFacts(rt, p)
		f.Links = nil
		workOut(rt, s, f, p, alike...)
		// A cent can be too small to be shared; who then gets none depends on the others.
		want := ask(rt, s, `select distributor || ' ' || document_no || ' ' || line_no || ': ' || claimants as said
			from mart.sell_with_suggestions where amount >= 1 and deal_id = 'D1' order by said`)
		suggested += len(want)
		for _, sale := range f.Sales {
			f.Links = append(f.Links, oracle.Link{Distributor: sale.Distributor, Document: sale.Document, Line: sale.Line, Deal: "D1"})
		}
		workOut(rt, s, f, p, alike...)
		compare(rt, ask(rt, s, `select c.distributor || ' ' || c.document_no || ' ' || c.line_no || ': ' || string_agg(distinct c.partner_id, ', ' order by c.partner_id) as said
			from mart.sell_with_credits as c
			join intermediate.lines as l on l.sale_id = c.sale_id
			join staging.sales as s on s.sale_id = c.sale_id
			where c.base <> 0 and c.amount >= 1 and l.deal_id = 'D1' and s.deal_id is distinct from 'D1' and l.family = 'platform' and l.document_type = 'sale'
			group by c.distributor, c.document_no, c.line_no order by said`), want)
	})
	t.Log(suggested)
	if suggested < 10 {
		t.Errorf("only %d suggestions were drawn", suggested)
	}
}

// TestNamesAreComparedByWhatTheyMean takes partners for their names, as every
// name of a company goes the same way.
func TestNamesAreComparedByWhatTheyMean(t *testing.T) {
	groups := [][]string{
		{"Sandpiper Rail", "SANDPIPER GmbH Rail", "Sandpiper-Rail S.A.R.L.", "sandpiper  rail, Ltd.", "Sandpiper Rail S.A.R.L"},
		{"Müller", "Muller & Co. KG", "MÜLLER und Co", "M\u00fcller", "Mu\u0308ller GmbH & Co. KG"},
		{"Strauß", "STRAUSS AG"},
		{"Møller og Søn", "Moller og Son"},
		{"J.P. Finch", "JP Finch"},
		{"東京電力"}, {"大阪ガス"}, {"Газпром"}, {"Роснефть"}, {"שלום"}, {"कमल"}, {"कमला"},
		{"AG"}, {"SE & Co. KG"}, {"!!!"}, {"???"},
	}
	var f oracle.Facts
	f.Through = firstDay
	want := map[string]int{}
	for i, names := range groups {
		for _, name := range names {
			if _, twice := want[name]; twice {
				continue
			}
			want[name] = i
			f.Partners = append(f.Partners, oracle.Partner{ID: name, Active: true, Currency: "USD", Levels: []oracle.Given{{Level: "ready", From: firstDay}},
				Modules: []oracle.Holding{{Module: "resell", From: firstDay, To: time.Time{}}}})
		}
	}
	s := tables(t, 1)
	workOut(t, s, f, plainProgramme(t))
	plain := map[string]int{}
	for _, line := range ask(t, s, "select name || '=' || plain_name from intermediate.plain_names order by name") {
		name, said, _ := strings.Cut(line, "=")
		if said == "" || strings.Contains(said, "  ") || strings.TrimSpace(said) != said {
			t.Errorf("%q is compared as %q", name, said)
		}
		if group, known := plain[said]; known && group != want[name] {
			t.Errorf("%q is compared as %q, as %v are", name, said, groups[group])
		}
		plain[said] = want[name]
	}
	if len(plain) != len(groups) {
		t.Errorf("%d names where %d are meant: %v", len(plain), len(groups), plain)
	}
}
