package feed

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tranche/pipeline/ingest/framing"
)

// Exclusion is a condition under which a row is no sale. Exactly one of Is, StartsWith, Blank and RepeatedHeader says
// what is looked for.
type Exclusion struct {
	Column         string   // the sender's name of a column, or its number from 1
	Is             []string // its value is one of these, without regard to case
	Otherwise      []string // with Is: the values of sales; a row with any other is rejected
	StartsWith     []string // its value begins with one of these; empty Column: the first field with a value
	Blank          bool     // no field has a value
	RepeatedHeader bool     // the header once more
	Fills          string   // our column: the row is the heading of a group, and gives the rows below their value
}

// String says the condition in words.
func (e Exclusion) String() string {
	column := e.Column
	switch _, err := strconv.Atoi(e.Column); {
	case e.Column == "":
		column = "the row"
	case err == nil:
		column = "field " + e.Column
	}
	switch {
	case e.Blank:
		return "rows without any value"
	case e.RepeatedHeader:
		return "the header once more"
	case len(e.StartsWith) > 0:
		return column + " begins with " + strings.Join(e.StartsWith, " or ")
	}
	var list []string
	for _, word := range e.Is {
		if word == "" {
			word = "empty"
		}
		list = append(list, word)
	}
	return column + " is " + strings.Join(list, " or ")
}

// exclusion is a condition bound to a header.
type exclusion struct {
	Exclusion
	field int // -1: the first with a value
	fills int // index of a group; -1: none
}

// group is a column whose value holds for the rows below that have none.
type group struct {
	column int // ours
	field  int // of the record; behind its last field where only headings give the value
	text   []byte
	kind   framing.Kind
	lost   int64 // the line of a row since then that could not be read, and may hold another value
}

// bindExclusions finds the columns of the conditions and of the groups in a header.
func (t *Typer) bindExclusions(header Names) (problems []Problem) {
	t.dialect = t.feed.Dialect()
	for _, name := range t.feed.FillDown {
		t.group(name)
	}
	for _, e := range t.feed.Exclude {
		bound := exclusion{Exclusion: e, field: -1, fills: -1}
		number, err := strconv.Atoi(e.Column)
		if err == nil && number >= 1 && number <= len(header) {
			bound.field = number - 1
		} else if e.Column != "" {
			if bound.field, err = header.find([]string{e.Column}); err != nil {
				problems = append(problems, Problem{Code: RepeatedColumn, Column: e.Column, Detail: err.Error()})
			} else if bound.field < 0 {
				problems = append(problems, Problem{Code: MissingColumn, Column: e.Column, Detail: fmt.Sprintf(
					"%q, which exclude names; the header holds %s", e.Column, quoteAll(header))})
			}
		}
		if e.Fills != "" {
			bound.fills = t.group(e.Fills)
		}
		t.exclusions = append(t.exclusions, bound)
	}
	return problems
}

// group is the index of a column's group, which it makes if there is none.
func (t *Typer) group(name string) int {
	column := t.index(name)
	if i := slices.IndexFunc(t.groups, func(g group) bool { return g.column == column }); i >= 0 {
		return i
	}
	g := group{column: column, field: t.sources[column].field}
	if g.field < 0 {
		g.field = len(t.header) + t.virtual
		t.virtual++
		t.sources[column].field = g.field
	}
	t.groups = append(t.groups, g)
	return len(t.groups) - 1
}

// FillsDown says that values hold for rows below, so that rows must be read in their order.
func (t *Typer) FillsDown() bool { return len(t.groups) > 0 }

// Excludes says how many conditions the feed has.
func (t *Typer) Excludes() int { return len(t.exclusions) }

// Exclusion is the index of the condition by which a record is no sale; -1: none. A record with another number of
// fields than the header is only looked at for its beginning and for being empty. wrong is a value that is neither
// excluded nor one of those of sales.
func (t *Typer) Exclusion(rec *framing.Record) (condition int, wrong *Problem) {
	if rec.Sort == framing.Broken && rec.Fault != framing.FieldCount {
		return -1, nil
	}
	for i := range t.exclusions {
		if !t.exclusions[i].holds(rec, t) {
			continue
		}
		if t.dialect.HasOtherEnd(rec.Raw) { // a sale may be hidden in it
			raw := string(rec.Raw[:min(len(rec.Raw), maxText)])
			return -1, &Problem{Line: rec.Line, Code: string(framing.OtherLineEnd), Raw: raw}
		}
		return i, nil
	}
	if rec.Sort == framing.Broken {
		return -1, nil
	}
	for _, e := range t.exclusions {
		if len(e.Otherwise) == 0 || contains(e.Otherwise, fieldAt(rec.Fields, e.field)) {
			continue
		}
		if same, _ := t.HeaderAgain(rec.Fields); same {
			return -1, nil
		}
		raw := string(rec.Fields[e.field])
		return -1, &Problem{Line: rec.Line, Column: e.Column, Code: NotSaid, Raw: raw[:min(len(raw), maxText)]}
	}
	return -1, nil
}

// holds says whether a record meets a condition.
func (e *exclusion) holds(rec *framing.Record, t *Typer) bool {
	whole := rec.Sort != framing.Broken
	switch {
	case e.Blank:
		return len(fieldAt(rec.Fields, -1)) == 0
	case e.RepeatedHeader:
		same, _ := t.HeaderAgain(rec.Fields)
		return same && whole
	case len(e.StartsWith) > 0:
		return begin(fieldAt(rec.Fields, e.field), e.StartsWith) > 0
	}
	return whole && contains(e.Is, fieldAt(rec.Fields, e.field))
}

func contains(list []string, text []byte) bool {
	return slices.ContainsFunc(list, func(word string) bool { return strings.EqualFold(word, string(text)) })
}

// fieldAt is a field without spaces around it; at -1, the first one with a value.
func fieldAt(fields [][]byte, at int) []byte {
	if at >= 0 {
		if at < len(fields) {
			return trim(fields[at])
		}
		return nil
	}
	for _, f := range fields {
		if f = trim(f); len(f) > 0 {
			return f
		}
	}
	return nil
}

// begin is the length of the first of the marks with which a text begins; zero: none. A mark that ends with a letter
// ends a word: Total does not begin TotalEnergies.
func begin(text []byte, marks []string) int {
	for _, mark := range marks {
		if alone := strings.TrimSpace(mark); strings.EqualFold(string(text), alone) {
			return len(alone)
		}
		if len(mark) > len(text) || !strings.EqualFold(string(text[:len(mark)]), mark) {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(mark)
		next, _ := utf8.DecodeRune(text[len(mark):])
		if !unicode.IsLetter(last) || !unicode.IsLetter(next) {
			return len(mark)
		}
	}
	return 0
}

// Heading takes the value of a group from an excluded row, if it is a heading: what stands behind the beginning, or
// the row's own value of the column.
func (t *Typer) Heading(condition int, rec *framing.Record) {
	e := &t.exclusions[condition]
	if e.fills < 0 {
		return
	}
	g := &t.groups[e.fills]
	switch {
	case len(e.StartsWith) > 0:
		text := fieldAt(rec.Fields, e.field)
		g.set(trim(text[begin(text, e.StartsWith):]), framing.Text, rec.Line)
	case g.field < len(rec.Fields):
		g.set(trim(rec.Fields[g.field]), rec.KindOf(g.field), rec.Line)
	default:
		g.set(nil, framing.Text, rec.Line)
	}
}

// set keeps a value. A heading without one leaves its rows without.
func (g *group) set(text []byte, kind framing.Kind, line int64) {
	g.text, g.kind, g.lost = append(g.text[:0], text...), kind, 0
	if len(text) == 0 {
		g.lost = line
	}
}

// Lose says that a row could not be read. It may have begun a group.
func (t *Typer) Lose(line int64) {
	for i := range t.groups {
		t.groups[i].lost = line
	}
}

// FillDown gives a record the values of its groups where it has none, and keeps those that it has. It is a problem
// when the value may stand in a row that could not be read.
func (t *Typer) FillDown(rec *framing.Record) *Problem {
	var lost *Problem
	t.pad(rec)
	for i := range t.groups {
		g := &t.groups[i]
		switch own := trim(rec.Fields[g.field]); {
		case len(own) > 0:
			g.set(own, rec.KindOf(g.field), rec.Line)
		case g.lost > 0 && lost == nil:
			name := t.kind.Columns[g.column].Name
			lost = &Problem{Line: rec.Line, Column: name, Code: NothingAbove, Detail: fmt.Sprintf("line %d", g.lost)}
		default:
			rec.Fields[g.field] = g.text
			if len(rec.Kinds) > 0 {
				rec.Kinds[g.field] = g.kind
			}
		}
	}
	return lost
}

// pad adds the fields that only headings fill.
func (t *Typer) pad(rec *framing.Record) {
	for len(rec.Fields) < len(t.header)+t.virtual {
		rec.Fields = append(rec.Fields, nil)
		if len(rec.Kinds) > 0 {
			rec.Kinds = append(rec.Kinds, framing.Text)
		}
	}
}
