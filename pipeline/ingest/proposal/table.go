package proposal

import (
	"bytes"
	"slices"
	"strings"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
)

// Row is a row of a sample: a record of a delimited text, or a row of a sheet.
type Row struct {
	Line  int64
	Cells []Cell
}

// Cell is one field. A number and a day are as the reader of workbooks writes them.
type Cell struct {
	Text string
	Kind framing.Kind
}

// row is a row cut into fields without spaces around them.
type row struct {
	line   int64
	fields []string
	kinds  []framing.Kind // nil: all are texts
	raw    string         // of delimited text
	fault  framing.Fault
}

// table is a sample cut into rows.
type table struct {
	delimiter byte // zero: a sheet
	noQuotes  bool
	excelText bool
	line      int64      // where the header begins
	lines     int        // of the header; 0: there is none
	header    feed.Names // without a header, numbers
	headerRaw string
	body      []row // of the header's width, below it
	odd       []row // below the header, and of another width or broken
	isCut     bool  // the sample is only the beginning of the file
}

// tableOfText finds the delimiter that gives most rows of one width and most fields, and the header.
func tableOfText(text []byte, whole bool, names *judge) (*table, bool) {
	t := &table{isCut: !whole}
	var all []row
	most := 0
	for _, d := range []byte(",;\t|") {
		list := frame(text, framing.Dialect{Delimiter: d, Quote: '"', ExcelText: writesExcelText(text, d)}, whole)
		width := usualWidth(list)
		if n := ofWidth(list, width) * (width - 1); n > most {
			all, t.delimiter, most = list, d, n
		}
	}
	if most == 0 {
		return nil, false
	}
	t.excelText = writesExcelText(text, t.delimiter)
	if slices.ContainsFunc(all, func(r row) bool { return r.fault == framing.StrayQuote }) {
		plain := frame(text, framing.Dialect{Delimiter: t.delimiter}, whole)
		if width := usualWidth(all); ofWidth(plain, width) > ofWidth(all, width)+1 {
			all, t.noQuotes = plain, true
		}
	}
	t.arrange(all, names)
	return t, true
}

// tableOfRows is the table of a sheet.
func tableOfRows(rows []Row, whole bool, names *judge) (*table, bool) {
	t := &table{isCut: !whole}
	width := 0
	for _, r := range rows {
		for i, c := range r.Cells {
			if c.Text != "" {
				width = max(width, i+1)
			}
		}
	}
	var all []row
	for _, r := range rows {
		list := row{line: r.Line, fields: make([]string, width), kinds: make([]framing.Kind, width)}
		for i, c := range r.Cells[:min(len(r.Cells), width)] {
			list.fields[i], list.kinds[i] = strings.TrimSpace(c.Text), c.Kind
		}
		all = append(all, list)
	}
	if width < 2 || len(all) == 0 {
		return nil, false
	}
	t.arrange(all, names)
	return t, true
}

func writesExcelText(text []byte, delimiter byte) bool {
	return bytes.Contains(text, []byte{delimiter, '=', '"'}) || bytes.Contains(text, []byte("\n=\""))
}

func frame(text []byte, d framing.Dialect, whole bool) (list []row) {
	f := framing.Framer{Dialect: d}
	f.Reset(text, 1, whole)
	var rec framing.Record
	for f.Next(&rec) {
		if rec.Sort == framing.Blank {
			continue
		}
		r := row{line: rec.Line, raw: strings.TrimRight(string(rec.Raw), "\r\n"), fault: rec.Fault}
		for _, field := range rec.Fields {
			r.fields = append(r.fields, strings.TrimSpace(string(field)))
		}
		list = append(list, r)
	}
	return list
}

// usualWidth is the most frequent number of fields, from two; the larger of equals.
func usualWidth(list []row) (width int) {
	times := map[int]int{}
	for _, r := range list {
		if n := len(r.fields); n > 1 && r.fault == "" {
			times[n]++
			if times[n] > times[width] || times[n] == times[width] && n > width {
				width = n
			}
		}
	}
	return width
}

func ofWidth(list []row, width int) (n int) {
	for _, r := range list {
		if len(r.fields) == width && r.fault == "" {
			n++
		}
	}
	return n
}

// headerWithin is the last row in which a header may begin.
const headerWithin = 20

// arrange finds the header and divides the rows below it.
func (t *table) arrange(all []row, names *judge) {
	width := usualWidth(all)
	var rows []row
	for _, r := range all {
		if len(r.fields) == width && r.fault == "" {
			rows = append(rows, r)
		}
	}
	first, lines := findHeader(rows, names)
	t.line, t.lines = rows[first].line, lines
	if lines == 0 {
		t.header = feed.Numbered(width)
	} else {
		t.header, t.headerRaw = namesOf(rows[first:first+lines]), rows[first].raw
	}
	t.body = rows[first+lines:]
	for _, r := range all {
		if r.line > t.line && (len(r.fields) != width || r.fault != "") {
			t.odd = append(t.odd, r)
		}
	}
}

// findHeader finds the header's row and its number of lines: the row, or two joined, with the most known names; else
// the first row without data. A file that begins with data has no header.
func findHeader(rows []row, names *judge) (first, lines int) {
	most := 1
	for i := range rows[:min(len(rows), headerWithin)] {
		if holdsData(rows[i]) && filled(rows[i].fields) < 6 {
			continue
		}
		if n := names.known(namesOf(rows[i : i+1])); n > most && (n > 3 || !holdsData(rows[i])) {
			first, lines, most = i, 1, n
		}
		if i+1 < len(rows) && rows[i+1].line == rows[i].line+1 && !holdsData(rows[i]) && !holdsData(rows[i+1]) {
			if n := names.known(namesOf(rows[i : i+2])); n > most && n > names.known(namesOf(rows[i+1:i+2])) {
				first, lines, most = i, 2, n
			}
		}
	}
	if lines > 0 {
		return first, lines
	}
	for i, r := range rows[:min(len(rows), headerWithin)] {
		switch {
		case holdsData(r):
			return 0, 0
		case filled(r.fields)*2 > len(r.fields) && distinct(r.fields):
			return i, 1
		}
	}
	return 0, 0
}

func namesOf(rows []row) feed.Names {
	var lines [][]string
	for _, r := range rows {
		lines = append(lines, r.fields)
	}
	return feed.HeaderNames(lines)
}

func holdsData(r row) bool {
	for i, f := range r.fields {
		if r.kinds != nil && (r.kinds[i] == framing.Number || r.kinds[i] == framing.Day) || isNumber(f) || isDate(f) {
			return true
		}
	}
	return false
}

func filled(fields []string) (n int) {
	for _, f := range fields {
		if f != "" {
			n++
		}
	}
	return n
}

func distinct(fields []string) bool {
	seen := map[string]bool{}
	for _, f := range fields {
		if f = strings.ToLower(f); f != "" && seen[f] {
			return false
		}
		seen[f] = true
	}
	return true
}
