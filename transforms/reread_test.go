package transforms_test

import (
	"slices"
	"strings"
	"testing"
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
	} {
		t.Run(c.what, func(t *testing.T) {
			s := tables(t, 2)
			f, p := smallTrade()
			f.Sales = f.Sales[:5] // the return names a line by what it was
			h := begin(t, s, p)
			h.close(f, h.open())
			for range 2 {
				h.workOut(f, h.open())
				must(t, s, c.change)
				again(t, s)
				h.state(h.open())
			}
			h.workOut(f, f.Through)
			must(t, s, c.change)
			again(t, s)
			if settled(t, s) == "" {
				t.Fatal("nothing is settled")
			}
			night := strings.Join(marts(t, s), "\n")
			must(t, s, "update rules.programme set anew = true")
			again(t, s)
			if anew := strings.Join(marts(t, s), "\n"); night != anew {
				t.Errorf("the night says\n%s\nand a rebuild\n%s", night, anew)
			}
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
