package loading

import (
	"bytes"
	"fmt"
	"io"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
	"tranche/pipeline/ingest/workbook"
)

// source gives a file in pieces.
type source interface{ next() (piece, bool) }

// pieceRows is how many rows of a workbook a piece has at most.
const pieceRows = 2048

// rows gives the rows of a sheet in pieces.
type rows struct {
	sheet   *workbook.Sheet
	dialect framing.Dialect
	done    bool
}

// next returns the next piece, which the caller owns.
func (r *rows) next() (piece, bool) {
	if r.done {
		return piece{}, false
	}
	p := piece{rows: make([]framing.Record, 0, pieceRows)}
	for size := 0; len(p.rows) < pieceRows && size < pieceBytes; {
		var rec framing.Record
		err := r.sheet.Next(&rec)
		if err == io.EOF {
			r.done, p.last = true, true
			break
		}
		if err != nil {
			r.done = true
			return piece{err: asRefusal(err)}, true
		}
		rec.Sort = sortOf(&rec, r.dialect)
		p.rows, p.line = append(p.rows, rec), rec.Line+1
		for _, field := range rec.Fields {
			size += len(field)
		}
	}
	return p, true
}

// sortOf says whether a row is a comment or a total, by its beginning. Empty cells before it are commas in a mark, as
// they would be in a line of text.
func sortOf(rec *framing.Record, d framing.Dialect) framing.Sort {
	if rec.Sort != framing.Data {
		return rec.Sort
	}
	for _, mark := range d.Comment {
		if begins(rec.Fields, mark) {
			return framing.Comment
		}
	}
	for _, mark := range d.Trailer {
		if begins(rec.Fields, mark) {
			return framing.Trailer
		}
	}
	return framing.Data
}

// begins says whether the fields, with commas between them, begin with a mark.
func begins(fields [][]byte, mark []byte) bool {
	for i, field := range fields {
		if i > 0 {
			if len(mark) == 0 || mark[0] != ',' {
				return len(mark) == 0
			}
			mark = mark[1:]
		}
		if len(mark) <= len(field) {
			return bytes.HasPrefix(field, mark)
		}
		if !bytes.HasPrefix(mark, field) {
			return false
		}
		mark = mark[len(field):]
	}
	return len(mark) == 0
}

// openSheet opens the sheet of a landed workbook that the feed declares.
func (r *reading) openSheet(path string) error {
	t, err := openFile(path, r.file.Name, r.feed)
	if err != nil {
		return err
	}
	r.text = t
	book, err := workbook.Open(t.file, t.size, r.feed.Most())
	if err != nil {
		return asRefusal(err)
	}
	if r.sheet, err = book.Sheet(r.feed.Sheet); err != nil {
		return asRefusal(err)
	}
	header, err := sheetHeader(r.sheet, r.feed)
	if err != nil {
		return err
	}
	r.sheet.Width(len(header))
	if !r.feed.NoHeader {
		r.top = int64(max(1, r.feed.HeaderLine) + max(1, r.feed.HeaderLines) - 1)
	}
	r.source = &rows{sheet: r.sheet, dialect: r.feed.Dialect()}
	r.mostRecords = workbook.MostRows
	r.first, _ = r.source.next()
	if r.first.err != nil {
		return r.first.err
	}
	if err := r.bind(header, ""); err != nil {
		return err
	}
	name := r.sheet.Name
	r.typer.Cells(func(field int, line int64) string {
		return fmt.Sprintf("cell %s%d of sheet %s", workbook.ColumnName(field+1), line, name)
	})
	return nil
}

// sheetHeader reads the rows up to and with the header.
func sheetHeader(s *workbook.Sheet, declared feed.Feed) (feed.Names, error) {
	if declared.NoHeader {
		return feed.Numbered(declared.Width), nil
	}
	line := int64(max(1, declared.HeaderLine))
	var lines [][]string
	var rec framing.Record
	for len(lines) < max(1, declared.HeaderLines) {
		err := s.Next(&rec)
		switch {
		case err != nil && err != io.EOF:
			return nil, asRefusal(err)
		case err == nil && rec.Line < line:
			continue
		case err != nil, rec.Line > line, rec.Sort == framing.Blank:
			detail := fmt.Sprintf("row %d of sheet %s is empty", line, s.Name)
			return nil, &feed.Problem{Line: line, Code: feed.NoHeader, Detail: detail}
		}
		lines = append(lines, texts(&rec))
		line++
	}
	return feed.HeaderNames(lines), nil
}

func texts(rec *framing.Record) (list []string) {
	for _, field := range rec.Fields {
		list = append(list, string(field))
	}
	return list
}

// rows types the rows of a piece.
func (p *pieces) rows(one piece, t *feed.Typer) *result {
	r := &result{}
	t.Reserve(len(one.rows))
	for i := range one.rows {
		r.addRecord(&one.rows[i], t)
	}
	r.hidden, t.Hidden = t.Hidden, 0
	r.batch = t.Batch()
	r.rest.line = one.line
	return r
}

// countRows counts the waiting rows of a sheet that cannot be typed.
func (r *reading) countRows() {
	for p, ok := r.first, true; ok && p.err == nil; p, ok = r.source.next() {
		for i := range p.rows {
			if p.rows[i].Sort == framing.Data {
				r.records++
				r.unread++
			}
		}
	}
}

// SheetSample is the beginning of a sheet.
type SheetSample struct {
	Sheet string
	Rows  []framing.Record // those that have a value
	Whole bool             // there is no more
}

// SampleSheet reads at most so many rows of a workbook. Without a name it is the only visible sheet with values.
func SampleSheet(path, sheet string, most int) (*SheetSample, error) {
	f := feed.Feed{Format: feed.Workbook}
	t, err := openFile(path, path, f)
	if err != nil {
		return nil, err
	}
	defer t.file.Close()
	book, err := workbook.Open(t.file, t.size, f.Most())
	if err != nil {
		return nil, asRefusal(err)
	}
	s, err := book.Sheet(sheet)
	if err != nil {
		return nil, asRefusal(err)
	}
	defer s.Close()
	sample := &SheetSample{Sheet: s.Name}
	for {
		var rec framing.Record
		err := s.Next(&rec)
		switch {
		case err == io.EOF:
			sample.Whole = true
			return sample, nil
		case err != nil:
			return nil, asRefusal(err)
		case rec.Sort != framing.Data:
			continue
		case len(sample.Rows) == most:
			return sample, nil
		}
		sample.Rows = append(sample.Rows, rec)
	}
}
