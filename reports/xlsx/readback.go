package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// mark gives the cell of a column in the last row a name, under which whoever
// links to the workbook finds it wherever it stands, and remembers what it must
// say: a decimal of so many places.
func (s *sheet) mark(name string, column int, units int64, scale int) {
	if s.err != nil {
		return
	}
	at, err := excelize.CoordinatesToCellName(column, s.row, true)
	s.check(err)
	place := fmt.Sprintf("'%s'!%s", strings.ReplaceAll(s.name, "'", "''"), at)
	s.check(s.f.SetDefinedName(&excelize.DefinedName{Name: name, RefersTo: place}))
	s.marks = append(s.marks, marked{name: name, sheet: s.name, number: s.number, cell: strings.ReplaceAll(at, "$", ""),
		says: plain(units, scale)})
}

// marked is a named cell and the figure it must hold.
type marked struct {
	name, sheet string
	number      int // of the sheet
	cell, says  string
}

// readBack looks the marked figures up in the rows as they are about to be compressed.
// Parsing whole sheets again would take longer than writing them.
func (b *workbook) readBack() error {
	for _, m := range b.marks {
		got, err := valueOf(b.filled[m.number-1].pieces(), m.cell)
		if err != nil {
			return fmt.Errorf("%s in %s!%s: %w", m.name, m.sheet, m.cell, err)
		}
		if got != m.says {
			return fmt.Errorf("the workbook says %s %s in %s!%s, the figure is %s", m.name, got, m.sheet, m.cell, m.says)
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

// plain writes a decimal as it stands in a workbook's parts, without the zeros behind it.
func plain(units int64, scale int) string {
	return words{"decimal_mark": ".", "thousands_mark": ""}.decimal(units, scale)
}
