package feed

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// Batch holds typed records column by column, in the order of the file: for
// small kinds the composed key and the whole content first, then the columns
// that are kept and not the same in every record.
type Batch struct {
	Lines   []int64 // the physical line each record begins on
	Columns []BatchColumn
}

// BatchColumn is one column of a batch. Dates are days since 1970-01-01,
// decimals units of 10^-Scale; both stand in Units, as whole numbers do and flags,
// as 1 and 0.
// Everything else stands in Text, cut at Ends.
type BatchColumn struct {
	Name  string
	Type  Type
	Scale int
	Money bool
	Units []int64
	Text  []byte
	Ends  []int32 // where each text ends; the first one, 0, is where the first begins
	Valid []byte  // a bit for each record, lowest first; zero: it holds nothing
	Nulls int     // records that hold nothing
}

// NewBatch makes an empty batch of the typer's columns.
func (t *Typer) NewBatch() *Batch {
	b := &Batch{}
	if t.kind.Name != Sales {
		b.Columns = append(b.Columns, BatchColumn{Name: "record_key"}, BatchColumn{Name: "content"})
	}
	for _, i := range t.kept {
		c := t.kind.Columns[i]
		b.Columns = append(b.Columns, BatchColumn{Name: c.Name, Type: c.Type, Scale: c.Scale, Money: c.Money})
	}
	b.Reset()
	return b
}

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	b.Lines = b.Lines[:0]
	for i := range b.Columns {
		c := &b.Columns[i]
		c.Units, c.Text, c.Ends, c.Valid, c.Nulls = c.Units[:0], c.Text[:0], append(c.Ends[:0], 0), c.Valid[:0], 0
	}
}

// InUnits says whether the column's values stand in Units.
func (c *BatchColumn) InUnits() bool {
	return c.Type == Date || c.Type == Decimal || c.Type == Whole || c.Type == Flag
}

// Show is one value as a person would write it.
func (c *BatchColumn) Show(row int) string {
	switch {
	case c.Valid[row>>3]&(1<<(row&7)) == 0:
		return ""
	case c.Type == Date:
		return time.Unix(c.Units[row]*secondsOfDay, 0).UTC().Format(time.DateOnly)
	case c.Type == Flag && c.Units[row] == 1:
		return "yes"
	case c.Type == Flag:
		return "no"
	case c.Money:
		return withCents(string(appendUnits(nil, c.Units[row], c.Scale)))
	case c.InUnits():
		return string(appendUnits(nil, c.Units[row], c.Scale))
	}
	return string(c.Text[c.Ends[row]:c.Ends[row+1]])
}

// withCents writes a decimal with two places at least.
func withCents(decimal string) string {
	units, places, _ := strings.Cut(decimal, ".")
	for len(places) < 2 {
		places += "0"
	}
	return units + "." + places
}

const secondsOfDay = 24 * 60 * 60

func (c *BatchColumn) addUnits(row int, units int64, set bool) {
	c.Units = append(c.Units, units)
	c.mark(row, set)
}

func (c *BatchColumn) addText(row int, text []byte) {
	c.Text = append(c.Text, text...)
	c.Ends = append(c.Ends, int32(len(c.Text)))
	c.mark(row, len(text) > 0)
}

func (c *BatchColumn) mark(row int, set bool) {
	if row&7 == 0 {
		c.Valid = append(c.Valid, 0)
	}
	if set {
		c.Valid[row>>3] |= 1 << (row & 7)
	} else {
		c.Nulls++
	}
}

// write appends the record to a batch.
func (t *Typer) write(b *Batch) {
	row := len(b.Lines)
	b.Lines = append(b.Lines, t.line)
	columns := b.Columns
	if t.kind.Name != Sales {
		columns[0].addText(row, t.composedKey())
		columns[1].addText(row, t.wholeContent())
		columns = columns[2:]
	}
	for n, i := range t.kept {
		v, c := &t.values[i], &columns[n]
		switch c.Type {
		case Date:
			c.addUnits(row, v.day.sinceEpoch(), v.set)
		case Decimal, Whole, Flag:
			c.addUnits(row, v.units, v.set)
		default:
			c.addText(row, v.text)
		}
	}
}

// nameProblems gives the last record's problems its key, so that a row that is
// not believed is still known to be in the file. It has none when the key itself
// cannot be read. Where lines are counted, their number is no part of it.
func (t *Typer) nameProblems() {
	key := t.readableKey()
	for i := range t.Problems {
		t.Problems[i].Key = key
	}
}

func (t *Typer) readableKey() string {
	names := slices.Concat(t.feed.Key, t.keyColumns())
	for _, p := range t.Problems {
		if slices.Contains(names, p.Column) {
			return ""
		}
	}
	if t.kind.Name != Sales {
		return string(t.composedKey())
	}
	var parts []string
	for _, i := range t.keys {
		if part := t.appendValue(nil, i); len(part) > 0 && (i != t.sales.lineNo || !t.Counts()) {
			parts = append(parts, string(part))
		}
	}
	return strings.Join(parts, " / ")
}

func (t *Typer) composedKey() (key []byte) {
	for n, i := range t.keys {
		if n > 0 {
			key = append(key, " / "...)
		}
		key = t.appendValue(key, i)
	}
	return key
}

// wholeContent is all of a record in one text, so that a change can be told
// from a repetition.
func (t *Typer) wholeContent() []byte {
	t.content = t.content[:0]
	for i := range t.kind.Columns {
		t.content = append(appendField(t.content, t.appendValue(nil, i)), ',')
	}
	return t.content
}

func (t *Typer) appendValue(out []byte, i int) []byte {
	c, v := &t.kind.Columns[i], &t.values[i]
	switch {
	case !v.set:
		return out
	case c.Type == Date:
		return appendDay(out, v.day)
	case c.Type == Decimal:
		return appendUnits(out, v.units, c.Scale)
	case c.Type == Whole:
		return appendUnits(out, v.units, 0)
	}
	return append(out, v.text...)
}

func appendField(out, text []byte) []byte {
	if !bytes.ContainsAny(text, ",\"\r\n") {
		return append(out, text...)
	}
	out = append(out, '"')
	for _, c := range text {
		if c == '"' {
			out = append(out, '"')
		}
		out = append(out, c)
	}
	return append(out, '"')
}
