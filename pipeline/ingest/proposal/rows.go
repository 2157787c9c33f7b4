package proposal

import (
	"fmt"
	"slices"
	"strings"

	"tranche/pipeline/ingest/feed"
)

// set is rows that are no data, for one reason.
type set struct {
	what    string // they are
	rows    []row
	declare string // an item of exclude, or the beginning of lines
}

// aside are the rows that are no data, and what to declare for them.
type aside struct {
	repeated, blank *set
	totals          []*set // in the middle
	comments        []*set
	ends            []*set
	unread          []*set // nothing is declared for these
	short           *set   // rows that lack their last fields
}

// setAside takes the rows that are no data out of a table.
func (t *table) setAside() (a aside) {
	usual := usuallyFilled(t.body)
	var totals []row
	t.body = slices.DeleteFunc(t.body, func(r row) bool {
		switch {
		case filled(r.fields) == 0:
			a.blank = add(a.blank, "rows without any value", r)
		case t.lines > 0 && isHeaderAgain(r, t.header):
			a.repeated = add(a.repeated, "rows that repeat the header", r)
		case isTotal(r) && filled(r.fields)*2 <= usual+1:
			totals = append(totals, r)
		default:
			return false
		}
		return true
	})
	if !t.isCut {
		totals = append(totals, t.cutEnds(usual)...)
	}
	slices.SortStableFunc(totals, func(x, y row) int { return int(x.line - y.line) })
	a.placeTotals(t, totals)
	a.placeOdd(t)
	return a
}

func add(s *set, what string, r row) *set {
	if s == nil {
		s = &set{what: what}
	}
	s.rows = append(s.rows, r)
	return s
}

// usuallyFilled is the number of filled fields of most rows.
func usuallyFilled(rows []row) (usual int) {
	times := map[int]int{}
	for _, r := range rows {
		n := filled(r.fields)
		if times[n]++; times[n] > times[usual] {
			usual = n
		}
	}
	return usual
}

func isHeaderAgain(r row, header feed.Names) bool {
	for i, f := range r.fields {
		if !strings.EqualFold(strings.Join(strings.Fields(f), " "), header[i]) {
			return false
		}
	}
	return true
}

// totalWords begin rows that add up others.
const totalWords = "|total|totals|subtotal|subtotals|grand|summe|zwischensumme|gesamt|gesamtsumme|endsumme|sous|sum|" +
	"totaux|ergebnis|insgesamt|*|**|***|"

func isTotal(r row) bool {
	first, _, _ := strings.Cut(firstFilled(r), " ")
	word := strings.Trim(fold(strings.ReplaceAll(first, "-", "")), ":")
	for _, w := range []string{word, strings.TrimSuffix(word, "total") + "total"} {
		if word != "" && strings.Contains(totalWords, "|"+w+"|") {
			return true
		}
	}
	return strings.HasPrefix(word, "soustotal")
}

func firstFilled(r row) string {
	for _, f := range r.fields {
		if f != "" {
			return f
		}
	}
	return ""
}

// cutEnds removes last rows that are mostly empty and do not begin with a number.
func (t *table) cutEnds(usual int) (ends []row) {
	for n := len(t.body); n > 1; n-- {
		last := t.body[n-1]
		if last.fields[0] != "" && isNumber(last.fields[0]) || filled(last.fields)*2 >= usual {
			return ends
		}
		t.body, ends = t.body[:n-1], append(ends, last)
	}
	return ends
}

// placeTotals declares totals at the end as trailer, and those between rows as rows to exclude.
func (a *aside) placeTotals(t *table, totals []row) {
	last := int64(0)
	if len(t.body) > 0 {
		last = t.body[len(t.body)-1].line
	}
	for _, r := range totals {
		inside := r.line < last || t.isCut
		if i := slices.IndexFunc(a.totals, func(s *set) bool { return s.covers(r) }); i >= 0 {
			a.totals[i].rows = append(a.totals[i].rows, r)
			continue
		}
		if !inside {
			if begins, ok := t.beginning(r); ok {
				a.ends = place(a.ends, begins, r)
				continue
			}
		}
		if item, ok := t.excluding(r); ok {
			a.totals = append(a.totals, &set{what: "totals", rows: []row{r}, declare: item})
			continue
		}
		a.unread = place(a.unread, "", r)
	}
}

func place(list []*set, declare string, r row) []*set {
	if i := slices.IndexFunc(list, func(s *set) bool { return s.declare == declare }); i >= 0 {
		list[i].rows = append(list[i].rows, r)
		return list
	}
	return append(list, &set{what: "rows", declare: declare, rows: []row{r}})
}

// covers says whether the declared item of a set of totals holds for a row.
func (s *set) covers(r row) bool {
	i := slices.IndexFunc(s.rows[0].fields, func(f string) bool { return f != "" })
	begins, _, spaced := strings.Cut(s.rows[0].fields[i], " ")
	if !spaced {
		return r.fields[i] == begins
	}
	return strings.HasPrefix(r.fields[i], begins+" ")
}

// excluding is the item of exclude for a row of totals, if no row of data begins like it.
func (t *table) excluding(r row) (item string, ok bool) {
	i := slices.IndexFunc(r.fields, func(f string) bool { return f != "" })
	word, _, spaced := strings.Cut(r.fields[i], " ")
	if !spaced {
		item = fmt.Sprintf("{column: %d, is: [%q]}", i+1, word)
		return item, !slices.ContainsFunc(t.body, func(d row) bool { return d.fields[i] == word })
	}
	word += " "
	item = fmt.Sprintf("{starts_with: %q, column: %d}", word, i+1)
	return item, !slices.ContainsFunc(t.body, func(d row) bool { return strings.HasPrefix(d.fields[i], word) })
}

// beginning is the shortest beginning of a line that no line of data and no header has.
func (t *table) beginning(r row) (string, bool) {
	raw := strings.TrimPrefix(r.raw, `"`)
	if raw == "" {
		return "", false
	}
	var ends []int
	marks := len(raw) - len(strings.TrimLeft(raw, string(rune(t.delimiter))+" "))
	if marks > 0 {
		ends = append(ends, marks)
	}
	for i := marks + 1; i <= len(raw); i++ {
		if i == len(raw) || strings.IndexByte(" \"*-="+string(rune(t.delimiter)), raw[i]) >= 0 || raw[i-1] == '*' {
			ends = append(ends, i, min(i+1, len(raw)))
		}
	}
	for _, end := range ends[:min(len(ends), 4)] {
		if begins := raw[:end]; strings.TrimSpace(begins) != "" && !t.anyBegins(begins) {
			return begins, true
		}
	}
	return "", false
}

func (t *table) anyBegins(begins string) bool {
	if t.lines > 0 && strings.HasPrefix(t.headerRaw, begins) {
		return true
	}
	return slices.ContainsFunc(t.body, func(d row) bool {
		return strings.HasPrefix(strings.TrimPrefix(d.raw, `"`), begins)
	})
}

// placeOdd finds what lines of another width are.
func (a *aside) placeOdd(t *table) {
	last := int64(0)
	if len(t.body) > 0 {
		last = t.body[len(t.body)-1].line
	}
	for _, r := range t.odd {
		switch begins, ok := t.separator(r); {
		case ok:
			a.comments = place(a.comments, begins, r)
			continue
		case r.line > last && !t.isCut && r.fault == "":
			if begins, ok := t.beginning(r); ok {
				a.ends = place(a.ends, begins, r)
				continue
			}
		case r.fault == "" && len(r.fields) > 1 && len(r.fields)+4 >= len(t.header) && len(r.fields) < len(t.header) &&
			!isTotal(r):
			a.short = add(a.short, "rows that lack their last fields", r)
			continue
		}
		a.unread = append(a.unread, &set{what: t.oddity(r), rows: []row{r}})
	}
}

func (t *table) oddity(r row) string {
	if r.fault != "" {
		return strings.ReplaceAll(string(r.fault), "_", " ")
	}
	return fmt.Sprintf("%d fields where the header has %d", len(r.fields), len(t.header))
}

// separator recognises a line of dashes, and how it begins.
func (t *table) separator(r row) (begins string, ok bool) {
	marks := strings.Trim(r.raw, string(rune(t.delimiter))+" ")
	if len(marks) < 3 || strings.Trim(marks, "-=_+*"+string(rune(t.delimiter))+" ") != "" {
		return "", false
	}
	begins = r.raw[:strings.Index(r.raw, marks[:2])+2]
	return begins, !t.anyBegins(begins)
}
