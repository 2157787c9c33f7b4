package xlsx

import (
	"fmt"
	"strconv"
	"strings"

	"tranche/reports"
)

// listing is a sheet with one table. A column is the key of its heading and its width, after >
// if it has numbers.
func (b *workbook) listing(s setup, columns ...string) *sheet {
	return b.listed(s, b.words.say, columns)
}

func (b *workbook) listed(s setup, say func(string) string, columns []string) *sheet {
	var heads []cell
	var least []float64 // of each column with texts
	for _, column := range columns {
		at := strings.LastIndexByte(column, ' ')
		width, err := strconv.ParseFloat(column[at+1:], 64)
		b.check(err)
		name, numeric := strings.CutPrefix(column[:at], ">")
		heads = append(heads, b.head(say(name), numeric))
		words := widthOfWords(say(name))
		s.widths = append(s.widths, max(width, words))
		if numeric {
			words = s.widths[len(s.widths)-1]
		}
		least = append(least, words)
	}
	s.narrow(least)
	s.frozen++ // the headings
	sh := b.sheet(s)
	sh.heads = heads
	if s.above != nil {
		s.above(sh)
	}
	sh.tall(headHeight(heads, s.widths), heads...)
	return sh
}

// widthOfWords is how wide a column is in which no word of its heading breaks.
func widthOfWords(heading string) float64 {
	widest := 0.0
	for word := range strings.FieldsSeq(heading) {
		widest = max(widest, textWidth(word, tableFont*boldness))
	}
	return float64(int((widest/pixel+padding+1-besides)/character*4)+1) / 4
}

// headHeight is the height of a row of headings, none of which is cut off.
func headHeight(heads []cell, widths []float64) float64 {
	lines := 1
	for i, c := range heads {
		lines = max(lines, wrappedLines(c.text, room(widths[i]), tableFont*boldness))
	}
	return float64(lines)*textLine + 5
}

// space leaves a row empty, unless the sheet begins there.
func (s *sheet) space() {
	if s.row > 1 {
		s.skip(1)
	}
}

// total is the row under a table, with sums in some of its columns.
type total struct {
	*sheet
	first int // row of the table
	cells []cell
}

func (s *sheet) total(columns, first int) *total {
	row := make([]cell, columns)
	for i := range row {
		row[i] = s.totalText("")
	}
	row[0] = s.totalText(s.words.say("total"))
	return &total{s, first, row}
}

// sum adds up a column of money. Columns count from 0.
func (t *total) sum(column int, c reports.Cents) {
	t.cells[column] = t.sheet.sum(t.styles.totalMoney, sumOf(columnNames[column], t.first, t.row), c)
}

// bases adds up the bases of incentives. Amounts are not added to units, nor units to those of another incentive.
type bases struct {
	sum   reports.Cents
	names reports.Names
	of    string // the incentive whose units it adds up; empty: it adds up amounts
	n     int
	mixed bool
}

func (b *bases) add(incentive string, base reports.Cents) {
	if !b.names.InUnits(incentive) {
		incentive = ""
	}
	b.mixed = b.mixed || b.n > 0 && incentive != b.of
	b.sum, b.of, b.n = b.sum+base, incentive, b.n+1
}

// base adds up a column of bases, where that says something.
func (t *total) base(column int, b bases) {
	if !b.mixed {
		t.sum(column, b.sum)
	}
}

// exact adds up a column in which a text may stand for what a cell cannot hold.
func (t *total) exact(column int, sum string) {
	c := t.sheet.exactly(t.styles.totalMoney, sum)
	if c.kind == aNumber {
		c.formula = sumOf(columnNames[column], t.first, t.row)
	}
	t.cells[column] = c
}

// count adds up a column of whole numbers.
func (t *total) count(column int, n int64) {
	t.cells[column] = t.sheet.count(t.styles.totalNumber, sumOf(columnNames[column], t.first, t.row), n)
}

// sumOf is 0 without rows, because the range would then include the total itself.
func sumOf(column string, first, last int) string {
	if last < first {
		return "0"
	}
	return fmt.Sprintf("SUM(%s%d:%s%d)", column, first, column, last)
}

// heads is a header row. A key after > is over numbers.
func (b *workbook) heads(keys ...string) []cell {
	var cells []cell
	for _, key := range keys {
		key, numeric := strings.CutPrefix(key, ">")
		if key == "" {
			cells = append(cells, b.head("", false))
			continue
		}
		cells = append(cells, b.head(b.words.say(key), numeric))
	}
	return cells
}

// head is one heading, to the right over numbers.
func (b *workbook) head(text string, numeric bool) cell {
	if numeric {
		return b.styled(b.styles.headRight, text)
	}
	return b.styled(b.styles.head, text)
}
