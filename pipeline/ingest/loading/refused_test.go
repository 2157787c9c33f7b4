package loading

import (
	"strings"
	"testing"

	"tranche/pipeline/ingest/feed"
)

func TestOneFileInAZipArchiveIsReadAsCSV(t *testing.T) {
	text := rowsHeader + "A,1,2024-08-01,C,S,2.00\n"
	f := rowsFeed(feed.Limit{})
	for name, data := range map[string][]byte{
		"s.csv": []byte(text), "s.csv.gz": gzOf(t, text),
		"s.zip":     zipOf(t, "out/", "", "out/a.txt", text, "__MACOSX/._a", "x"),
		"S.CSV.ZIP": zipOf(t, "a.csv", "\xef\xbb\xbf"+text),
	} {
		if u := previewedAs(t, f, name, data); u.Refused != nil || u.Amount != "2.000000" {
			t.Errorf("%s: %s, %s, %q", name, u.Amount, refusal(u), u.Problems)
		}
	}
}

func TestAFileIsRefusedByWhatItIs(t *testing.T) {
	text := rowsHeader + "A,1,2024-08-01,C,S,2.00\n"
	workbook := book(t, sheetHead)
	wide := []byte("d\x00o\x00c\x00,\x00l\x00i\x00n\x00e\x00,\x00d\x00a\x00t\x00e\x00\n\x00")
	for _, x := range []struct {
		name   string
		data   []byte
		format string
		want   string
	}{
		{"s.csv", workbook, "", "it is an Excel workbook (.xlsx): say format: xlsx in the feed if this sender sends"},
		{"s.csv", gzOf(t, text), "", "it is a gzip archive: send it under a name that ends in .gz"},
		{"s.csv", zipOf(t, "a", text), "", "it is a zip archive: send it under a name that ends in .zip"},
		{"s.zip", gzOf(t, text), "", "it is a gzip archive under a name that ends in .zip: send it under"},
		{"s.gz", []byte(text), "", "it is text, perhaps CSV: send it under a name without .gz"},
		{"s.zip", workbook, "", "it is an Excel workbook (.xlsx) under a name that ends in .zip: say format"},
		{"s.zip", zipOf(t, "a.csv", text, "b.csv", text), "", "it is a zip archive of 2 files (a.csv, b.csv): ask"},
		{"s.zip", zipOf(t), "", "it is a zip archive of 0 files ()"},
		{"s.zip", zipOf(t, "a.xlsx", string(workbook)), "", "an archive with a zip archive or a workbook in it"},
		{"s.gz", gzOf(t, "%PDF-1.4 ..."), "", "it is an archive with a PDF file in it: ask the sender for CSV"},
		{"s.zip", zipOf(t, "a", text)[:80], "", "the archive is damaged"},
		{"s.csv", []byte("<html>\n<table border=\"1\"><tr>"), "", "it is an HTML page"},
		{"s.gz", gzOf(t, "<!doctype html>"), "", "it is an archive with an HTML page"},
		{"s.csv", []byte(`[{"doc": 1}]`), "", "it is a JSON file: ask the sender for CSV"},
		{"s.csv", []byte("%PDF-1.4 ..."), "", "it is a PDF file: ask the sender for CSV"},
		{"s.csv", wide, "", "it is text in UTF-16: declare encoding: utf-16 in the feed"},
		{"s.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\x00o\x00r\x00k\x00b\x00o\x00o\x00k\x00"), feed.Workbook,
			"it is an old Excel workbook (.xls): ask the sender to save it as .xlsx"},
		{"s.xlsx", []byte(text), feed.Workbook, "it is text, perhaps CSV: take format: xlsx out of the feed"},
		{"s.xlsx", []byte("<html><table>"), feed.Workbook, "it is an HTML page"},
		{"s.xlsx", zipOf(t, "a.csv", text), feed.Workbook, "it is a zip archive: ask the sender for the workbook"},
		{"s.zip", workbook, feed.Workbook, "under a name that ends in .zip: send it under a name"},
		{"s.xlsx.zip", zipOf(t, "a.xlsx", string(workbook)), feed.Workbook, "ask the sender for the workbook itself"},
		{"s.xlsx", workbook[:len(workbook)/2], feed.Workbook, "the archive is damaged: it is a zip archive"},
	} {
		f := rowsFeed(feed.Limit{})
		f.Format = x.format
		if got := refusal(previewedAs(t, f, x.name, x.data)); !strings.Contains(got, x.want) {
			t.Errorf("%s, %.20q: %s", x.name, x.data, got)
		}
	}
}

func TestUTF16IsReadWhereItIsDeclared(t *testing.T) {
	f := rowsFeed(feed.Limit{})
	f.Encoding = "utf-16le"
	var data []byte
	for _, c := range []byte(rowsHeader + "A,1,2024-08-01,C,S,2.00\n") {
		data = append(data, c, 0)
	}
	if u := previewedAs(t, f, "s.csv", data); u.Amount != "2.000000" {
		t.Error(refusal(u))
	}
	page := []byte("<\x00h\x00t\x00m\x00l\x00>\x00")
	refusedFor(t, previewedAs(t, f, "s.csv", page), "it is an HTML page")
}

func TestABombIsRefusedBeforeItFillsAnything(t *testing.T) {
	f := rowsFeed(feed.Limit{None: true})
	f.MaxBytes = 100_000
	bomb := zipOf(t, "a.csv", rowsHeader+strings.Repeat("x\n", 1<<20))
	refusedFor(t, previewedAs(t, f, "s.zip", bomb), "max_bytes allows")
	f.Format = feed.Workbook
	rows := edited(t, book(t, sheetHead), "xl/worksheets/sheet1.xml", func(text string) string {
		return strings.Replace(text, "</sheetData>", strings.Repeat(" ", 1<<20)+"</sheetData>", 1)
	})
	refusedFor(t, previewedAs(t, f, "s.xlsx", rows), "max_bytes allows")
}
