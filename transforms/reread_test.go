package transforms_test

import (
	"slices"
	"strings"
	"testing"

	"tranche/transforms/oracle"
)

// TestANightSaysOfLinesThatAreReadOtherwiseThanTheyWereStatedWhatARebuildSays closes two more
// months over a file whose feed has been declared otherwise since its lines were stated, so that
// the closings find it as it is then.
func TestANightSaysOfLinesThatAreReadOtherwiseThanTheyWereStatedWhatARebuildSays(t *testing.T) {
	for _, c := range []struct{ what, change string }{
		{"days and months change places", "update store.raw.sales set document_date = date '2024-02-05' where document_no in ('PLAIN', 'FOREIGN')"},
		{"a foreign line is ours", "update store.raw.sales set currency = 'USD' where document_no = 'FOREIGN'"},
		{"a line of ours is foreign", "update store.raw.sales set currency = 'EUR' where document_no = 'PLAIN'"},
		{"another buyer", "update store.raw.sales set partner_code = 'P2' where document_no = 'PLAIN'"},
		{"more of a key", "update store.raw.sales set line_key = 'Boston' where document_no in ('PLAIN', 'CLAIMED')"},
		{"another document", "update store.raw.sales set document_no = 'OTHER' where document_no = 'PLAIN'"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := tables(t, 2)
			f, p := smallTrade()
			f.Sales = f.Sales[:5] // the return names a line by what it was
			h := begin(t, s, p)
			h.close(f, h.open())
			h.besides = []string{c.change}
			h.close(f, h.open())
			h.close(f, h.open())
			h.workOut(f, f.Through)
			night := marts(t, s)
			h.rebuild(f, f.Through)
			compare(t, night, marts(t, s))
		})
	}
}

// TestWhatIsAllGivenBackLeavesNothingWhateverItsDocumentsAreCalled pays by document, in tranches
// of which each has another rate, and gives a sale back in two parts, before its documents are
// read from another column and after.
func TestWhatIsAllGivenBackLeavesNothingWhateverItsDocumentsAreCalled(t *testing.T) {
	for _, c := range []struct {
		what, returns string // and the document they are on
		line          int64
		change        string
	}{
		{"the sale is, and returns name it so", "R", 1, "update store.raw.sales set document_no = if(document_no = 'PLAIN', 'OTHER', document_no), returns_document = if(is_return, 'OTHER', null)"},
		{"returns on its own number are", "PLAIN", 2, "update store.raw.sales set document_no = 'CREDIT' where is_return"},
		{"all are", "PLAIN", 2, "update store.raw.sales set document_no = 'Z' || document_no, returns_document = 'Z' || returns_document"},
		{"another has the name it had", "R", 1, "update store.raw.sales set document_no = case document_no when 'PLAIN' then 'OTHER' when 'FOREIGN' then 'PLAIN' else document_no end, returns_document = if(is_return, 'OTHER', null)"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := tables(t, 2)
			f, p := smallTrade()
			m, width := p.Versions[0].Modules["resell"], dec(50_000, 2)
			m.Method, m.Schedules = "document", slices.Clone(m.Schedules)
			m.Schedules[0].Width = &width
			p.Versions[0].Modules["resell"] = m
			part := f.Sales[5]
			part.Document, part.Line, part.Net = c.returns, c.line, dec(-30_000, 2)
			rest := part
			rest.Line, rest.Net = c.line+1, dec(-70_000, 2)
			f.Sales = []oracle.Sale{f.Sales[0], f.Sales[1], part}
			h := begin(t, s, p)
			h.close(f, h.open())
			f.Sales = append(f.Sales, rest)
			h.besides = []string{c.change}
			h.workOut(f, h.open())
			got := ask(t, s, "select concat_ws(' ', sum(base), sum(earned)) as said from mart.statement_lines where module = 'resell' and document_no <> 'FOREIGN' and currency = 'USD'")
			if got[0] != "0.00 0.00" {
				t.Errorf("base and margin that are left: %s", got[0])
			}
			night := marts(t, s)
			h.rebuild(f, h.open())
			compare(t, night, marts(t, s))
		})
	}
}

// TestALineThatWasCorrectedAfterItWasStatedIsWorkedOutWithTheVersionBefore: what was stated of
// its first version and what its correction moved are told from one another by nothing but
// their lines in the file, and count together.
func TestALineThatWasCorrectedAfterItWasStatedIsWorkedOutWithTheVersionBefore(t *testing.T) {
	s := tables(t, 2)
	f, p := smallTrade()
	h := begin(t, s, p)
	h.close(f, h.open())
	f.Sales = slices.Clone(f.Sales)
	f.Sales[0].Net = dec(110_000, 2)
	h.close(f, h.open())
	h.close(f, h.open())
	h.workOut(f, f.Through)
	must(t, s, "update store.raw.products set name = 'other' where sku = 'L'")
	again(t, s)
	if got, want := ask(t, s, "select sum(base)::varchar as said from mart.statement_lines where document_no = 'PLAIN' and partner_id = 'P1'")[0], "1100.00"; got != want {
		t.Errorf("it has come to %s, not %s", got, want)
	}
}

// TestWhatWasStatedOfALineStaysWithTheLineWhateverItIsCalled: a feed may be declared with
// another key, finer or coarser, or the document be read from another column, after months have
// been stated.
func TestWhatWasStatedOfALineStaysWithTheLineWhateverItIsCalled(t *testing.T) {
	const moves = "select concat_ws(' ', document_no, nullif(line_key, ''), partner_id, module, base, lo, hi, earned, points, cause) as said from mart.statement_lines where mends_month is not null"
	for _, c := range []struct {
		what, method string
		changes      []string // one a month
		moves        []string // in the last
	}{
		{"a longer key moves nothing", "marginal", []string{"update store.raw.sales set line_key = 'Boston'"}, nil},
		{"another document moves nothing", "marginal", []string{"update store.raw.sales set document_no = 'OTHER' where document_no = 'PLAIN'"}, nil},
		{"there and back moves nothing", "marginal", []string{"update store.raw.sales set line_key = 'Boston'", "update store.raw.sales set line_key = null"}, nil},
		{"a shorter key, under which one line corrects another", "marginal", []string{"update store.raw.sales set document_no = 'PLAIN' where document_no = 'FOREIGN'"},
			[]string{"PLAIN P1 resell -1000.00 2100.00 1100.00 -50.00 -1 amount"}},
		{"it changes and is gone", "marginal", []string{"update store.raw.sales set document_no = 'OTHER', net_amount = 1100 where document_no = 'PLAIN'", "delete from store.raw.sales where document_no = 'PLAIN'"},
			[]string{"OTHER P1 resell -1100.00 2200.00 1100.00 -55.00 -1 withdrawn"}},
		{"a document goes on where it stood", "document", []string{"update store.raw.sales set document_no = 'OTHER' where document_no = 'PLAIN'", "update store.raw.sales set document_no = 'OTHER' where document_no = 'PLAIN'"},
			[]string{"RETURN P1 resell -1000.00 1000.00 0.00 -50.00 -1 counted_later"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := tables(t, 2)
			f, p := smallTrade()
			m := p.Versions[0].Modules["resell"]
			m.Method = c.method
			p.Versions[0].Modules["resell"] = m
			giveBack := f.Sales[5]
			giveBack.ReturnsDocument = "OTHER"
			f.Sales = f.Sales[:5]
			h := begin(t, s, p)
			h.close(f, h.open())
			for i, change := range c.changes {
				if i == 1 && c.method == "document" {
					f.Sales = append(f.Sales, giveBack)
				}
				h.besides = []string{change}
				h.workOut(f, h.open())
				if i == len(c.changes)-1 {
					if got := ask(t, s, moves+" and month = (select first_open from rules.programme) order by said"); !slices.Equal(got, c.moves) {
						t.Errorf("it moves\n%s\nand should\n%s", strings.Join(got, "\n"), strings.Join(c.moves, "\n"))
					}
				}
				night := marts(t, s)
				h.close(f, h.open())
				compare(t, night, marts(t, s))
			}
		})
	}
}
