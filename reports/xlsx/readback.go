package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

// mark names the cell of a column in the last row, so that other workbooks can link to it, and
// remembers the figure it must hold.
func (s *sheet) mark(name string, column int, units int64, scale int) {
	if s.err != nil {
		return
	}
	at, err := excelize.CoordinatesToCellName(column, s.row, true)
	s.check(err)
	s.check(s.f.SetDefinedName(&excelize.DefinedName{Name: name, RefersTo: reference(s.name) + at}))
	s.marks = append(s.marks, marked{name, s, strings.ReplaceAll(at, "$", ""), plain(units, scale)})
}

// markExact marks an amount, unless a text stands for it in the cell.
func (s *sheet) markExact(name string, column int, amount string) {
	if c, err := reports.ParseCents(amount); err == nil && fits(int64(c)) {
		s.mark(name, column, int64(c), 2)
	}
}

// marked is a named cell and the figure it must hold.
type marked struct {
	name         string
	sheet        *sheet
	cell, figure string
}

// readBack compares the marked figures with the rows before they are compressed. Parsing whole
// sheets would take longer than writing them.
func (b *workbook) readBack() error {
	for _, m := range b.marks {
		got, err := valueOf(m.sheet.pieces(), m.cell)
		if err != nil {
			return fmt.Errorf("%s in %s!%s: %w", m.name, m.sheet.name, m.cell, err)
		}
		if got != m.figure {
			return fmt.Errorf("the workbook says %s %s in %s!%s, the figure is %s",
				m.name, got, m.sheet.name, m.cell, m.figure)
		}
	}
	return nil
}

// valueOf is the stored value of a cell.
func valueOf(rows [][]byte, cell string) (string, error) {
	var after []byte
	var ok bool
	for _, piece := range slices.Backward(rows) { // most are totals
		if _, after, ok = bytes.Cut(piece, []byte(`<c r="`+cell+`"`)); ok {
			break
		}
	}
	if !ok {
		return "", errors.New("the cell is not there")
	}
	inside, _, _ := bytes.Cut(after, []byte("</c>"))
	_, value, ok := bytes.Cut(inside, []byte("<v>"))
	if !ok {
		return "", errors.New("the cell holds no value")
	}
	value, _, _ = bytes.Cut(value, []byte("</v>"))
	return string(value), nil
}

// plain writes a decimal as the file stores it, without trailing zeros.
func plain(units int64, scale int) string {
	return words{"decimal_mark": ".", "thousands_mark": ""}.decimal(units, scale)
}
