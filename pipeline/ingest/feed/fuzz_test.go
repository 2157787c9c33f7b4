package feed

import (
	"bytes"
	"math/big"
	"strings"
	"testing"

	"tranche/pipeline/ingest/framing"
)

// numberFeeds are the ways to write numbers.
var numberFeeds = []Feed{
	{},
	{DecimalMark: ",", ThousandMarks: []string{".", "\u00a0"}, Negative: []string{TrailingMinus}},
	{ThousandMarks: []string{","}, Grouping: Indian, CurrencySigns: []string{"₹", "INR"}, Negative: []string{Credit}},
	{ThousandMarks: []string{"'"}, Zero: "-", Negative: []string{Parentheses, Debit}, CurrencySigns: []string{"$"}},
}

// A number keeps each digit, and neither more nor fewer; what is written back reads as the same.
func FuzzANumberKeepsItsDigits(f *testing.F) {
	for i, text := range []string{"-12.50", "1.234,50-", "₹ 1,23,456.00 CR", "($1'234.5)", "-", "0", "\u22121.0"} {
		f.Add(text, i%len(numberFeeds), i%7)
	}
	f.Fuzz(func(t *testing.T, text string, which, scale int) {
		feed := numberFeeds[uint(which)%uint(len(numberFeeds))]
		scale = int(uint(scale) % 10)
		n := newNumbers(feed)
		units, code := n.parse(bytes.TrimSpace([]byte(text)), scale)
		if code != "" {
			return
		}
		whole, fraction, _ := strings.Cut(text, string(n.decimal))
		digits := func(s string) string {
			return strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r
				}
				return -1
			}, s)
		}
		kept := digits(fraction) + strings.Repeat("0", scale)
		want, _ := new(big.Int).SetString("0"+digits(whole)+kept[:scale], 10)
		if want.Cmp(new(big.Int).Abs(big.NewInt(units))) != 0 || strings.Trim(kept[scale:], "0") != "" {
			t.Fatalf("%q is %d of 10^-%d", text, units, scale)
		}
		again, code := (&numbers{decimal: '.', plain: true}).parse(appendUnits(nil, units, scale), scale)
		if again != units || code != "" {
			t.Fatalf("%q is %d, and written %s reads as %d %s", text, units, appendUnits(nil, units, scale), again, code)
		}
	})
}

// A day is one of the calendar, and its numbers stand in the text.
func FuzzADateIsADay(f *testing.F) {
	for _, seed := range [][2]string{{"2024-02-29", "yyyy-mm-dd"}, {"3 janv. 24", "d mmm yy"}, {"45294.5", "excel"},
		{"20240103T1015Z", "iso8601"}, {"1/2/2024 8:26:30.5 PM", "m/d/yyyy time"}, {"0", "excel_1904"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, text, pattern string) {
		feed := Feed{Dates: []string{pattern}, MonthNames: []string{"en", "fr", "de"}, TwoDigitYearsFrom: 1990,
			TimeZone: "Europe/Berlin"}
		if !ValidDates(pattern) {
			return
		}
		ds := newDates(feed)
		d, code := ds.read([]byte(text))
		if code != "" {
			return
		}
		if !d.valid() {
			t.Fatalf("%q as %q is %v", text, pattern, d)
		}
		if (&Column{}).inRange(d) == "" {
			if again, bad := isoDay(string(appendDay(nil, d))); bad || again != d {
				t.Fatalf("%q as %q is %s", text, pattern, appendDay(nil, d))
			}
		}
	})
}

// A time of day is one, or is refused.
func FuzzAClockIsRead(f *testing.F) {
	for _, text := range []string{"8:26", "08:26:30.5 PM", "082630Z", "8.26 a.m. +02:00", "23:59:60 UTC", "12 AM", "+"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, rest, ok := parseClock([]byte(text))
		if ok && (len(rest) > 0 || at.hour < 0 || at.hour > 23 || at.minute > 59 || at.second > 60 || at.east > 15*3600 ||
			at.east < -15*3600) {
			t.Fatalf("%q is %+v, and %q is left", text, at, rest)
		}
	})
}

// Whatever stands in a record, it is loaded or has a reason with a sentence.
func FuzzARecordIsLoadedOrHasAReason(f *testing.F) {
	f.Add("P1\x1fOne\x1fACME=K-1 2024-02-01|*=a||b\x1fresell|sell_with ..2024-09-30\x1fready\x1factive", 0)
	f.Add("7001\x1f10.1\x1fReturn\x1f2024-01-03\x1f\u200bK-1\x1fPLT\x1f-1\x1f1.23E+12", 1)
	f.Add("7001\x1f1\x1fReturn\x1f2024-01-03\x1f=\"0044\"\x1fPLT\x1f99999999999\x1f9999999999.999", 1)
	feeds := []Feed{
		{Kind: "partners", Columns: map[string][]string{"partner_id": {"1"}, "name": {"2"}, "aliases": {"3"},
			"modules": {"4"}, "level": {"5"}, "status": {"6"}}},
		{Kind: Sales, Returns: Positive, Dotted: true, ExcelText: true, NullWords: []string{"NULL"},
			Key: []string{"document_no", "sku"}, Constants: map[string]string{"distributor": "A", "currency": "EUR"},
			Values: map[string]map[string]string{"document_type": {"Return": "return"}},
			Columns: map[string][]string{"document_no": {"1"}, "line_no": {"2"}, "document_type": {"3"}, "document_date": {"4"},
				"partner_code": {"5"}, "sku": {"6"}, "quantity": {"7"}, "unit_price": {"8"}}},
	}
	var typers []*Typer
	for _, one := range feeds {
		typer, problems, _ := one.Bind(Numbered(len(one.Columns)))
		if len(problems) > 0 {
			f.Fatal(problems)
		}
		typers = append(typers, typer)
	}
	f.Fuzz(func(t *testing.T, text string, which int) {
		which = int(uint(which) % 2)
		typer := typers[which].Clone()
		fields := bytes.Split([]byte(text), []byte("\x1f"))
		for len(fields) < len(feeds[which].Columns) {
			fields = append(fields, nil)
		}
		rec := framing.Record{Line: 2, Fields: fields}
		isLoaded := typer.TypeRow(&rec)
		batch := typer.Batch()
		defer batch.Release()
		if isLoaded != (batch.NumRows() == 1) || isLoaded != (len(typer.Problems) == 0) {
			t.Fatalf("%q: %d rows, %v", text, batch.NumRows(), typer.Problems)
		}
		for _, p := range typer.Problems {
			if sentences()[p.Code] == "" {
				t.Fatalf("%q: %v", text, p)
			}
		}
		for i, c := range typer.Columns() {
			for row := range int(batch.NumRows()) {
				_ = c.Show(batch.Column(i), row)
			}
		}
	})
}
