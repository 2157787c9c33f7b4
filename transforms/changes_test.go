package transforms_test

import (
	"slices"
	"testing"

	"tranche/transforms/oracle"
)

// TestAChangeIsNamedByWhatChangesAndNotByItsFile sends a line again under another number, once in the second file
// and once in the third. A decision on the one holds for the other.
func TestAChangeIsNamedByWhatChangesAndNotByItsFile(t *testing.T) {
	s := tables(t, 1)
	f, p := smallTrade()
	f.Sales = nil
	line := func(document string, number int64) sent {
		return sent{lines: []oracle.Sale{{Distributor: "D", Document: document, Line: number, Date: firstDay,
			Buyer: "P1", SKU: "L", Currency: "USD", Net: dec(100_000, 2)}}}
	}
	named := func(files ...sent) []string {
		h := begin(t, s, p)
		h.besides = (&inbox{files: files}).store()
		h.workOut(f, f.Through)
		return ask(t, s, "select distinct change_id as said from mart.pending_changes order by said")
	}
	first, again := line("A", 10), line("A", 1)
	second := named(first, again)
	if third := named(first, line("B", 1), again); len(second) != 1 || !slices.Equal(second, third) {
		t.Errorf("in the second file it is called %v, in the third %v", second, third)
	}
}
