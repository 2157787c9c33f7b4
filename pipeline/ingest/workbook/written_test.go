package workbook

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tranche/fixtures/machine"
	"tranche/pipeline/ingest/framing"
)

// written is a workbook that excelize writes: a header, a row of each type, and a sheet of remarks.
func written(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	day, err := f.NewStyle(&excelize.Style{CustomNumFmt: pointer("dd.mm.yyyy")})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := f.NewStyle(&excelize.Style{CustomNumFmt: pointer(`"EUR" 0`)})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetSheetName("Sheet1", "Sales"); err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]any{
		"A1": "doc", "B1": "date", "C1": "net", "D1": "ok", "E1": "rest",
		"A2": "A-1", "B2": time.Date(2024, 8, 1, 13, 30, 0, 0, time.UTC), "C2": 1234.56, "D2": true, "E2": "x & <y>",
		"A3": 1001, "B3": 45506, "C3": -0.1, "D3": false, "E3": " spaced ",
	} {
		if err := f.SetCellValue("Sales", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	rich := []excelize.RichTextRun{{Text: "A-"}, {Text: "4", Font: &excelize.Font{Bold: true}}}
	for _, err := range []error{
		f.SetCellStyle("Sales", "B2", "B3", day), f.SetCellStyle("Sales", "C2", "C3", shown),
		f.SetCellRichText("Sales", "A4", rich),
		f.SetCellFormula("Sales", "C4", "SUM(C2:C3)"), f.MergeCell("Sales", "A4", "A5"),
		f.SetRowVisible("Sales", 3, false), f.SetColVisible("Sales", "D", false),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func pointer(s string) *string { return &s }

const writtenRows = "1 t:doc t:date t:net t:ok t:rest\n" +
	"2 t:A-1 d:2024-08-01 n:1234.56 b:TRUE t:x & <y>\n" +
	"3 n:1001 d:2024-08-02 n:-0.1 b:FALSE t: spaced \n"

func TestAWorkbookOfExcelizeIsRead(t *testing.T) {
	compare(t, shown(t, written(t), ""), writtenRows+"4 t:A-4 t: v:=SUM(C2:C3)\n")
}

func TestAWorkbookOfLibreOfficeIsRead(t *testing.T) {
	program := machine.Program(t, "soffice")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "book.xlsx"), written(t), 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.Command(program, "-env:UserInstallation=file://"+dir+"/home", "--headless", "--convert-to", "xlsx",
		"--outdir", filepath.Join(dir, "out"), filepath.Join(dir, "book.xlsx"))
	if said, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	data, err := os.ReadFile(filepath.Join(dir, "out", "book.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	// It also writes a row without cells below the table.
	compare(t, strings.TrimSuffix(shown(t, data, ""), "5\n"), writtenRows+"4 t:A-4 t: n:1234.46\n")
}

// streamed is a workbook of so many rows, written by excelize.
func streamed(t testing.TB, rows int) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= rows && err == nil; n++ {
		err = w.SetRow(fmt.Sprintf("A%d", n), []any{
			fmt.Sprintf("INV-%d", n), n % 9, excelize.Cell{StyleID: day, Value: 45000 + n%300},
			fmt.Sprintf("K-%04d", n%500), "SKU-LIC-PRO", float64(n%1000) + 0.25, float64(n) * 1.1, "USD", "A customer & sons",
		})
	}
	path := filepath.Join(t.TempDir(), "rows.xlsx")
	for _, act := range []func() error{func() error { return err }, w.Flush, func() error { return f.SaveAs(path) }} {
		if err := act(); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// readByUs counts the rows of a file.
func readByUs(t testing.TB, path string) (rows int) {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(file, info.Size(), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Sheet("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var rec framing.Record
	for {
		err := s.Next(&rec)
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows++
	}
}

func readByExcelize(t testing.TB, path string) (count int) {
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.Rows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			t.Fatal(err)
		}
		count++
	}
	return count
}

// BenchmarkReading prints how fast we read in relation to the rows of excelize, which knows less of each cell.
func BenchmarkReading(b *testing.B) {
	const rows = 100_000
	path := streamed(b, rows)
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		if n := readByUs(b, path); n != rows {
			b.Fatal(n)
		}
		middle := time.Now()
		if n := readByExcelize(b, path); n != rows {
			b.Fatal(n)
		}
		ours, theirs = ours+middle.Sub(start), theirs+time.Since(middle)
	}
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "times_excelize")
	b.ReportMetric(float64(rows)*float64(b.N)/ours.Seconds(), "rows/s")
}

func FuzzSheet(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" s="1" t="s"><v>0</v></c><c><f>A1</f><v>1.1000000000000001</v></c></row>`,
		`<si><t>a</t></si>`)
	f.Add(`<row hidden="1"><c t="inlineStr"><is><r><t>_x000D_</t></r></is></c><c s="1"><v>60</v></c></row>`, `<si/>`)
	f.Add(`<!-- --><row><c t="str"><v><![CDATA[<&]]></v></c><c t="d"><v>2024-08-01</v></c></row><row r="9"/>`, ``)
	f.Add(`</sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells>`, `<si><rPh><t>x</t></rPh></si>`)
	f.Add(`<row><c r="XFD1"><v>-1E+308</v></c></row>`, `<si><t>&#x41;&amp;</t></si>`)
	f.Fuzz(func(t *testing.T, rows, texts string) {
		data := made(t, map[string]string{
			"xl/styles.xml":            `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
			"xl/sharedStrings.xml":     "<sst>" + texts + "</sst>",
			"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"})
		readWhatever(t, data)
	})
}

func FuzzBook(f *testing.F) {
	data := written(f)
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add(sheet(f, "<row/>"))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) { readWhatever(t, data) })
}

// readWhatever reads a workbook that may hold anything, and checks what must hold of its rows.
func readWhatever(t *testing.T, data []byte) {
	b, err := Open(bytes.NewReader(data), int64(len(data)), 64<<20)
	if err != nil {
		return
	}
	for _, name := range []string{"", "Sales"} {
		s, err := b.Sheet(name)
		if err != nil {
			continue
		}
		var rec framing.Record
		line := int64(0)
		for s.Next(&rec) == nil {
			if rec.Line <= line || rec.Line > MostRows || len(rec.Fields) != len(rec.Kinds) || len(rec.Fields) > mostColumns {
				t.Fatalf("after line %d comes %+v", line, rec)
			}
			if line = rec.Line; line == 1 {
				s.Width(3)
			} else if s.width > 0 && len(rec.Fields) != 3 {
				t.Fatalf("a row of a table of 3 columns has %d", len(rec.Fields))
			}
			for i, field := range rec.Fields {
				if kind := rec.Kinds[i]; kind == framing.Day && len(field) != 10 || kind != framing.Text && len(field) == 0 {
					t.Fatalf("%q is of the kind %d", field, kind)
				}
			}
		}
		s.Notes()
		_ = s.Close()
	}
}
