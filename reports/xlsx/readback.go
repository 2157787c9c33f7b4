package xlsx

import (
	"archive/zip"
	"bytes"
	"errors"
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
	s.marks = append(s.marks, marked{name: name, sheet: s.name, part: fmt.Sprintf("xl/worksheets/sheet%d.xml", s.number), cell: strings.ReplaceAll(at, "$", ""),
		says: plain(units, scale)})
}

// marked is a named cell and the figure it must hold.
type marked struct{ name, sheet, part, cell, says string }

// deliver writes the workbook out once it has been read back and says what it
// was given to say.
func (b *book) deliver(out io.Writer) error {
	var data bytes.Buffer
	if err := b.write(&data); err != nil {
		return err
	}
	if err := b.readBack(data.Bytes()); err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	_, err := out.Write(data.Bytes())
	return err
}

// readBack opens the finished bytes and looks the marked figures up where they
// stand in them. Parsing whole sheets again would take longer than writing them.
func (b *book) readBack(data []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	parts := map[string][]byte{}
	for _, m := range b.marks {
		text, seen := parts[m.part]
		if !seen {
			if text, err = content(archive, m.part); err != nil {
				return err
			}
			parts[m.part] = text
		}
		got, err := valueOf(text, m.cell)
		if err != nil {
			return fmt.Errorf("%s in %s!%s: %w", m.name, m.sheet, m.cell, err)
		}
		if got != m.says {
			return fmt.Errorf("the workbook says %s %s in %s!%s, the figure is %s", m.name, got, m.sheet, m.cell, m.says)
		}
	}
	return nil
}

func content(archive *zip.Reader, part string) ([]byte, error) {
	f, err := archive.Open(part)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(f) // fails where the checksum does not fit
	return text, errors.Join(err, f.Close())
}

// valueOf is the stored value of a cell.
func valueOf(sheet []byte, cell string) (string, error) {
	_, after, ok := bytes.Cut(sheet, []byte(`<c r="`+cell+`"`))
	if !ok {
		return "", errors.New("the cell is not there")
	}
	own, _, _ := bytes.Cut(after, []byte("</c>"))
	_, value, ok := bytes.Cut(own, []byte("<v>"))
	if !ok {
		return "", errors.New("the cell holds no value")
	}
	value, _, _ = bytes.Cut(value, []byte("</v>"))
	return string(value), nil
}
