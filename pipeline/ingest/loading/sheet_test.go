package loading

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tranche/pipeline/ingest/feed"
)

// book is a workbook with these rows on the sheet Sales. A time becomes a date.
func book(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	return bookWith(t, rows, func(*excelize.File) error { return nil })
}

func bookWith(t *testing.T, rows [][]any, more func(*excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	err := f.SetSheetName("Sheet1", "Sales")
	for n, row := range rows {
		if err == nil {
			err = f.SetSheetRow("Sales", fmt.Sprintf("A%d", n+1), &row)
		}
	}
	if err == nil {
		err = more(f)
	}
	var out bytes.Buffer
	if err == nil {
		err = f.Write(&out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zipOf(t *testing.T, members ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i])
		if err == nil {
			_, err = io.WriteString(w, members[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gzOf(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// previewedAs says how a file of that name would be read.
func previewedAs(t *testing.T, f feed.Feed, name string, data []byte) *Understood {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := Preview(t.Context(), path, f, 20)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// refusedFor checks the reason of a refusal.
func refusedFor(t *testing.T, u *Understood, want string) {
	t.Helper()
	if got := refusal(u); !strings.Contains(got, want) {
		t.Errorf("it should say %q: %s", want, got)
	}
}

func sheetFeed() feed.Feed {
	f := rowsFeed(feed.Limit{None: true})
	f.Format = feed.Workbook
	return f
}

var sheetHead = []any{"doc", "line", "date", "code", "sku", "net"}

func day(d int) time.Time { return time.Date(2024, 8, d, 10, 0, 0, 0, time.UTC) }

func TestASheetIsReadByTheTypesOfItsCells(t *testing.T) {
	f := sheetFeed()
	f.DecimalMark, f.ThousandMarks, f.Dates = ",", []string{"."}, []string{"dd.mm.yyyy"} // of texts
	u := previewedAs(t, f, "s.xlsx", book(t, sheetHead,
		[]any{"A-1", 1, day(1), 1001, "S-1", 1234.5},
		[]any{"A-1", 2, "02.08.2024", "1002", "S-2", "1.234,50"},
		[]any{2024001, "1", day(3), "C", "S", 0.1 + 0.2},
		[]any{},
		[]any{"A-2", 1, day(4), "C", "S", -10}))
	if u.Refused != nil || u.Records != 4 || u.Rejected != 0 || u.Amount != "2459.300000" {
		t.Fatalf("%d rows, %d rejected, %s, %s, %q", u.Records, u.Rejected, u.Amount, refusal(u), u.Problems)
	}
	var rows []string
	for _, row := range u.Rows {
		rows = append(rows, strings.Join(row, " "))
	}
	for i, want := range []string{"2 A-1 1 no 2024-08-01 1001 S-1 ", "3 A-1 2 no 2024-08-02 1002 S-2 ",
		"4 2024001 1 no 2024-08-03 C S ", "6 A-2 1 yes 2024-08-04 C S "} {
		if !strings.HasPrefix(rows[i], want) {
			t.Errorf("row %d is %s", i+1, rows[i])
		}
	}
}

func TestACellOfTheWrongTypeIsRejectedWithItsPlace(t *testing.T) {
	whole := []any{"A", 1, day(1), "C", "S", 1.5}
	for _, x := range []struct {
		column int
		cell   any
		want   string
	}{
		{2, 45505, `line 2, document_date "45505": the cell holds a number and not a date`},
		{2, true, `line 2, document_date "TRUE": the cell holds TRUE or FALSE`},
		{2, time.Duration(6 * time.Hour), `line 2, document_date "0.25": the cell is shown as a date or a time`},
		{2, "1.8.2024", `not a date as the feed declares them: cell C2 of sheet Sales`},
		{2, time.Date(1985, 1, 1, 0, 0, 0, 0, time.UTC), `the date lies outside 1990 to 2099: cell C2 of sheet Sales`},
		{5, day(2), `line 2, net_amount "2024-08-02": the cell holds a date`},
		{5, false, `line 2, net_amount "FALSE": the cell holds TRUE or FALSE`},
		{5, 1e15, `line 2, net_amount "1000000000000000": a number of more than 15 digits`},
		{5, 0.1234567, `more decimals than are kept; nothing is rounded on reading: cell F2 of sheet Sales`},
		{5, "12,5", `declare decimal and thousands as this sender writes or ask for the number anew: cell F2 of sheet Sales`},
		{5, nil, `line 2, net_amount "": the value is missing: cell F2 of sheet Sales`},
		{3, day(2), `line 2, partner_code "2024-08-02": the cell holds a date; ask the sender to enter it as text`},
		{3, 12345678901234567, `line 2, partner_code "12345678901234567": a number of more than 15 digits`},
		{1, 1.5, `more decimals than are kept`},
		{1, 3e9, `line 2, line_no "3000000000": the number is too large to be kept exactly: cell B2 of sheet Sales`},
	} {
		row := slices.Clone(whole)
		row[x.column] = x.cell
		u := previewedAs(t, sheetFeed(), "s.xlsx", book(t, sheetHead, row))
		if u.Rejected != 1 || !strings.Contains(strings.Join(u.Problems, "\n"), x.want) {
			t.Errorf("%v: %d rejected, %s, %q", x.cell, u.Rejected, refusal(u), u.Problems)
		}
	}
}

func TestErrorsAndFormulasWithoutAValueAreRejectedOnlyWhereTheyAreRead(t *testing.T) {
	data := bookWith(t, [][]any{append(slices.Clone(sheetHead), "remark"), {"A", 1, day(1), "C", "S", 1},
		{"A", 2, day(1), "C", "S"}, {"A", 3, day(1), "C", "S"}}, func(f *excelize.File) error {
		for _, cell := range []string{"G2", "F3"} {
			if err := f.SetCellFormula("Sales", cell, "1/0"); err != nil {
				return err
			}
		}
		return f.SetCellValue("Sales", "F4", "?")
	})
	data = edited(t, data, "xl/worksheets/sheet1.xml", func(text string) string {
		i := strings.Index(text, `<c r="F4"`)
		end := i + strings.Index(text[i:], "</c>")
		return text[:i] + `<c r="F4" t="e"><v>#REF!</v>` + text[end:]
	})
	u := previewedAs(t, sheetFeed(), "s.xlsx", data)
	want := []string{`line 3, net_amount "=1/0": the cell holds a formula whose value is not stored`,
		`line 4, net_amount "#REF!": the cell holds an error of the workbook`}
	if u.Records != 3 || u.Rejected != 2 || len(u.Problems) != 2 {
		t.Fatalf("%d rows, %d rejected, %s, %q", u.Records, u.Rejected, refusal(u), u.Problems)
	}
	for i := range want {
		if !strings.HasPrefix(u.Problems[i], want[i]) {
			t.Errorf("%s", u.Problems[i])
		}
	}
}

// edited changes one part of a workbook.
func edited(t *testing.T, data []byte, name string, change func(string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var members []string
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == name {
			text = []byte(change(string(text)))
		}
		members = append(members, f.Name, string(text))
	}
	return zipOf(t, members...)
}

func TestWordsOfTheFeedAlsoMeanTypedCells(t *testing.T) {
	f := sheetFeed()
	f.Returns = feed.Negative
	f.Columns["document_type"] = []string{"type"}
	f.Values = map[string]map[string]string{"document_type": {"1": "sale", "TRUE": "return"}, "partner_code": {"0": "C"}}
	u := previewedAs(t, f, "s.xlsx", book(t, append(slices.Clone(sheetHead), "type"),
		[]any{"A", 1, day(1), 0, "S", 5, 1}, []any{"A", 2, day(1), "C", "S", -2, true},
		[]any{"A", 3, day(1), "C", "S", -2, 2}))
	if u.Amount != "3.000000" || u.Rejected != 1 || u.Rows[0][5] != "C" {
		t.Errorf("%s, %d rejected, %q, %q", u.Amount, u.Rejected, u.Rows, u.Problems)
	}
}

func TestATableMayBeginBelowATitleAndEndWithItsTotals(t *testing.T) {
	f := sheetFeed()
	f.HeaderLine, f.HeaderLines, f.Comment = 3, 2, []string{"#"}
	f.Columns["net_amount"] = []string{"net USD"}
	f.Trailer = &feed.Trailer{StartsWith: []string{",,,Total"}, CountColumn: 5, TotalColumn: 6}
	rows := [][]any{{"Sales of August"}, {}, sheetHead, {nil, nil, nil, nil, nil, "USD"}, {"# below is ours"},
		{"A", 1, day(1), "C", "S", 5.25}, {"A", 2, day(1), "Total Ltd", "S", 2}, {}, {nil, nil, nil, "Total", 2, 7.25}}
	u := previewedAs(t, f, "s.xlsx", book(t, rows...))
	if u.Refused != nil || u.Records != 2 || u.Amount != "7.250000" {
		t.Errorf("%d rows, %s, %s, %q", u.Records, u.Amount, refusal(u), u.Problems)
	}
	rows[8][5] = 7.24
	refusedFor(t, previewedAs(t, f, "s.xlsx", book(t, rows...)), "it says 7.24, the amounts add up")
	refusedFor(t, previewedAs(t, f, "s.xlsx", book(t, rows[:8]...)), "the trailer the feed declares is")
	f.HeaderLine = 2
	refusedFor(t, previewedAs(t, f, "s.xlsx", book(t, rows...)), "row 2 of sheet Sales is empty")
}

func TestARowThatBeginsAsCommentsDoAndReadsAsARecordIsNotDroppedFromASheet(t *testing.T) {
	f := sheetFeed()
	f.Comment, f.MaxRejects = []string{"Total"}, feed.Limit{None: true}
	u := previewedAs(t, f, "s.xlsx", book(t, sheetHead, []any{"A", 1, day(1), "C", "S", 5}, []any{"Total A", nil, nil, nil,
		nil, 5}, []any{"TotalEnergies", 1, day(1), "C", "S", 77}))
	if u.Amount != "5.000000" || u.Rejected != 1 || !strings.Contains(u.Problems[0], "begins as comments") {
		t.Errorf("%s, %d rejected, %q", u.Amount, u.Rejected, u.Problems)
	}
}

func TestManyPiecesOfASheetKeepTheirOrder(t *testing.T) {
	f := sheetFeed()
	rows := [][]any{sheetHead}
	for n := range 3*pieceRows + 7 {
		rows = append(rows, []any{fmt.Sprint("A", n), 1, day(1), "C", "S", 0.01})
	}
	rows[pieceRows+5][5], rows[2*pieceRows+9][5] = "first", "second"
	u := previewedAs(t, f, "s.xlsx", book(t, rows...))
	if u.Records != 3*pieceRows+7 || u.Amount != "61.490000" || len(u.Problems) != 2 ||
		!strings.Contains(u.Problems[0], fmt.Sprintf(`line %d, net_amount "first"`, pieceRows+6)) {
		t.Errorf("%d rows, %s, %s, %q", u.Records, u.Amount, refusal(u), u.Problems)
	}
}

func TestAColumnThatIsNotInTheHeaderIsNamedWithTheSheet(t *testing.T) {
	f := sheetFeed()
	f.Columns["sku"] = []string{"article"}
	u := previewedAs(t, f, "s.xlsx", book(t, sheetHead, []any{"A"}, []any{"B"}))
	refusedFor(t, u, `calls "article"`)
	refusedFor(t, u, `, in sheet Sales`)
	if u.Records != 2 {
		t.Errorf("it has %d rows", u.Records)
	}
}

func TestRemarksAreKeptWithTheFile(t *testing.T) {
	data := bookWith(t, [][]any{append(slices.Clone(sheetHead), "remark"), {"A", 1, day(1), "C", "S", 1}},
		func(f *excelize.File) error { return f.SetRowVisible("Sales", 2, false) })
	u := previewedAs(t, sheetFeed(), "s.xlsx", data)
	if len(u.Notes) != 1 || strings.Join(u.Remarks, "") != "hidden rows were read, too: 1" || u.Amount != "1.000000" {
		t.Errorf("%q, %q, %s", u.Notes, u.Remarks, refusal(u))
	}
}

func TestChangedBytesOfAnArchiveAreFound(t *testing.T) {
	for name, data := range map[string][]byte{"s.zip": zipOf(t, "a", rowsHeader), "s.xlsx": book(t, sheetHead)} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		landed, err := asLanded(path, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		for sum, want := range map[string]bool{landed.SHA256: false, strings.Repeat("0", 64): true} {
			f := rowsFeed(feed.Limit{})
			if name == "s.xlsx" {
				f.Format = feed.Workbook
			}
			opened, err := openFile(path, name, f)
			if err != nil {
				t.Fatal(err)
			}
			if changed, err := opened.changed(sum); changed != want || err != nil {
				t.Errorf("%s: changed is %v, %v", name, changed, err)
			}
			_ = opened.file.Close()
		}
	}
}

func TestTheBeginningOfASheetIsSampled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.xlsx")
	if err := os.WriteFile(path, book(t, []any{"title"}, nil, sheetHead, []any{"A", 1, day(1)}), 0o600); err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int]int{1: 1, 3: 3, 10: 3} {
		s, err := SampleSheet(path, "", most)
		if err != nil || s.Sheet != "Sales" || len(s.Rows) != want || s.Whole != (most >= 3) {
			t.Errorf("%d: %+v, %v", most, s, err)
		}
	}
}
