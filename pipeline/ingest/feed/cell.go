package feed

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tranche/pipeline/ingest/framing"
)

// Place names the cell of a field, for the problems of a workbook.
type Place func(field int, line int64) string

// Cells makes the typer read rows of a workbook, and name their cells in problems.
func (t *Typer) Cells(place Place) { t.place = place }

// TypeRow adds a record whose fields have kinds to the batch, or sets Problems.
func (t *Typer) TypeRow(rec *framing.Record) bool {
	t.kinds = rec.Kinds
	return t.Type(rec.Line, rec.Fields)
}

// ReadsRow says whether a record whose fields have kinds can be read. It adds nothing to the batch.
func (t *Typer) ReadsRow(rec *framing.Record) bool {
	t.pad(rec)
	t.kinds = rec.Kinds
	return t.Reads(rec.Line, rec.Fields)
}

// LacksNothing says that every needed value of the last record is there, right or wrong.
func (t *Typer) LacksNothing() bool {
	return !slices.ContainsFunc(t.Problems, func(p Problem) bool { return p.Code == Missing })
}

// cellKind is the kind of a column's cell.
func (t *Typer) cellKind(src *source) framing.Kind {
	if len(t.kinds) == 0 || src.constant != nil || src.field < 0 {
		return framing.Text
	}
	return t.kinds[src.field]
}

// plainly reads the numbers of typed cells.
var plainly = numbers{decimal: '.', plain: true}

// checkAny compares a text or a cell with its column's type.
func (t *Typer) checkAny(c *Column, src *source, v *value, kind framing.Kind) (code, detail string) {
	if kind == framing.Text {
		return t.check(c, src, v)
	}
	return t.checkCell(c, src, v, kind)
}

// checkCell compares a typed cell with its column's type. The feed's marks and date formats are those of texts.
func (t *Typer) checkCell(c *Column, src *source, v *value, kind framing.Kind) (code, detail string) {
	switch kind {
	case framing.CellError:
		return CellError, ""
	case framing.NoValue:
		return NoValue, ""
	case framing.LongNumber:
		return LongNumber, ""
	case framing.NoDay:
		return NoDay, ""
	}
	isNumber := c.Type == Decimal || c.Type == Whole || c.Type == LineNumber
	switch {
	case kind == framing.Boolean && (isNumber || c.Type == Date):
		return CellIsBoolean, ""
	case kind == framing.Day && c.Type == Date:
		return checkDay(c, v)
	case kind == framing.Day && c.Type != Text:
		return CellIsDate, ""
	case kind == framing.Number && c.Type == Date:
		return CellIsNumber, ""
	case kind == framing.Number && isNumber:
		return t.checkNumber(c, v)
	}
	return t.check(c, src, v)
}

// checkDay reads the day of a cell.
func checkDay(c *Column, v *value) (code, detail string) {
	var n [3]int
	for i, part := range bytes.SplitN(v.text, []byte("-"), 3) {
		n[i], _ = strconv.Atoi(string(part))
	}
	if v.day = (day{year: int16(n[0]), month: uint8(n[1]), day: uint8(n[2])}); !v.day.valid() {
		return BadDate, ""
	}
	return c.inRange(v.day), ""
}

// inRange finds a day that is too far from ours to be right.
func (c *Column) inRange(d day) (code string) {
	if d.year < 1990 || d.year > 2099 && !c.FarDates {
		return FarDate
	}
	return ""
}

// checkNumber reads a number.
func (t *Typer) checkNumber(c *Column, v *value) (code, detail string) {
	switch {
	case c.Type == LineNumber && bytes.IndexByte(v.text, '.') >= 0:
		return TooFine, "as numbers, 10.1 and 10.10 are the same line; ask the sender to enter them as text"
	case c.Type == LineNumber:
		return t.lineNumber(v), ""
	case c.Type == Whole:
		v.units, code = plainly.whole(v.text)
		return code, ""
	}
	v.units, code = plainly.parse(v.text, c.Scale)
	if code == "" && t.numbers.isTooFine(v.units, c) {
		code = MoreDecimals
	}
	return code, ""
}

// at adds the cell of a column to what a problem says.
func (t *Typer) at(column int, detail string) string {
	field := t.sources[column].field
	if t.place == nil || field < 0 {
		return detail
	}
	return strings.TrimPrefix(fmt.Sprintf("%s, %s", detail, t.place(field, t.line)), ", ")
}

// ParseField reads the number in a field of a record, in units of 10^-scale; an empty code is success.
func (f Feed) ParseField(rec *framing.Record, field, scale int) (units int64, code string) {
	text := strings.TrimSpace(string(rec.Fields[field]))
	switch rec.KindOf(field) {
	case framing.Text:
		return f.ParseNumber(text, scale)
	case framing.Number:
		return plainly.parse([]byte(text), scale)
	}
	return 0, BadNumber
}
