package feed

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/arrow/memory/mallocator"

	"tranche/pipeline/ingest/framing"
)

// Typer turns the records of one file into batches. Each goroutine needs its own Clone.
type Typer struct {
	Problems  []Problem // of the last record
	Amount    int64     // net amount of the last record in micro-units, when HasAmount
	HasAmount bool
	Hidden    int64 // values so far out of which invisible characters were taken

	feed    Feed
	header  Names
	kind    Kind
	sources []source
	numbers numbers
	dates   dates
	nothing [][]byte // words that are no value
	returns string
	sales   struct{ docType, isReturn, quantity, price, amount, lineNo, lineKey, returnsDoc, returnsLine, returnsKey int }
	active  []int    // columns to read in every record
	fixed   []bool   // columns with one value in all records, left out of batches
	kept    []int    // columns in batches
	columns []Column // of batches
	memory  memory.Allocator
	builder *array.RecordBuilder // of the next batch
	keys    []int
	values  []value
	line    int64
	kinds   []framing.Kind // of the record's fields; empty: all are text
	place   Place          // nil: the records are not those of a workbook
	content []byte

	dialect    framing.Dialect
	exclusions []exclusion
	groups     []group
	virtual    int // fields that only headings fill, behind those of the header

	lastDate []byte // the text of the last day read, and the day
	lastDay  day
}

// source is the origin of a column's text.
type source struct {
	field    int    // of the record, -1 when the sender does not write it
	constant *value // checked once, when the file is bound
	words    map[string][]byte
	allowed  []string
}

// value is one column of the record being typed.
type value struct {
	text  []byte
	raw   []byte
	units int64
	day   day
	set   bool

	isPart bool // of a line number: its text has a part behind the whole number
}

const maxText = 2000

// Bind finds the feed's columns in a header. Problems are those of the file; notes are columns that the feed
// ignores.
func (f Feed) Bind(header Names) (t *Typer, problems []Problem, notes []string) {
	kind, ok := KindNamed(f.Kind)
	if !ok {
		return nil, []Problem{{Code: MissingColumn, Detail: "unknown kind " + f.Kind}}, nil
	}
	t = &Typer{feed: f, header: header, kind: kind, numbers: newNumbers(f), dates: newDates(f), returns: f.Returns}
	for _, word := range f.NullWords {
		t.nothing = append(t.nothing, []byte(word))
	}
	used := map[int]bool{}
	for _, c := range kind.Columns {
		src, problem := f.source(c, header)
		if problem != nil {
			problems = append(problems, *problem)
		}
		used[src.field] = true
		t.sources = append(t.sources, src)
	}
	if problems = append(problems, t.bindExclusions(header)...); len(problems) > 0 {
		return nil, problems, nil
	}
	for _, e := range t.exclusions {
		used[e.field] = true
	}
	for i, name := range header {
		if !used[i] && name != "" {
			notes = append(notes, name)
		}
	}
	t.values = make([]value, len(kind.Columns))
	s := &t.sales
	s.docType, s.isReturn, s.quantity = t.index("document_type"), t.index("is_return"), t.index("quantity")
	s.price, s.amount, s.returnsDoc = t.index("unit_price"), t.index("net_amount"), t.index("returns_document")
	s.lineNo, s.lineKey = t.index("line_no"), t.index("line_key")
	s.returnsLine, s.returnsKey = t.index("returns_line"), t.index("returns_key")
	t.fix()
	t.columns = []Column{{Name: "line"}}
	if kind.Name != Sales {
		t.columns = append(t.columns, Column{Name: "record_key"}, Column{Name: "content"})
	}
	for i, c := range kind.Columns {
		if !c.Passing && !t.fixed[i] {
			t.kept, t.columns = append(t.kept, i), append(t.columns, c)
		}
	}
	t.memory = mallocator.NewMallocator() // DuckDB keeps pointers to it, so it cannot be Go's memory
	t.builder = array.NewRecordBuilder(t.memory, t.schema())
	for _, k := range t.keyColumns() {
		t.keys = append(t.keys, t.index(k))
	}
	return t, nil, notes
}

// fix finds the columns with one value in all records of a sales file: constants, and columns that the sender never
// writes. Batches leave them out; Fixed has their values.
func (t *Typer) fix() {
	t.fixed = make([]bool, len(t.kind.Columns))
	fixed := t.feed.Fixed()
	for i, src := range t.sources {
		name := t.kind.Columns[i].Name
		_, t.fixed[i] = fixed[name]
		written := src.field >= 0 || src.constant != nil || t.feed.derives(name) || i == t.sales.lineKey ||
			i == t.sales.returnsKey
		if written || t.kind.Name != Sales {
			t.active = append(t.active, i)
		}
	}
}

// Fixed is the columns of a sales feed with one value in all records; empty stands for null. Only the declaration
// decides.
func (f Feed) Fixed() map[string]string {
	fixed := map[string]string{}
	kind, _ := KindNamed(f.Kind)
	if kind.Name != Sales {
		return fixed
	}
	for _, c := range kind.Columns {
		_, same := f.Constants[c.Name]
		written := f.writes(c.Name)
		if f.derives(c.Name) || c.Passing || same && c.Type != Code || !same && written {
			continue
		}
		fixed[c.Name] = f.fixedTo(c.Name)
	}
	return fixed
}

// fixedTo is the value of a column's constant.
func (f Feed) fixedTo(column string) string {
	value := string(trim([]byte(f.Constants[column])))
	if word, ok := f.Values[column][value]; ok {
		return word
	}
	return value
}

// derives says whether reading computes a column of sales, at least in part.
func (f Feed) derives(column string) bool {
	switch column {
	case "is_return", "net_amount", "line_no", "quantity":
		return true
	case "line_key":
		return len(f.key()) > 0 || f.Dotted
	case "returns_key":
		return f.Dotted
	}
	return false
}

// keyColumns are the columns of a record's key.
func (t *Typer) keyColumns() []string {
	if t.kind.Name == Sales {
		return []string{"distributor", "document_no", "line_key", "line_no"}
	}
	return t.kind.Key
}

// Counts says whether lines are numbered by their occurrence, because the sender does not number them.
func (t *Typer) Counts() bool {
	return t.kind.Name == Sales && t.sources[t.sales.lineNo].field < 0
}

func (t *Typer) index(name string) int {
	return slices.IndexFunc(t.kind.Columns, func(c Column) bool { return c.Name == name })
}

// source finds the origin of a column, or its problem.
func (f Feed) source(c Column, header Names) (source, *Problem) {
	src := source{field: -1, words: map[string][]byte{}, allowed: f.words(c)}
	for theirs, ours := range f.Values[c.Name] {
		src.words[theirs] = []byte(ours)
	}
	if constant, ok := f.Constants[c.Name]; ok {
		if src.constant = (&value{raw: []byte(constant)}); c.Needed && f.fixedTo(c.Name) == "" {
			return src, &Problem{Code: Missing, Column: c.Name, Detail: "the constant for " + c.Name + " means nothing"}
		}
		return src, nil
	}
	names, ok := f.Columns[c.Name]
	if !ok {
		if f.Needs(c) && !f.writes(c.Name) {
			detail := "the feed declares neither a column nor a constant for " + c.Name
			return src, &Problem{Code: MissingColumn, Column: c.Name, Detail: detail}
		}
		return src, nil
	}
	var err error
	src.field, err = header.find(names)
	switch {
	case err != nil:
		return src, &Problem{Code: RepeatedColumn, Column: c.Name, Detail: err.Error()}
	case src.field < 0:
		detail := fmt.Sprintf("%s, which this sender calls %s; the header holds %s",
			c.Name, quoteAll(names), quoteAll(header))
		return src, &Problem{Code: MissingColumn, Column: c.Name, Detail: detail}
	}
	return src, nil
}

// writes says whether the sender gives a column its values: in one of his own, or in the headings of groups.
func (f Feed) writes(name string) bool {
	_, written := f.Columns[name]
	return written || slices.ContainsFunc(f.Exclude, func(e Exclusion) bool { return e.Fills == name })
}

// Needs says whether a feed must declare a column. For sales it depends on amounts and returns.
func (f Feed) Needs(c Column) bool {
	if f.Kind == Sales {
		_, amount := f.Columns["net_amount"]
		switch c.Name {
		case "net_amount":
			_, price := f.Columns["unit_price"]
			return !price
		case "unit_price":
			return !amount
		case "quantity":
			return !amount || f.Returns == ByQuantity
		case "document_type":
			return f.Returns != ByAmount && f.Returns != ByQuantity
		}
	}
	return c.Needed
}

func quoteAll(names []string) string {
	var quoted []string
	for _, n := range names {
		quoted = append(quoted, strconv.Quote(n))
	}
	return strings.Join(quoted, ", ")
}

// Clone is a typer for another goroutine.
func (t *Typer) Clone() *Typer {
	c := *t
	c.values = make([]value, len(t.values))
	c.sources = slices.Clone(t.sources)
	for i, src := range c.sources {
		if src.constant != nil {
			constant := *src.constant
			c.sources[i].constant = &constant
		}
	}
	c.Problems, c.content, c.lastDate, c.groups = nil, nil, nil, slices.Clone(t.groups)
	c.builder = array.NewRecordBuilder(t.memory, t.Schema())
	return &c
}

// Schema is that of the batches.
func (t *Typer) Schema() *arrow.Schema { return t.builder.Schema() }

// Columns are the batches' columns; the first is the line.
func (t *Typer) Columns() []Column { return t.columns }

// Reserve makes room for records.
func (t *Typer) Reserve(records int) { t.builder.Resize(records) }

// Batch is the records since the last call, in memory that DuckDB can read. The caller releases it.
func (t *Typer) Batch() arrow.RecordBatch { return t.builder.NewRecordBatch() }

// Type adds a record to the batch, or sets Problems.
func (t *Typer) Type(line int64, fields [][]byte) bool {
	if !t.Reads(line, fields) {
		return false
	}
	t.write()
	return true
}

// Reads says whether a record can be read, and sets Problems and Amount. It adds nothing to the batch.
func (t *Typer) Reads(line int64, fields [][]byte) bool {
	t.Problems, t.line, t.HasAmount = t.Problems[:0], line, false
	for _, i := range t.active {
		t.read(i, fields)
	}
	switch t.kind.Name {
	case Sales:
		t.finishSale()
	case "entries":
		t.finishEntry()
	case "deals", "certifications":
		t.finishTerm()
	case "fx_rates":
		t.finishRate()
	}
	if len(t.Problems) > 0 {
		t.nameProblems()
		return false
	}
	return true
}

func (t *Typer) problem(column int, code, detail string) {
	raw := t.values[column].raw
	t.Problems = append(t.Problems, Problem{
		Line:   t.line,
		Column: t.kind.Columns[column].Name,
		Code:   code,
		Raw:    string(raw[:min(len(raw), maxText)]),
		Detail: t.at(column, detail),
	})
}

// read reads one column's text.
func (t *Typer) read(i int, fields [][]byte) {
	src, c, v := &t.sources[i], &t.kind.Columns[i], &t.values[i]
	*v = value{}
	switch {
	case src.constant != nil && src.constant.set:
		*v = *src.constant
		return
	case src.constant != nil:
		v.raw = src.constant.raw
	case src.field >= 0:
		v.raw = fields[src.field]
	default:
		return
	}
	v.text = trim(v.raw)
	kind := t.cellKind(src)
	if t.feed.ExcelText && len(v.text) > 3 && v.text[0] == '=' && v.text[1] == '"' && v.text[len(v.text)-1] == '"' {
		v.text = v.text[2 : len(v.text)-1]
	}
	if c.Type != Text && marksIn(v.text)&hidden > 0 {
		t.showHidden(v)
	}
	if slices.ContainsFunc(t.nothing, func(word []byte) bool { return bytes.Equal(word, v.text) }) {
		v.text = nil
	}
	if len(v.text) > 0 && len(src.words) > 0 {
		if word, ok := src.words[string(v.text)]; ok {
			v.text, kind = word, framing.Text
		}
	}
	if len(v.text) == 0 { // also after the words
		if c.Needed {
			t.problem(i, Missing, "")
		}
		return
	}
	v.set = true
	code, detail := t.checkAny(c, src, v, kind)
	if code != "" {
		t.problem(i, code, detail)
		v.set = false
	}
	if src.constant != nil {
		*src.constant = *v
	}
}

func trim(text []byte) []byte {
	if n := len(text); n > 0 && text[0] > ' ' && text[0] < utf8.RuneSelf && text[n-1] > ' ' && text[n-1] < utf8.RuneSelf {
		return text
	}
	return bytes.TrimSpace(text)
}
