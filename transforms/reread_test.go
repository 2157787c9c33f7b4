package transforms_test

import (
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
