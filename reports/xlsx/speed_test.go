package xlsx

import (
	"io"
	"testing"

	"tranche/reports"
)

// many is the example with so many lines.
func many(lines int) *reports.Statement {
	st := example()
	one := st.Lines[0]
	st.Lines = nil
	for range lines {
		st.Lines = append(st.Lines, one)
	}
	st.Pay.Earned, st.Pay.Payable = one.Earned*reports.Cents(lines), one.Earned*reports.Cents(lines)
	st.Modules[0].Earned = st.Pay.Earned
	return st
}

func TestALineOfAStatementTakesAFewAllocationsAndNoMoreTheMoreThereAre(t *testing.T) {
	write := func(lines int) float64 { //nolint // a count, and no money
		st := many(lines)
		return testing.AllocsPerRun(3, func() {
			if err := Statement(io.Discard, st); err != nil {
				t.Fatal(err)
			}
		})
	}
	few, many := write(100), write(2_100)
	if each := (many - few) / 2_000; each > 12 {
		t.Errorf("a line of 24 cells takes %.0f allocations", each)
	}
}

func BenchmarkStatement(b *testing.B) {
	for name, lines := range map[string]int{"of 40 lines": 40, "of 2000 lines": 2_000} {
		st := many(lines)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Statement(io.Discard, st); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
