package feed

import (
	"bytes"
	"fmt"
	"testing"

	"tranche/pipeline/ingest/framing"
)

// someSales is a file's records, as text.
func someSales(rows int) []byte {
	var text bytes.Buffer
	for i := range rows {
		fmt.Fprintf(&text, "INV-%06d,%d,2026-%02d-%02d,K-%04d,\"End customer, %d\",SKU-%03d,%d,%d.%02d\n",
			i/3, i%3+1, i%12+1, i%28+1, i%1000, i%500, i%300, i%20+1, i%9000, i%100)
	}
	return text.Bytes()
}

func salesTyper(tb testing.TB) *Typer {
	tb.Helper()
	f := Feed{
		Name:      "big",
		Kind:      Sales,
		Glob:      "*.csv",
		Returns:   ByAmount,
		Constants: map[string]string{"distributor": "BIG", "currency": "USD"},
		Columns:   map[string][]string{},
	}
	names := []string{"document_no", "line_no", "document_date", "partner_code", "end_customer", "sku", "quantity",
		"net_amount"}
	for _, n := range names {
		f.Columns[n] = []string{n}
	}
	t, problems, _ := f.Bind(HeaderNames([][]string{names}))
	if len(problems) > 0 {
		tb.Fatal(problems)
	}
	return t
}

// proveAll frames and types every record, and returns how many there were.
func proveAll(tb testing.TB, data []byte, t *Typer) int {
	tb.Helper()
	f := framing.Framer{Dialect: (Feed{}).Dialect(), Width: 8}
	f.Reset(data, 1, true)
	t.Reserve(bytes.Count(data, []byte{'\n'}))
	var rec framing.Record
	n := 0
	for f.Next(&rec) {
		if rec.Fault != framing.NoFault || !t.Type(rec.Line, rec.Fields) {
			tb.Fatalf("record %d is not believed", n)
		}
		n++
	}
	t.Batch().Release()
	return n
}

func TestProvingARecordTakesNoMemoryOfItsOwn(t *testing.T) {
	const rows = 60_000
	data, typer := someSales(rows), salesTyper(t)
	each := testing.AllocsPerRun(5, func() {
		proveAll(t, data, typer)
	})
	if each > rows/100 {
		t.Errorf("%v allocations for %d records", each, rows)
	}
}

func BenchmarkFramingAndTyping(b *testing.B) {
	data, typer := someSales(10_000), salesTyper(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		proveAll(b, data, typer)
	}
}

func BenchmarkFramingAlone(b *testing.B) {
	data := someSales(10_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f := framing.Framer{Dialect: (Feed{}).Dialect(), Width: 8}
		f.Reset(data, 1, true)
		var rec framing.Record
		for f.Next(&rec) {
			_ = rec.Fields
		}
	}
}

func BenchmarkReadingANumber(b *testing.B) {
	german := Feed{DecimalMark: ",", ThousandMarks: []string{"."}, Negative: []string{TrailingMinus}}
	for name, c := range map[string]struct {
		feed Feed
		text string
	}{"plain": {Feed{}, "1234.56"}, "german": {german, "1.234.567,89-"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, code := c.feed.ParseNumber(c.text, 2); code != "" {
					b.Fatal(code)
				}
			}
		})
	}
}
