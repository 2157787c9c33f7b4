package xlsx

import (
	"bytes"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

// written writes cells as the first row of a sheet and opens the workbook.
func written(t *testing.T, cells func(b *workbook) []cell) (*excelize.File, error) {
	t.Helper()
	b, err := newWorkbook("en", reports.Letterhead{})
	if err != nil {
		t.Fatal(err)
	}
	sh := b.sheet(setup{title: "S"})
	sh.put(cells(b)...)
	var out bytes.Buffer
	if err := b.write(&out); err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, nil
}

func TestATextLongerThanACellIsCutAndSaysSo(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("x", 32_767): strings.Repeat("x", 32_767),
		strings.Repeat("é", 32_767): strings.Repeat("é", 32_767),
		strings.Repeat("x", 40_000): strings.Repeat("x", 32_707) + " … (7293 more bytes are not shown)",
		strings.Repeat("😀", 20_000): strings.Repeat("😀", 16_353) + " … (14588 more bytes are not shown)",
	} {
		f, err := written(t, func(b *workbook) []cell { return []cell{b.text(text)} })
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := f.GetCellValue("S", "A1"); got != want {
			t.Errorf("a text of %d bytes became one of %d, ending with %q", len(text), len(got), got[max(0, len(got)-40):])
		}
	}
}

func TestANumberIsWrittenExactly(t *testing.T) {
	for _, units := range []int64{0, 1, -1, 9, 10, 99, 100, -100, 101, 12345, -12345, 1_000_000,
		123_456_789_012_345, -999_999_999_999_999, 999_999_999_999_900} {
		for scale := range 10 {
			text, err := appendDecimal(nil, units, scale)
			if err != nil {
				t.Fatal(err)
			}
			got := string(text)
			value, ok := new(big.Rat).SetString(got)
			want := new(big.Rat).SetFrac(big.NewInt(units), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
			if !ok || value.Cmp(want) != 0 {
				t.Errorf("%d with %d places is written %q", units, scale, got)
			}
			isLong := strings.Contains(got, ".") && (strings.HasSuffix(got, "0") || strings.HasSuffix(got, "."))
			if isLong || strings.HasPrefix(strings.TrimPrefix(got, "-"), ".") {
				t.Errorf("%d with %d places is written %q", units, scale, got)
			}
		}
	}
}

func TestATextComesBackAsItWas(t *testing.T) {
	texts := []string{"R&D <b> \"quoted\" 'single'", " leading", "trailing ", "two\nlines", "a\ttab",
		"_x0041_", "_x0041_x0042_", "_xzzzz_", "\uFFFD", "_x005F_", "_x00",
		"=1+1", "×÷ é 漢字 🙂", "a\u0085b", "&amp;", "]]>", "+1", "007"}
	f, err := written(t, func(b *workbook) (cells []cell) {
		for _, text := range texts {
			cells = append(cells, b.text(text))
		}
		return cells
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range texts {
		got, err := f.GetCellValue("S", cellName(i+1, 1), excelize.Options{RawCellValue: true})
		if got != want || err != nil {
			t.Errorf("%q came back as %q (%v)", want, got, err)
		}
	}
}

func TestADayIsCountedAsAWorkbookDoes(t *testing.T) {
	days := map[string]string{"1900-03-01": "61", "2024-02-29": "45351", "9999-12-31": "2958465",
		"1900-02-28": "1900-02-28", "1582-10-04": "1582-10-04"}
	for day, want := range days {
		f, err := written(t, func(b *workbook) []cell {
			at, err := time.Parse(time.DateOnly, day)
			if err != nil {
				t.Fatal(err)
			}
			return []cell{b.day(reports.Day{Time: at})}
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.GetCellValue("S", "A1", excelize.Options{RawCellValue: true}); got != want || err != nil {
			t.Errorf("%s is stored as %q, not %q (%v)", day, got, want, err)
		}
	}
}

func TestAnAmountOfAFileIsANumberWhileACellCanHoldIt(t *testing.T) {
	texts := map[string]string{"1234.500000": "1234.5", "-0.050000": "-0.05", "100": "100", "0.000000": "0",
		"9999999999.999999": "9,999,999,999.999999", "99999999999.000000": "99999999999"}
	for text, want := range texts {
		f, err := written(t, func(b *workbook) []cell { return []cell{register{workbook: b}.foreign(text, "USD")} })
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.GetCellValue("S", "A1", excelize.Options{RawCellValue: true}); got != want || err != nil {
			t.Errorf("%s is stored as %q, not %q (%v)", text, got, want, err)
		}
	}
}

// TestWhatNoCellHoldsLooksTheSameEverywhere compares a line of a statement with one of the register.
func TestWhatNoCellHoldsLooksTheSameEverywhere(t *testing.T) {
	f, err := written(t, func(b *workbook) []cell {
		net := b.decimal(1_234_567_890_123_456_500, 6)
		net.style = b.styles.money
		return []cell{net, register{workbook: b}.foreign("1234567890123.456500", "USD")}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range []string{"A1", "B1"} {
		got, _ := f.GetCellValue("S", cell)
		style, _ := f.GetCellStyle("S", cell)
		first, _ := f.GetCellStyle("S", "A1")
		if got != "1,234,567,890,123.4565" || style != first {
			t.Errorf("%s says %q in the look %d, and A1 has the look %d", cell, got, style, first)
		}
	}
}

func TestANetAmountOfAnyCurrencyStandsInItsCell(t *testing.T) {
	for net, want := range map[reports.Net]string{
		1_000_000_000_000_000:  "1000000000",
		25_000_000_000_000_000: "25000000000",
		1_234_567_890_123_456:  "1,234,567,890.123456",
	} {
		st := example()
		st.Lines[0].Net = net
		f := open(t, st)
		if got, err := f.GetCellValue("Lines", "O3", excelize.Options{RawCellValue: true}); got != want || err != nil {
			t.Errorf("%d millionths are stored as %q, not %q (%v)", net, got, want, err)
		}
	}
}

func TestASheetHasNoMoreRowsThanAWorkbookCanHold(t *testing.T) {
	r := rows{row: excelize.TotalRows - 1}
	if err := r.add(0, nil); err != nil {
		t.Error(err)
	}
	if err := r.add(0, nil); err == nil {
		t.Error("one row too many was written")
	}
}

// Some readers believe what a sheet says of how far it reaches.
func TestASheetDoesNotSayThatItEndsAtItsFirstCell(t *testing.T) {
	part, ok := open(t, example()).Pkg.Load("xl/worksheets/sheet2.xml")
	if !ok || bytes.Contains(part.([]byte), []byte("<dimension")) ||
		!bytes.Contains(part.([]byte), []byte("<sheetData><row")) {
		t.Error("the sheet says how far it reaches")
	}
}

// A sheet's rows are gathered in pieces, of which the last holds what is looked up in the end.
func TestManyRowsStandInASheetAsFewDo(t *testing.T) {
	b, err := newWorkbook("en", reports.Letterhead{})
	if err != nil {
		t.Fatal(err)
	}
	sh := b.sheet(setup{title: "S"})
	text := strings.Repeat("x", 1000)
	for n := range 3 * piece / len(text) {
		sh.put(b.number(int64(n)), b.text(text))
		if n%100 == 0 {
			sh.mark(fmt.Sprintf("n%d", n), 1, int64(n), 0)
		}
	}
	if got := len(b.filled[0].pieces()); got < 3 {
		t.Fatalf("all of it stands in %d pieces", got)
	}
	var out bytes.Buffer
	if err := b.write(&out); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("S")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3*piece/len(text) {
		t.Fatalf("%d rows came back", len(rows))
	}
	for n, row := range rows {
		if row[0] != fmt.Sprint(n) && row[0] != fmt.Sprintf("%d,%03d", n/1000, n%1000) || row[1] != text {
			t.Fatalf("row %d says %q", n, row[0])
		}
	}
}
