package workbook

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"tranche/pipeline/ingest/framing"
)

// made is a workbook with the given parts. What is not given is as in an empty one of one sheet.
func made(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	const main = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	all := map[string]string{
		"[Content_Types].xml": `<Types/>`,
		"_rels/.rels": `<Relationships><Relationship Id="a" Type="` + main + `officeDocument" Target="xl/workbook.xml"/>` +
			`</Relationships>`,
		"xl/workbook.xml": `<workbook><sheets><sheet name="Sales" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships>` +
			`<Relationship Id="r1" Type="` + main + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="r2" Type="` + main + `sharedStrings" Target="/xl/sharedStrings.xml"/>` +
			`<Relationship Id="r3" Type="` + main + `styles" Target="styles.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst/>`,
		"xl/styles.xml":        `<styleSheet/>`,
	}
	for name, text := range parts {
		all[name] = text
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range all {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
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

// sheet is a workbook with these rows.
func sheet(t testing.TB, rows string) []byte {
	return made(t, map[string]string{
		"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"})
}

func opened(t testing.TB, data []byte, name string) (*Sheet, error) {
	t.Helper()
	b, err := Open(bytes.NewReader(data), int64(len(data)), 1<<30)
	if err != nil {
		return nil, err
	}
	return b.Sheet(name)
}

// shown writes every row on a line: its number, and each field with a letter for its kind.
func shown(t testing.TB, data []byte, name string) string {
	t.Helper()
	s, err := opened(t, data, name)
	if err != nil {
		return err.Error()
	}
	defer s.Close()
	var out strings.Builder
	var rec framing.Record
	for {
		err := s.Next(&rec)
		if err == io.EOF {
			return out.String()
		}
		if err != nil {
			return out.String() + err.Error()
		}
		fmt.Fprint(&out, rec.Line)
		for i, field := range rec.Fields {
			fmt.Fprintf(&out, " %c:%s", "tndblxev"[rec.Kinds[i]], field)
		}
		out.WriteByte('\n')
	}
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("it reads\n%s\nand not\n%s", got, want)
	}
}

func TestANumberIsReadAt15SignificantDigits(t *testing.T) {
	for stored, want := range map[string]string{
		"1.1000000000000001":     "1.1",
		"0.30000000000000004":    "0.3",
		"1234.0999999999999":     "1234.1",
		"-2.9999999999999999E-2": "-0.03",
		"1E+3":                   "1000",
		"1.5e3":                  "1500",
		"12.3E-1":                "1.23",
		"1E+14":                  "100000000000000",
		"999999999999999":        "999999999999999",
		"0.000001":               "0.000001",
		"1.2345678901234567E-7":  "0.000000123456789012346",
		"0":                      "0",
		"-0":                     "0",
		"0.0":                    "0",
		"0E0":                    "0",
		"0E-300":                 "0",
		"00012.500":              "12.5",
		"+5":                     "5",
		".5":                     "0.5",
		"5.":                     "5",
		"9.9999999999999995":     "10",
		"100":                    "100",
		"-10.50":                 "-10.5",
		"123456789012345.4":      "123456789012345",
		"1.00000000000000449":    "1",
	} {
		got, kind := appendNumber(nil, []byte(stored))
		if string(got) != want || kind != framing.Number {
			t.Errorf("%s is %s of the kind %d, it should be %s", stored, got, kind, want)
		}
		if isPlain([]byte(stored)) && stored != want {
			t.Errorf("%s is taken as it stands, and should be %s", stored, want)
		}
	}
	for stored, kind := range map[string]framing.Kind{
		"1234567890123456": framing.LongNumber, "1E+20": framing.LongNumber, "1E+15": framing.LongNumber,
		"999999999999999.9": framing.LongNumber, "-1.7976931348623157E+308": framing.LongNumber,
		"1234567890123456.5": framing.LongNumber,
		"":                   framing.CellError, "NaN": framing.CellError, "1.2.3": framing.CellError,
		"1E":              framing.CellError,
		"1E+999999999999": framing.CellError, "0x10": framing.CellError, "-": framing.CellError, "1,5": framing.CellError,
		"1E-4000": framing.CellError, ".": framing.CellError,
	} {
		if got, is := appendNumber(nil, []byte(stored)); is != kind || string(got) != stored {
			t.Errorf("%s is %s of the kind %d, not %d", stored, got, is, kind)
		}
	}
}

func TestADayIsCountedInTheWorkbooksOwnSystem(t *testing.T) {
	for _, x := range []struct {
		from1904   bool
		serial     string
		want       string
		mayBeNoDay bool
	}{
		{false, "1", "1900-01-01", false},
		{false, "59", "1900-02-28", false},
		{false, "60", "60", true}, // February 29 of 1900
		{false, "61", "1900-03-01", false},
		{false, "45505", "2024-08-01", false},
		{false, "45505.999988425923", "2024-08-01", false},
		{false, "2958465", "9999-12-31", false},
		{false, "2958466", "2958466", true},
		{false, "0.5", "0.5", true},
		{false, "-1", "-1", true},
		{true, "0", "1904-01-01", false},
		{true, "44043", "2024-08-01", false},
		{true, "44043.25", "2024-08-01", false},
		{true, "-0.5", "-0.5", true},
	} {
		d := days{from1904: x.from1904}
		for range 2 { // also the second time
			got, kind := d.appendDay([]byte("x"), []byte(x.serial))
			if string(got) != "x"+x.want || (kind == framing.NoDay) != x.mayBeNoDay {
				t.Errorf("%s (1904: %v) is %s of the kind %d, not %s", x.serial, x.from1904, got[1:], kind, x.want)
			}
		}
	}
}

func TestAFormatSaysWhetherANumberIsADate(t *testing.T) {
	for format, want := range map[string]shows{
		"General": aNumber, "0.00": aNumber, "#,##0.00": aNumber, "0.00E+00": aNumber, "@": aNumber, "Standard": aNumber,
		`#,##0.00 "USD per day"`: aNumber, `[Red]-#,##0`: aNumber, `_-* #,##0.00 [$€-407]_-;-* 0`: aNumber,
		`0\d`: aNumber, `[$-409]0`: aNumber, `0%`: aNumber, `# ?/?`: aNumber, `[<100]0;0`: aNumber, `0_d`: aNumber,
		"yyyy-mm-dd": aDay, `dd\.mm\.yyyy`: aDay, "d/m/yy h:mm": aDay, "mmm": aDay, "[$-F800]dddd, mmmm dd, yyyy": aDay,
		`[$-407]d. mmmm yyyy;@`: aDay, "YYYY": aDay, `yyyy"year"`: aDay, `[$-411]ggge"x"m"y"d`: aDay,
		"h:mm": aTime, "[h]:mm": aTime, "h:mm AM/PM": aTime, "mm:ss.0": aTime, "[mm]": aTime, "[ss]": aTime,
	} {
		if got := shownBy(format); got != want {
			t.Errorf("%s shows %d, it should be %d", format, got, want)
		}
	}
	for id, want := range map[int]shows{0: aNumber, 4: aNumber, 14: aDay, 20: aTime, 22: aDay, 44: aNumber, 46: aTime,
		49: aNumber, 57: aDay} {
		if got := builtIn(id); got != want {
			t.Errorf("the format %d shows %d, it should be %d", id, got, want)
		}
	}
}

func TestACellIsItsStoredValueAndType(t *testing.T) {
	data := made(t, map[string]string{
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="dd\.mm\.yyyy"/></numFmts>` +
			`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>` +
			`<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="20"/></cellXfs>` +
			`</styleSheet>`,
		"xl/sharedStrings.xml": `<sst><si><t>plain</t></si><si><r><rPr><b/></rPr><t xml:space="preserve">rich </t></r>` +
			`<r><t>text &amp; more</t></r><rPh sb="0" eb="1"><t>SOUND</t></rPh><phoneticPr/></si><si><t/></si>` +
			`<si><t>a_x000D_b_x005F_x_xZZZZ_</t></si><si/><si><t><![CDATA[<&>]]></t></si></sst>`,
		"xl/worksheets/sheet1.xml": `<?xml version="1.0"?><x:worksheet xmlns:x="u"><!-- > --><x:sheetData>` +
			`<x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c>` +
			`<c r="D1" t="s"><v>3</v></c><c r="E1" t="s"><v>4</v></c><c r="F1" t="s"><v>5</v></c></x:row>` +
			`<row r="2"><c r="A2"><v>1.1000000000000001</v></c><c r="C2" s="1"><v>45505.75</v></c>` +
			`<c r="D2" s="2"><v>45505</v></c><c r="E2" s="3"><v>0.75</v></c><c t="n"><v> 7 </v></c></row>` +
			`<row r="5" spans="1:3"><c r="A5" t="b"><v>1</v></c><c r="B5" t="b"><v>0</v></c><c r="C5" t="e"><v>#N/A</v></c>` +
			`<c r="D5" t="inlineStr"><is><t>in</t><r><t>line</t></r></is></c>` +
			`<c r="E5" t="d"><v>2024-08-01T10:00:00</v></c></row>` +
			`<row><c t="str"><f>A1&amp;"x"</f><v>plainx</v></c><c t="str"><f>""</f><v></v></c><c><f>SUM(A1:A2)</f><v/></c>` +
			`<c><f t="shared" si="0"/></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c><c><f>1+1</f><v>2</v></c></row>` +
			`<row r="7"><c r="A7" s="2"/></row><row r="8"/>` +
			`<row r="9"><c r="A9"><v>12345678901234567</v></c><c r="B9" t="d"><v>tomorrow</v></c>` +
			`<c r="C9" t="z"><v>1</v></c></row>` +
			`</x:sheetData></x:worksheet>`,
	})
	compare(t, shown(t, data, ""), "1 t:plain t:rich text & more t: t:a\rb_x_xZZZZ_ t: t:<&>\n"+
		"2 n:1.1 t: d:2024-08-01 d:2024-08-01 x:0.75 n:7\n"+
		"5 b:TRUE b:FALSE e:#N/A t:inline d:2024-08-01\n"+
		"6 t:plainx t: v:=SUM(A1:A2) v:= e:#DIV/0! n:2\n"+
		"7\n8\n9 l:12345678901234567 x:tomorrow e:1\n")
}

func TestADateOf1904IsReadFromTheWorkbook(t *testing.T) {
	data := made(t, map[string]string{
		"xl/workbook.xml":          `<workbook><workbookPr date1904="1"/><sheet name="S" r:id='r1'/></workbook>`,
		"xl/styles.xml":            `<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c><v>44043</v></c></row></sheetData></worksheet>`,
	})
	compare(t, shown(t, data, "s"), "1 d:2024-08-01\n")
}

// books with several sheets.
func several(t testing.TB, states ...string) []byte {
	parts := map[string]string{}
	sheets, relations := "", ""
	for i, state := range states {
		name, filled := "S"+fmt.Sprint(i), `<row><c><v>`+fmt.Sprint(i)+`</v></c></row>`
		if empty, ok := strings.CutSuffix(state, "empty"); ok {
			state, filled = empty, `<row><c s="1"/></row>`
		}
		sheets += fmt.Sprintf(`<sheet name="%s" state="%s" r:id="r%d"/>`, name, state, i)
		relations += fmt.Sprintf(`<Relationship Id="r%d" Type="x/worksheet" Target="s%d.xml"/>`, i, i)
		parts[fmt.Sprintf("xl/s%d.xml", i)] = "<worksheet><sheetData>" + filled + "</sheetData></worksheet>"
	}
	parts["xl/workbook.xml"] = "<workbook><sheets>" + sheets + `<sheet name="Chart" r:id="c"/></sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = "<Relationships>" + relations +
		`<Relationship Id="c" Type="x/chartsheet" Target="c.xml"/></Relationships>`
	return made(t, parts)
}

func TestTheOnlyVisibleSheetWithValuesIsReadAndElseTheOneThatIsNamed(t *testing.T) {
	for _, x := range []struct {
		states []string
		name   string
		want   string
	}{
		{[]string{""}, "", "1 n:0\n"},
		{[]string{"empty", "", "hidden", "veryHidden"}, "", "1 n:1\n"},
		{[]string{"", ""}, "", `it has the visible sheets "S0", "S1": say in the feed which, as in sheet: S0`},
		{[]string{"", ""}, "S1", "1 n:1\n"},
		{[]string{"", "hidden"}, "S1", "1 n:1\n"},
		{[]string{"", ""}, "T", `it has no sheet "T", and the sheets "S0", "S1"`},
		{[]string{"", ""}, "Chart", `it has no sheet "Chart", and the sheets "S0", "S1"`},
		{[]string{"hidden", "empty"}, "", `no visible sheet of it has a cell with a value; it has the sheets "S0", "S1"`},
	} {
		compare(t, shown(t, several(t, x.states...), x.name), x.want)
	}
}

func TestNotesSayWhatAPersonWouldNotExpect(t *testing.T) {
	data := made(t, map[string]string{
		"xl/workbook.xml": `<workbook><sheets><sheet name="S" state="hidden" r:id='r1'/></sheets></workbook>`,
		"xl/worksheets/sheet1.xml": `<worksheet>` +
			`<cols><col min="2" max="2" hidden="1"/><col min="4" max="16384" hidden="1"/></cols>` +
			`<sheetData><row hidden="1"><c t="str"><v>a</v></c><c t="str"><v>b</v></c><c t="str"><v>c</v></c></row>` +
			`<row hidden="1"><c><v>1</v></c><c r="D2"><v>9</v></c><c r="E2"><v>9</v></c></row><row><c><v>1</v></c></row>` +
			`<row hidden="true"><c r="F4"><v>9</v></c></row></sheetData>` +
			`<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A2:A3"/>` +
			`<mergeCell ref="D2:D3"/><mergeCell ref="C3:F3"/></mergeCells>` +
			`</worksheet>`})
	s, err := opened(t, data, "S")
	if err != nil {
		t.Fatal(err)
	}
	var rec framing.Record
	for i := 0; err == nil; i++ {
		if err = s.Next(&rec); i == 0 {
			s.Width(3)
		}
		if i == 3 && (rec.Sort != framing.Blank || len(rec.Fields) != 3) {
			t.Errorf("a row with values beside the table only is %+v", rec)
		}
	}
	compare(t, strings.Join(s.Notes(), "\n"), "the sheet is hidden, and was read\nhidden rows were read, too: 2\n"+
		"hidden columns were read, too: B\nmerged cells have their value in the first one only: A2:A3, C3:F3\n"+
		"values to the right of the header were not read, in 2 rows from row 2 on")
}
