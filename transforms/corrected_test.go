package transforms_test

import (
	"slices"
	"testing"
)

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
	if got, want := ask(t, s, "select sum(base)::varchar as said from mart.statement_lines where document_no = 'PLAIN' "+
		"and partner_id = 'P1'")[0], "1100.00"; got != want {
		t.Errorf("it has come to %s, not %s", got, want)
	}
}
