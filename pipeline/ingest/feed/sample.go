package feed

import (
	"regexp"
	"slices"
	"strings"

	"tranche/pipeline/ingest/framing"
)

// table is a sample cut into fields.
type table struct {
	delimiter byte
	line      int64 // where the header begins
	lines     int   // of the header; 0: there is none
	header    Names // without a header, numbers
	body      [][]string
	ends      []string // the beginnings of lines that look like totals
}

type sampleRecord struct {
	line   int64
	fields []string
}

// tableOf finds the delimiter that gives most records of one width and most fields, and the header.
func tableOf(sample []byte, whole bool) (t table, ok bool) {
	var rows []sampleRecord
	most := 0
	for _, d := range []byte(",;\t|") {
		list := ofOneWidth(frameSample(sample, d, whole))
		if len(list) > 0 && len(list)*(len(list[0].fields)-1) > most {
			rows, t.delimiter, most = list, d, len(list)*(len(list[0].fields)-1)
		}
	}
	if most == 0 {
		return t, false
	}
	first, lines := findHeader(rows)
	t.line, t.lines = rows[first].line, lines
	if lines == 0 {
		t.header = Numbered(len(rows[first].fields))
	} else {
		t.header = namesOf(rows[first : first+lines])
	}
	for _, r := range rows[first+lines:] {
		t.body = append(t.body, r.fields)
	}
	if whole {
		t.cutTotals()
	}
	return t, true
}

func frameSample(sample []byte, delimiter byte, whole bool) []sampleRecord {
	f := framing.Framer{Dialect: framing.Dialect{Delimiter: delimiter, Quote: '"'}}
	f.Reset(sample, 1, whole)
	var list []sampleRecord
	var rec framing.Record
	for f.Next(&rec) {
		if rec.Sort != framing.Data {
			continue
		}
		r := sampleRecord{line: rec.Line}
		for _, field := range rec.Fields {
			r.fields = append(r.fields, strings.TrimSpace(string(field)))
		}
		list = append(list, r)
	}
	return list
}

// ofOneWidth keeps the records of the most frequent width, from two fields.
func ofOneWidth(list []sampleRecord) []sampleRecord {
	times, width := map[int]int{}, 0
	for _, r := range list {
		n := len(r.fields)
		times[n]++
		if n > 1 && (times[n] > times[width] || times[n] == times[width] && n > width) {
			width = n
		}
	}
	return slices.DeleteFunc(list, func(r sampleRecord) bool { return len(r.fields) != width || width == 0 })
}

// headerWithin is the last row in which a header may begin.
const headerWithin = 20

// findHeader finds the header's row and its number of lines: the row, or two joined, with the most known names; else
// the first row without data. A file that begins with data has no header.
func findHeader(rows []sampleRecord) (first, lines int) {
	most := 1
	for i := range rows[:min(len(rows), headerWithin)] {
		if n := wellKnown(rows[i : i+1]); n > most {
			first, lines, most = i, 1, n
		}
		if i+1 < len(rows) && rows[i+1].line == rows[i].line+1 && !holdsData(rows[i]) && !holdsData(rows[i+1]) {
			if n := wellKnown(rows[i : i+2]); n > most && n > wellKnown(rows[i+1:i+2]) {
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

func namesOf(rows []sampleRecord) Names {
	var lines [][]string
	for _, r := range rows {
		lines = append(lines, r.fields)
	}
	return HeaderNames(lines)
}

// wellKnown counts the known names.
func wellKnown(rows []sampleRecord) int {
	_, found, _ := likeliestKind(namesOf(rows))
	return len(found)
}

var (
	numberLike = regexp.MustCompile(`^[(+-]?[0-9][0-9.,'’ \x{a0}\x{202f}]*[)-]?$`)
	dateLike   = regexp.MustCompile(`^[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}$`)
)

func isNumber(f string) bool { return numberLike.MatchString(f) && !isDate(f) }

func isDate(f string) bool { return dateLike.MatchString(f) }

func holdsData(r sampleRecord) bool {
	return slices.ContainsFunc(r.fields, func(f string) bool { return isNumber(f) || isDate(f) })
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

// cutTotals removes last lines that are mostly empty and begin with words or with empty fields.
func (t *table) cutTotals() {
	for n := len(t.body); n > 1; n-- {
		last := t.body[n-1]
		begins := last[0]
		if begins == "" {
			begins = strings.Repeat(string(t.delimiter), max(0, slices.IndexFunc(last, func(f string) bool { return f != "" })))
		}
		if begins == "" || isNumber(begins) || filled(last)*2 >= filled(t.body[0]) {
			return
		}
		t.body, t.ends = t.body[:n-1], append([]string{begins}, t.ends...)
	}
}

// column is the filled values of a field.
func (t *table) column(i int) (values []string) {
	for _, row := range t.body {
		if i >= 0 && row[i] != "" {
			values = append(values, row[i])
		}
	}
	return values
}

// all is the values of the named columns, and of unnamed columns where every value fits.
func (t *table) all(found map[string]string, ours string, fits func(string) bool) (values []string) {
	taken := map[string]bool{}
	for _, theirs := range found {
		taken[theirs] = true
	}
	for name := range strings.FieldsSeq(ours) {
		if theirs, ok := found[name]; ok {
			values = append(values, t.column(slices.Index(t.header, theirs))...)
		}
	}
	for i, theirs := range t.header {
		column := t.column(i)
		if !taken[theirs] && !slices.ContainsFunc(column, func(v string) bool { return !fits(v) }) {
			values = append(values, column...)
		}
	}
	return values
}
