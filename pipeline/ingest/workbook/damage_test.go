package workbook

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"
)

func TestADamagedWorkbookIsNamedAndNeverReadHalf(t *testing.T) {
	good := sheet(t, strings.Repeat("<row><c><v>1</v></c></row>", 100))
	_, err := opened(t, good[:len(good)-30], "")
	if err == nil || !strings.Contains(err.Error(), "damaged or cut short") {
		t.Errorf("cut short: %v", err)
	}
	long := `<row><c t="str"><v>` + strings.Repeat("x", 2<<20) + `</v></c></row>`
	many := `<row>` + strings.Repeat(`<c t="str"><v>`+strings.Repeat("x", 1000)+`</v></c>`, 1100)
	for rows, want := range map[string]string{
		`<row r="2"/><row r="1"/>`:                                "its rows or cells are not in their order",
		`<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`: "its rows or cells are not in their order",
		`<row r="1048577"/>`:                                      "has no place that a sheet has",
		`<row><c r="XFE1"><v>1</v></c></row>`:                     "has no place that a sheet has",
		`<row><c r="a1"><v>1</v></c></row>`:                       "has no place that a sheet has",
		`<row><c t="s"><v>0</v></c></row>`:                        "a shared text that is not there",
		`<row><c><v>1</v></c>`:                                    "not well formed",
		`<row><c t="str"><v>&nothing;</v></c></row>`:              "not well formed",
		"<row><c t=\"str\"><v>\xff</v></c></row>":                 "not well formed",
		`<!DOCTYPE x [<!ENTITY a "b">]><row/>`:                    "not well formed",
		long:                                                      "longer than 1 MiB",
		many:                                                      "a row is longer than 1 MiB",
	} {
		if got := shown(t, sheet(t, rows), ""); !strings.Contains(got, want) || !strings.Contains(got, "cannot be read") {
			t.Errorf("%.60s: %.300s", rows, got)
		}
	}
}

// A wrong checksum is only seen at the end of the part.
func TestAChangedByteIsFoundByTheChecksum(t *testing.T) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range map[string]string{
		"_rels/.rels":      `<R><Relationship Id="a" Type="x/officeDocument" Target="w.xml"/></R>`,
		"w.xml":            `<workbook><sheet name="S" r:id="r1"/></workbook>`,
		"_rels/w.xml.rels": `<R><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/></R>`,
		"s.xml":            `<worksheet><sheetData><row><c><v>1000</v></c></row></sheetData></worksheet>`,
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
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
	compare(t, shown(t, out.Bytes(), ""), "1 n:1000\n")
	got := shown(t, bytes.Replace(out.Bytes(), []byte(">1000<"), []byte(">9000<"), 1), "S")
	if !strings.Contains(got, "checksum") {
		t.Errorf("a changed byte: %s", got)
	}
}

// edited is a workbook with other parts.
func edited(t *testing.T, data []byte, parts map[string]string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(text)
	}
	maps.Copy(all, parts)
	return made(t, all)
}

func TestABombIsNotUnpacked(t *testing.T) {
	rows := strings.Repeat("<row/>", 1<<20)
	data := sheet(t, rows)
	b, err := Open(bytes.NewReader(data), int64(len(data)), 1<<20)
	if err == nil {
		_, err = b.Sheet("")
	}
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("a sheet of %d bytes in %d: %v", len(rows), len(data), err)
	}
	texts := made(t, map[string]string{"xl/sharedStrings.xml": "<sst>" + strings.Repeat("<si/>", 1<<20) + "</sst>",
		"xl/worksheets/sheet1.xml": "<worksheet><sheetData/></worksheet>"})
	b, err = Open(bytes.NewReader(texts), int64(len(texts)), 1<<20)
	if err == nil {
		_, err = b.Sheet("")
	}
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("shared texts: %v", err)
	}
	blank := "<worksheet><sheetData>" + strings.Repeat("<row/>", 100_000) + "</sheetData></worksheet>"
	both := edited(t, several(t, "empty", "empty"), map[string]string{"xl/s0.xml": blank, "xl/s1.xml": blank})
	b, err = Open(bytes.NewReader(both), int64(len(both)), 1<<20)
	if err == nil {
		_, err = b.Sheet("")
	}
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("two sheets that are too large together: %v", err)
	}
}
