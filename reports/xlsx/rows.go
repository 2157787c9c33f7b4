package xlsx

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

// Rows are written here and put into the sheet of excelize. Its stream writer takes numbers as
// floats, and three times as long.

// cell is one cell of a row. Its zero value leaves it out.
type cell struct {
	kind    kind
	style   int
	text    string
	units   int64 // of a number, which is units / 10^scale, exactly
	scale   int
	formula string // that gives the number; empty: none
	wraps   bool   // the text goes on in further lines, for which the row is made high enough
}

type kind byte

const (
	nothing kind = iota
	aText
	aNumber
)

// Limits of the format, and of the 15 digits that Excel keeps of a number.
const (
	maxText  = 32_767
	maxUnits = 1_000_000_000_000_000
)

// rows is the XML of the rows of a sheet, in pieces of whole rows. A single piece of ten megabytes
// would be copied five times as it grows.
type rows struct {
	full [][]byte
	data []byte // the piece that is being filled
	row  int    // number of the last row

	room    []float64                 // of each column for a text, in points
	need    [len(columnNames)]float64 // of each column for its numbers, in points
	heights []float64                 // of the rows, in points
}

// piece is the size of a full piece, plus at most one row.
const piece = 256 << 10

// spare keeps pieces for reuse.
var spare = sync.Pool{New: func() any { return []byte(nil) }}

func (r *rows) pieces() [][]byte { return append(r.full[:len(r.full):len(r.full)], r.data) }

func (r *rows) forget() {
	for _, p := range r.pieces() {
		spare.Put(p[:0])
	}
	*r = rows{}
}

// add writes the next row, with a height in points; zero is the default.
func (r *rows) add(height float64, cells []cell) error {
	if len(r.data) >= piece {
		r.full = append(r.full, r.data)
		r.data = spare.Get().([]byte)
	}
	r.row++
	if height == 0 {
		height = r.heightOf(cells)
	}
	r.stand(height)
	if r.row > excelize.TotalRows {
		return fmt.Errorf("there are more than the %d rows that a sheet holds", excelize.TotalRows)
	}
	r.data = append(r.data, `<row r="`...)
	r.data = strconv.AppendInt(r.data, int64(r.row), 10)
	if height > 0 {
		r.data = append(r.data, `" ht="`...)
		r.data = strconv.AppendFloat(r.data, height, 'f', -1, 64)
		r.data = append(r.data, `" customHeight="1`...)
	}
	r.data = append(r.data, `">`...)
	for i, c := range cells {
		if c.kind == nothing {
			continue
		}
		if err := r.put(i, c); err != nil {
			return fmt.Errorf("%s%d: %w", columnNames[i], r.row, err)
		}
	}
	r.data = append(r.data, `</row>`...)
	return nil
}

// heightOf is the height that the texts of a row need, or zero for the usual one.
func (r *rows) heightOf(cells []cell) float64 {
	most := 1
	for i := range min(len(cells), len(r.room)) {
		// No character is wider than its size, but for a few that nobody fills a cell with.
		if c := &cells[i]; c.wraps && float64(len(c.text))*tableFont > r.room[i] {
			most = max(most, wrappedLines(c.text, r.room[i], tableFont))
		}
	}
	return lineHeight(most)
}

// stand remembers how high the rows are, also those that were left empty.
func (r *rows) stand(height float64) {
	for len(r.heights) < r.row-1 {
		r.heights = append(r.heights, usualRow)
	}
	if height == 0 {
		height = usualRow
	}
	r.heights = append(r.heights, height)
}

func (r *rows) put(column int, c cell) (err error) {
	r.data = append(r.data, `<c r="`...)
	r.data = append(r.data, columnNames[column]...)
	r.data = strconv.AppendInt(r.data, int64(r.row), 10)
	r.data = append(r.data, `" s="`...)
	r.data = strconv.AppendInt(r.data, int64(c.style), 10)
	if c.kind == aText && c.text == "" {
		r.data = append(r.data, `"/>`...)
		return nil
	}
	if c.kind == aText {
		r.data, err = appendText(append(r.data, `" t="inlineStr"><is><t`...), c.text)
		r.data = append(r.data, `</t></is></c>`...)
		return err
	}
	r.need[column] = max(r.need[column], numberWidth(c.units, c.scale, c.scale, tableFont))
	r.data = append(r.data, `">`...)
	if c.formula != "" {
		r.data, err = appendEscaped(append(r.data, `<f>`...), c.formula)
		r.data = append(r.data, `</f>`...)
	}
	if err != nil {
		return err
	}
	r.data, err = appendDecimal(append(r.data, `<v>`...), c.units, c.scale)
	r.data = append(r.data, `</v></c>`...)
	return err
}

// columnNames are those of the columns in use.
var columnNames = func() (names [52]string) {
	for i := range names {
		names[i] = string(rune('A' + i%26))
		if i >= 26 {
			names[i] = "A" + names[i]
		}
	}
	return names
}()

// appendText closes the element t and writes its text, which is not empty.
func appendText(to []byte, text string) ([]byte, error) {
	text = shortened(text)
	if blank(text[0]) || blank(text[len(text)-1]) {
		to = append(to, ` xml:space="preserve"`...)
	}
	return appendEscaped(append(to, '>'), text)
}

// shortened is a text that a cell can hold. It ends with how much of a longer one is left out.
func shortened(text string) string {
	if len(text) <= maxText {
		return text
	}
	const note = 60 // units for the note
	units, end := 0, len(text)
	for i, r := range text {
		if units <= maxText-note {
			end = i
		}
		units += utf16.RuneLen(r)
	}
	if units <= maxText {
		return text
	}
	return fmt.Sprintf("%s … (%d more bytes are not shown)", text[:end], len(text)-end)
}

func blank(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

// isCode finds texts that Excel reads as the code of a character, such as _x0041_.
func isCode(text string) bool {
	if len(text) < 7 || text[1] != 'x' || text[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(text[2:6], 16, 16)
	return err == nil
}

func appendEscaped(to []byte, text string) ([]byte, error) {
	for i, r := range text {
		switch {
		case r == '_' && isCode(text[i:]):
			to = append(to, "_x005F_"...)
		case r == '&':
			to = append(to, "&amp;"...)
		case r == '<':
			to = append(to, "&lt;"...)
		case r == '>':
			to = append(to, "&gt;"...)
		case r == '\t':
			to = append(to, "&#x9;"...)
		case r == '\r':
			to = append(to, "&#xD;"...)
		case r < ' ' && r != '\n', r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			return to, fmt.Errorf("the text %q holds a character that a workbook cannot", text)
		default:
			to = utf8.AppendRune(to, r)
		}
	}
	return to, nil
}

// appendDecimal writes units / 10^scale without trailing zeros.
func appendDecimal(to []byte, units int64, scale int) ([]byte, error) {
	units, scale = shortest(units, scale)
	if !fits(units) {
		return to, fmt.Errorf("%d has more digits than a cell shows exactly", units)
	}
	if units < 0 {
		to, units = append(to, '-'), -units
	}
	divisor := int64(1)
	for range scale {
		divisor *= 10
	}
	to = strconv.AppendInt(to, units/divisor, 10)
	if scale == 0 {
		return to, nil
	}
	point := len(to)
	to = strconv.AppendInt(to, divisor+units%divisor, 10) // one more digit in front keeps the zeros
	to[point] = '.'
	return to, nil
}

func fits(units int64) bool { return -maxUnits < units && units < maxUnits }

// shortest removes trailing zeros.
func shortest(units int64, scale int) (int64, int) {
	for scale > 0 && units%10 == 0 {
		units, scale = units/10, scale-1
	}
	return units, scale
}

// Excel counts days from 30 December 1899, correctly from 1 March 1900 on: it has a 29 February
// 1900 that did not exist.
var dayZero, firstCounted = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC), time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)

// day is a date. A date before firstCounted is a text.
func (b *workbook) day(t reports.Day) cell {
	if t.IsZero() {
		return b.text("")
	}
	if t.Before(firstCounted) {
		return b.text(t.Format(time.DateOnly))
	}
	return cell{kind: aNumber, style: b.styles.date, units: (t.Unix() - dayZero.Unix()) / (24 * 60 * 60)}
}
