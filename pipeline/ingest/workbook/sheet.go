package workbook

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tranche/pipeline/ingest/framing"
)

// Sheet is a sheet that is read from its first row on.
type Sheet struct {
	Name   string
	Hidden bool // as a sheet

	book  *Book
	part  io.ReadCloser
	scan  *scanner
	row   int64 // the last that was read
	width int   // fields of a row; zero: as many as it fills
	ended bool
	notes notes

	text   []byte // of the rows that were read; a full one is left to them
	fields [][]byte
	kinds  []framing.Kind
	bytes  int // of the row being read
}

// Sheet opens the sheet with a name, or the only visible one that has cells with a value.
func (b *Book) Sheet(name string) (*Sheet, error) {
	if err := b.readTexts(); err != nil {
		return nil, err
	}
	if name != "" {
		return b.named(name)
	}
	var found *Sheet
	var names []string
	for _, e := range b.sheets {
		if b.parts[e.id].kind != "worksheet" || e.hidden {
			continue
		}
		filled, err := b.filled(e)
		if err != nil {
			return nil, err
		}
		if !filled {
			continue
		}
		names = append(names, e.name)
		if found == nil {
			if found, err = b.sheet(e); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case len(names) == 0:
		return nil, Choice("no visible sheet of it has a cell with a value; it has " + b.list())
	case len(names) > 1:
		_ = found.Close()
		return nil, Choice(fmt.Sprintf("it has the visible sheets %s: say in the feed which, as in sheet: %s",
			quoted(names), names[0]))
	}
	return found, nil
}

// readTexts reads the shared texts, once.
func (b *Book) readTexts() error {
	for _, r := range b.parts {
		if r.kind == "sharedStrings" && b.texts.ends == nil {
			if err := b.part(r.target, b.left, b.texts.read); err != nil {
				return err
			}
		}
	}
	return nil
}

// named opens a sheet by its name, which has no case in Excel.
func (b *Book) named(name string) (*Sheet, error) {
	for _, e := range b.sheets {
		if strings.EqualFold(e.name, name) && b.parts[e.id].kind == "worksheet" {
			return b.sheet(e)
		}
	}
	return nil, Choice(fmt.Sprintf("it has no sheet %q, and %s", name, b.list()))
}

// list names the sheets of cells.
func (b *Book) list() string {
	var names []string
	for _, e := range b.sheets {
		if b.parts[e.id].kind == "worksheet" {
			names = append(names, e.name)
		}
	}
	return "the sheets " + quoted(names)
}

func quoted(names []string) string {
	const most = 8
	var list []string
	for _, n := range names[:min(len(names), most)] {
		list = append(list, strconv.Quote(n))
	}
	if len(names) > most {
		list = append(list, fmt.Sprintf("and %d more", len(names)-most))
	}
	return strings.Join(list, ", ")
}

// filled says whether a sheet has a cell with a value.
func (b *Book) filled(e sheetEntry) (bool, error) {
	s, err := b.sheet(e)
	if err != nil {
		return false, err
	}
	defer s.Close()
	var rec framing.Record
	for {
		err := s.Next(&rec)
		switch {
		case err == io.EOF:
			return false, nil
		case err != nil:
			return false, err
		case rec.Sort == framing.Data:
			return true, nil
		}
	}
}

// sheet opens a sheet and goes to its first row.
func (b *Book) sheet(e sheetEntry) (*Sheet, error) {
	target := b.parts[e.id].target
	part, err := b.open(target, b.left)
	if err != nil {
		return nil, err
	}
	s := &Sheet{Name: e.name, Hidden: e.hidden, book: b, part: part, scan: newScanner(part)}
	if err := s.begin(); err != nil {
		return nil, errors.Join(damage(target, err), part.Close())
	}
	return s, nil
}

// Close closes the sheet.
func (s *Sheet) Close() error { return s.part.Close() }

// Width sets how many fields rows have from now on, and that the table begins here.
func (s *Sheet) Width(fields int) {
	s.width = fields
	s.notes.begin(s.row, fields)
}

// begin goes to the first row.
func (s *Sheet) begin() error {
	for {
		t, err := s.scan.next()
		switch {
		case err != nil:
			return err
		case t == ended:
			return errShort
		case t != opening:
		case string(s.scan.name) == "col":
			if err := s.column(); err != nil {
				return err
			}
		case string(s.scan.name) == "sheetData":
			if s.scan.empty {
				return s.end()
			}
			return nil
		}
	}
}

// column reads the declaration of columns, for those that are hidden.
func (s *Sheet) column() error {
	hidden, err := s.scan.isTrue("hidden")
	if err != nil || !hidden {
		return err
	}
	from, err1 := s.scan.attr("min")
	to, err2 := s.scan.attr("max")
	first, err3 := strconv.Atoi(from)
	last, err4 := strconv.Atoi(to)
	if first >= 1 && last <= mostColumns {
		s.notes.hideColumns(first, last)
	}
	return errors.Join(err1, err2, err3, err4)
}

// end reads what stands behind the rows, to the end of the part, so that its checksum is compared.
func (s *Sheet) end() error {
	s.ended = true
	return elements(s.scan, func() error {
		if string(s.scan.name) != "mergeCell" {
			return nil
		}
		area, err := s.scan.attr("ref")
		if err == nil {
			s.notes.merge(area)
		}
		return err
	})
}

// Next reads the next row, which stays as it is, and io.EOF behind the last. A row without a value is Blank. Rows that
// are not stored are left out.
func (s *Sheet) Next(rec *framing.Record) error {
	if s.ended {
		return io.EOF
	}
	for {
		more, err := s.scan.child()
		switch {
		case err != nil:
		case more && string(s.scan.name) == "row":
			if err = s.readRow(rec); err == nil {
				return nil
			}
		case more:
			err = s.scan.skip()
		default:
			if err = errors.Join(s.scan.closes("sheetData"), s.end()); err == nil {
				return io.EOF
			}
		}
		if err != nil {
			return s.failed(err)
		}
	}
}

// failed names the row in an error of the sheet.
func (s *Sheet) failed(err error) error {
	s.ended = true
	return damage(fmt.Sprintf("sheet %s, near row %d", s.Name, s.row), err)
}

// Notes are what a person who looks at the sheet would not expect in what was read. They are whole after the last row.
func (s *Sheet) Notes() []string { return s.notes.list(s) }
