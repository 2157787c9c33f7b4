// Package xlsx writes reports as Excel workbooks. It is the only place that
// knows excelize.
//
// A *workbook* is one that is being written; a *sheet* is filled row by row. Amounts are
// numbers, texts are texts, and totals are formulas with their value. Equal figures give equal
// bytes: parts are zipped in the order of their names, and no clock is read. After an error
// nothing is written.
//
// A text that begins with = + - or @ stays a text: its cell has that type, and data never
// becomes a formula.
package xlsx

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
	"tranche/reports/currency"
)

type workbook struct {
	f         *excelize.File
	words     words
	names     reports.Names
	styles    styles
	stylePart []byte // the styles as XML
	err       error
	marks     []marked
	last      *sheet
	widths    []string // XML of each sheet's column widths
	filled    []*rows  // of each sheet
	banner    string   // over every sheet but the first
	final     bool
	source    source // of the row that is being written, for errors
}

// source is the record that a row comes from; without a file it comes from none.
type source struct {
	document, file string
	number, line   int64
}

func newWorkbook(language string, head reports.Letterhead) (*workbook, error) {
	w, err := wordsOf(language)
	if err != nil {
		return nil, err
	}
	b := &workbook{f: excelize.NewFile(), words: w.with(head.Names, language), names: head.Names}
	look, err := stylesOf(b.f, head, w.say("date_format"))
	b.styles, b.stylePart = look.styles, look.part
	return b, err
}

// properties are dated by the month, not by the clock.
func (b *workbook) properties(title, creator string, month time.Time) {
	at := month.AddDate(0, 1, -1).UTC().Format(time.RFC3339)
	b.check(b.f.SetDocProps(&excelize.DocProperties{
		Title:          title,
		Creator:        creator,
		LastModifiedBy: creator,
		Created:        at,
		Modified:       at,
	}))
}

func (b *workbook) check(err error) {
	if b.err == nil {
		b.err = err
	}
}

// write writes the workbook, or nothing.
func (b *workbook) write(out io.Writer) error {
	defer b.f.Close()
	b.last.done()
	if b.err != nil {
		return b.err
	}
	// Making this part again for every workbook would take a tenth of the time.
	b.f.Styles, b.f.Theme = nil, nil
	b.f.Pkg.Store("xl/styles.xml", b.stylePart)
	b.f.SetZipWriter(func(w io.Writer) excelize.ZipWriter {
		return &sortedZip{out: w, parts: map[string]*bytes.Buffer{}, check: b.readBack, between: b.between}
	})
	if err := b.f.Write(out); err != nil {
		return err
	}
	for _, r := range b.filled {
		r.forget()
	}
	b.filled = nil
	return nil
}

// between is what excelize does not write of a sheet: the widths of its columns, and its rows.
func (b *workbook) between(sheet int) (columns string, filled [][]byte, ok bool) {
	if sheet < 1 || sheet > len(b.filled) {
		return "", nil, false
	}
	return b.widths[sheet-1], b.filled[sheet-1].pieces(), true
}

type sheet struct {
	*workbook
	*rows
	name    string
	setup   setup
	printed int // number of columns; zero: all
	heads   []cell
	sw      *excelize.StreamWriter
}

type setup struct {
	title     string
	widths    []float64
	landscape bool
	onePage   bool // print on one page
	printed   int  // print only the first so many columns; zero: all
	frozen    int  // rows that stay in view and repeat in print
	gridless  bool
	titled    bool         // has its own title instead of the banner
	above     func(*sheet) // writes what stands over the headings of a list
}

func (b *workbook) sheet(s setup) *sheet {
	out := &sheet{workbook: b, name: s.title, setup: s, printed: s.printed, rows: &rows{data: spare.Get().([]byte)}}
	for _, width := range s.widths {
		out.room = append(out.room, room(width))
	}
	b.last.done()
	b.last = out
	if len(b.filled) == 0 {
		b.check(b.f.SetSheetName("Sheet1", s.title))
	} else {
		_, err := b.f.NewSheet(s.title)
		b.check(err)
	}
	if b.banner != "" && !s.titled {
		s.frozen++
	}
	out.setup = s
	b.layOut(s)
	if b.err != nil {
		return out
	}
	var err error
	out.sw, err = b.f.NewStreamWriter(s.title)
	b.check(err)
	b.widths = append(b.widths, "")
	b.filled = append(b.filled, out.rows)
	if b.banner != "" && !s.titled {
		style := b.styles.banner
		if !b.final {
			style = b.styles.bannerDraft
		}
		out.tall(18, b.styled(style, b.banner))
	}
	return out
}

func (s *sheet) put(cells ...cell) { s.tall(0, cells...) }

// tall writes the next row with a height in points; zero is the default.
func (s *sheet) tall(height float64, cells ...cell) {
	if s.err != nil {
		return
	}
	err := s.add(height, cells)
	if x := s.source; err != nil && x.file != "" {
		err = fmt.Errorf("document %s line %d (%s, line %d), %w", x.document, x.number, x.file, x.line, err)
	}
	if err != nil {
		s.check(fmt.Errorf("sheet %s, %w", s.name, err))
	}
}

// from names the record that the next rows come from; an empty file: none.
func (b *workbook) from(document string, number int64, file string, line int64) {
	b.source = source{document, file, number, line}
}

// table makes rows of the sheet, from its header on, an Excel table. excelize takes the names of
// the columns from a row that it has written itself.
func (s *sheet) table(name string, head []cell, first, last int) {
	if s.err != nil {
		return
	}
	names := make([]any, len(head))
	for i, c := range head {
		names[i] = c.text
	}
	s.check(s.sw.SetRow("A"+strconv.Itoa(first), names))
	s.check(s.sw.AddTable(&excelize.Table{
		Range:     "A" + strconv.Itoa(first) + ":" + cellName(len(head), last),
		Name:      name,
		StyleName: "TableStyleLight1",
	}))
}

// skip leaves rows empty.
func (s *sheet) skip(rows int) { s.row += rows }

// reference begins a reference to cells of a sheet.
func reference(sheet string) string { return "'" + strings.ReplaceAll(sheet, "'", "''") + "'!" }

// chart draws a chart at a cell.
func (s *sheet) chart(at, title string, c excelize.Chart) {
	if s.err != nil {
		return
	}
	c.Title.Paragraph = []excelize.RichTextRun{{Text: title,
		Font: &excelize.Font{Family: s.styles.face, Size: 10, Bold: true}}}
	c.YAxis.Font = s.styles.axis
	c.Legend.Font = &s.styles.axis
	if !c.XAxis.None {
		c.XAxis.Font = s.styles.axis
	}
	s.check(s.f.AddChart(s.name, at, &c))
}

// columnName is A for 1.
func columnName(column int) string { return strings.TrimSuffix(cellName(column, 1), "1") }

func cellName(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		panic(err) // columns are ours and few
	}
	return name
}

// text goes on in further lines where it is longer than its column is wide.
func (b *workbook) text(s string) cell {
	return cell{kind: aText, style: b.styles.text, text: s, wraps: true}
}

// single stays on one line and may run over empty cells beside it.
func (b *workbook) single(s string) cell { return b.styled(b.styles.single, s) }

// word is one of our own words, in the workbook's language.
func (b *workbook) word(s string) cell { return b.text(b.words.value(s)) }

func (b *workbook) note(s string) cell      { return b.styled(b.styles.note, s) }
func (b *workbook) label(s string) cell     { return b.styled(b.styles.label, s) }
func (b *workbook) bold(s string) cell      { return b.styled(b.styles.value, s) }
func (b *workbook) totalText(s string) cell { return b.styled(b.styles.totalText, s) }

// section is a row of section headings.
func (b *workbook) section(texts ...string) (row []cell) {
	for _, text := range texts {
		row = append(row, b.styled(b.styles.section, text))
	}
	return row
}

func (b *workbook) styled(style int, s string) cell {
	return cell{kind: aText, style: style, text: s}
}

func (b *workbook) money(c reports.Cents) cell { return b.amount(b.styles.money, c) }

func (b *workbook) amount(style int, c reports.Cents) cell {
	return cell{kind: aNumber, style: style, units: int64(c), scale: 2}
}

// moneyIn is the style of amounts in a currency.
func (b *workbook) moneyIn(code string) int { return b.styles.moneyOf[currency.Decimals(code)] }

// exactly is a decimal. What a cell cannot hold is a text.
func (b *workbook) exactly(style int, number string) cell {
	whole, places, _ := strings.Cut(number, ".")
	places = strings.TrimRight(places, "0")
	units, err := strconv.ParseInt(whole+places, 10, 64)
	if err != nil || !fits(units) {
		return b.styled(style, b.words.marked(whole, places))
	}
	return cell{kind: aNumber, style: style, units: units, scale: len(places)}
}

// sum is a total: a formula and its value.
func (b *workbook) sum(style int, formula string, c reports.Cents) cell {
	return cell{kind: aNumber, style: style, formula: formula, units: int64(c), scale: 2}
}

// count is a total of whole numbers.
func (b *workbook) count(style int, formula string, n int64) cell {
	return cell{kind: aNumber, style: style, formula: formula, units: n}
}

func (b *workbook) number(n int64) cell {
	return cell{kind: aNumber, style: b.styles.number, units: n}
}

// rate is a part of the base, or the amount for each unit.
func (b *workbook) rate(incentive string, r reports.Rate) cell {
	if b.names.InUnits(incentive) {
		return b.money(r.PerUnit())
	}
	return cell{kind: aNumber, style: b.styles.percent, units: int64(r), scale: 6}
}

// decimal has no trailing zeros. A whole number takes another format, because one with optional
// places ends it with a decimal mark. What a cell cannot hold exactly is a text.
func (b *workbook) decimal(units int64, scale int) cell {
	units, scale = shortest(units, scale)
	c := cell{kind: aNumber, style: b.styles.number, units: units, scale: scale}
	if scale > 0 {
		c.style = b.styles.quantity
	}
	if !fits(units) {
		c.kind, c.text = aText, b.words.decimal(units, scale)
	}
	return c
}
