package xlsx

import (
	"bytes"
	"fmt"
	"io"
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
	s.check(s.f.SetDefinedName(&excelize.DefinedName{Name: name, RefersTo: fmt.Sprintf("'%s'!%s", strings.ReplaceAll(s.name, "'", "''"), at)}))
	s.marks = append(s.marks, marked{name: name, sheet: s.name, cell: strings.ReplaceAll(at, "$", ""), says: plain(units, scale)})
}

// marked is a named cell and the figure it must hold.
type marked struct{ name, sheet, cell, says string }

// deliver writes the workbook out once it has been read back and says what it
// was given to say.
func (b *book) deliver(out io.Writer) error {
	var data bytes.Buffer
	if err := b.write(&data); err != nil {
		return err
	}
	if err := b.readBack(data.Bytes()); err != nil {
		return err
	}
	_, err := out.Write(data.Bytes())
	return err
}

func (b *book) readBack(data []byte) error {
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	defer f.Close()
	for _, m := range b.marks {
		got, err := f.GetCellValue(m.sheet, m.cell, excelize.Options{RawCellValue: true})
		if err != nil {
			return fmt.Errorf("read back %s: %w", m.name, err)
		}
		if got != m.says {
			return fmt.Errorf("read back: the workbook says %s %s in %s!%s, the figure is %s", m.name, got, m.sheet, m.cell, m.says)
		}
	}
	return nil
}
