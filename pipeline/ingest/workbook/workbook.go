// Package workbook reads one sheet of an Excel workbook (.xlsx) row by row.
//
// A *row* is a record whose fields are the stored values of its cells, each with its kind; what a cell displays is
// never looked at. A number is its 15 significant digits as a plain decimal, and a day where its cell has the format of
// a date. A cell under a merged one is empty, as it is stored. Hidden rows and columns are read like others; *notes*
// say what a person who looks at the sheet would not expect.
//
// Rows are read as a stream. Only the shared texts are kept in memory, up to a limit, and no more is unpacked than the
// caller allows. The package refuses workbooks that it cannot read to the end; it repairs nothing.
package workbook

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"tranche/pipeline/ingest/content"
)

// ErrTooLarge says that a workbook unpacks to more than the caller allows.
var ErrTooLarge = errors.New("the workbook unpacks to more than it may")

// Damage says what is wrong with the bytes of a workbook.
type Damage string

// Error says that the workbook cannot be read, and why.
func (d Damage) Error() string { return "the workbook cannot be read: " + string(d) }

// Choice says why no sheet is read.
type Choice string

// Error says which sheets there are.
func (c Choice) Error() string { return string(c) }

// The limits of a workbook as Excel has them, and those of what is kept in memory.
const (
	MostRows     = 1 << 20
	mostColumns  = 1 << 14
	mostPart     = 16 << 20  // bytes of a part that is not a sheet or the shared texts
	mostTexts    = 256 << 20 // bytes of the shared texts
	mostRowBytes = 1 << 20
)

// Book is an open workbook.
type Book struct {
	archive *zip.Reader
	left    int64 // bytes that may still be unpacked
	folder  string
	sheets  []sheetEntry
	parts   map[string]relation // of the workbook, by id
	days    days
	shows   []shows // by cell style
	texts   texts
}

type sheetEntry struct {
	name, id string
	hidden   bool
}

type relation struct{ kind, target string }

// Open opens a workbook that may unpack to so many bytes.
func Open(file io.ReaderAt, size, most int64) (*Book, error) {
	archive, err := content.OpenZip(file, size)
	if errors.Is(err, content.ErrDamaged) || errors.Is(err, content.ErrMany) {
		return nil, Damage(err.Error())
	}
	if err != nil {
		return nil, err
	}
	b := &Book{archive: archive, left: most}
	main, err := b.relations("", "_rels/.rels")
	if err != nil {
		return nil, err
	}
	at := ""
	for _, r := range main {
		if r.kind == "officeDocument" {
			at = r.target
		}
	}
	if at == "" {
		return nil, Damage("it lacks its main part")
	}
	b.folder = path.Dir(at)
	if err := b.part(at, mostPart, b.readBook); err != nil {
		return nil, err
	}
	if b.parts, err = b.relations(b.folder, path.Join(b.folder, "_rels", path.Base(at)+".rels")); err != nil {
		return nil, err
	}
	for _, r := range b.parts {
		if r.kind == "styles" {
			if err := b.part(r.target, mostPart, b.readStyles); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// find finds a part. Names of parts differ by more than case.
func (b *Book) find(name string) *zip.File {
	for _, f := range b.archive.File {
		if strings.EqualFold(strings.ReplaceAll(f.Name, `\`, "/"), name) {
			return f
		}
	}
	return nil
}

// open opens a part, of which so many bytes may be unpacked.
func (b *Book) open(name string, most int64) (io.ReadCloser, error) {
	f := b.find(name)
	if f == nil {
		return nil, Damage(fmt.Sprintf("it lacks %q", name))
	}
	if content.Locked(f) {
		return nil, Damage("it is locked with a password")
	}
	r, err := f.Open()
	if err != nil {
		return nil, damage(name, err)
	}
	return &capped{ReadCloser: r, book: b, left: most}, nil
}

// capped fails once a part, or the workbook, unpacks to more than it may.
type capped struct {
	io.ReadCloser
	book *Book
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.left -= int64(n)
	c.book.left -= int64(n)
	if c.left < 0 || c.book.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

// part reads a part to its end.
func (b *Book) part(name string, most int64, read func(*scanner) error) error {
	r, err := b.open(name, most)
	if err != nil {
		return err
	}
	defer r.Close()
	return damage(name, read(newScanner(r)))
}

// damage makes an error of what a part holds. Errors of the disk stay.
func damage(part string, err error) error {
	var disk *fs.PathError
	var known Damage
	switch {
	case err == nil, errors.Is(err, ErrTooLarge), errors.As(err, &disk), errors.As(err, &known):
		return err
	}
	return Damage(fmt.Sprintf("%s in %q", err, part))
}

// elements calls see for each opening tag of a part.
func elements(s *scanner, see func() error) error {
	for {
		t, err := s.next()
		switch {
		case err != nil:
			return err
		case t == ended:
			return nil
		case t == opening:
			if err := see(); err != nil {
				return err
			}
		}
	}
}

// relations reads what a part refers to. Without the list there is nothing.
func (b *Book) relations(folder, name string) (map[string]relation, error) {
	list := map[string]relation{}
	if b.find(name) == nil {
		return list, nil
	}
	return list, b.part(name, mostPart, func(s *scanner) error {
		return elements(s, func() error {
			if string(s.name) != "Relationship" {
				return nil
			}
			id, err1 := s.attr("Id")
			kind, err2 := s.attr("Type")
			target, err3 := s.attr("Target")
			if rooted, ok := strings.CutPrefix(target, "/"); ok {
				target = path.Clean(rooted)
			} else {
				target = path.Join(folder, target)
			}
			list[id] = relation{path.Base(kind), target}
			return errors.Join(err1, err2, err3)
		})
	})
}

// readBook reads the list of sheets.
func (b *Book) readBook(s *scanner) error {
	return elements(s, func() (err error) {
		switch string(s.name) {
		case "workbookPr":
			b.days.from1904, err = s.isTrue("date1904")
		case "sheet":
			name, err1 := s.attr("name")
			id, err2 := s.attr("id")
			state, err3 := s.attr("state")
			b.sheets = append(b.sheets, sheetEntry{name, id, state == "hidden" || state == "veryHidden"})
			err = errors.Join(err1, err2, err3)
		}
		return err
	})
}

// readStyles reads what the number format of each cell style shows.
func (b *Book) readStyles(s *scanner) error {
	own := map[int]shows{}
	inCells := false
	for {
		t, err := s.next()
		switch {
		case err != nil || t == ended:
			return err
		case string(s.name) == "cellXfs" && t != chars:
			inCells = t == opening && !s.empty
		case t != opening:
		case string(s.name) == "numFmt":
			id, err1 := s.attr("numFmtId")
			format, err2 := s.attr("formatCode")
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
			if n, err := strconv.Atoi(id); err == nil {
				own[n] = shownBy(format)
			}
		case string(s.name) == "xf" && inCells:
			id, err := s.attr("numFmtId")
			if err != nil {
				return err
			}
			n, _ := strconv.Atoi(id)
			shown, ok := own[n]
			if !ok {
				shown = builtIn(n)
			}
			b.shows = append(b.shows, shown)
		}
	}
}
