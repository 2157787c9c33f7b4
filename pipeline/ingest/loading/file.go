package loading

import (
	"errors"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ingest/workbook"
)

// reading is the state of reading one file.
type reading struct {
	tally
	file         landing.File
	feed         feed.Feed
	rejects      rejects
	kind         feed.Kind
	into         string            // the facts' table
	allColumns   string            // selects facts with the fixed columns
	numbersLines bool              // by their occurrence
	notes        []string          // columns that the feed ignores
	remarks      []string          // what is to be said of a sheet
	fixed        map[string]string // columns that batches leave out

	text        *text
	sheet       *workbook.Sheet // of a workbook
	source      source
	first       piece
	top         int64 // lines before the first record: titles, and the header
	width       int
	mostRecords int64 // how many the file can have
	typer       *feed.Typer
}

func (l *Loader) newReading(f landing.File, declared feed.Feed) *reading {
	return &reading{file: f, feed: declared, rejects: rejects{path: l.rejectsPath(f)}}
}

// begin opens the landed file and binds its feed to the header. A *feed.Problem refuses the file.
func (r *reading) begin(path string) (err error) {
	if r.feed.Name == "" {
		return &feed.Problem{Code: feed.NoFeed, Detail: r.file.Name}
	}
	r.kind, _ = feed.KindNamed(r.feed.Kind)
	if r.feed.Format == feed.Workbook {
		return r.openSheet(path)
	}
	if r.text, err = openText(path, r.file.Name, r.feed); err != nil {
		return err
	}
	r.source = newCutter(r.text, r.feed.Dialect())
	r.first, _ = r.source.next()
	if r.first.err != nil {
		return r.first.err
	}
	top := r.first.data
	header, err := readHeader(&r.first, r.feed)
	if err == nil {
		r.top = r.first.line - 1
		r.mostRecords = r.text.atMost / int64(max(1, len(header))) // each field has at least one byte
		err = r.bind(header, headerLine(top, r.feed))
	}
	var why *feed.Problem
	if errors.As(err, &why) && why.Code == string(framing.OtherLineEnd) {
		return err
	}
	if endsInHeader(top, r.first, r.feed) && (err != nil || r.feed.FinalNewline) {
		return &feed.Problem{Code: feed.CutInHeader}
	}
	return err
}

// bind finds the feed's columns in the header, of which line is the text.
func (r *reading) bind(header feed.Names, line string) error {
	typer, problems, notes := r.feed.Bind(header)
	if len(problems) > 0 {
		if r.sheet != nil {
			r.countRows()
			problems[0].Detail += ", in sheet " + r.sheet.Name
			return &problems[0]
		}
		r.count(len(header))
		problems[0].Detail += r.otherDelimiter(line)
		return &problems[0]
	}
	for _, name := range notes {
		r.notes = append(r.notes, printable(name))
	}
	r.typer, r.width, r.numbersLines, r.fixed = typer, len(header), typer.Counts(), r.feed.Fixed()
	r.into, r.allColumns = table(r.kind, r.feed.Hash()), allColumns(r.kind, r.feed.Hash(), r.fixed)
	return nil
}

// all reads the file, and gives typed records to accept and problems to reject.
func (r *reading) all(
	accept func(arrow.RecordBatch) error, reject func([]feed.Problem, []rejected) error,
) error {
	p := pieces{
		width: r.width, dialect: r.feed.Dialect(), typer: r.typer, accept: accept, reject: reject, enough: r.enough,
	}
	total, err := p.read(r.source, r.first)
	r.tally = *total
	if r.sheet != nil {
		r.remarks = r.sheet.Notes()
	}
	if r.headers > 0 {
		r.notes = append(r.notes, fmt.Sprintf("the header stands %d times more", r.headers))
	}
	if r.hidden > 0 {
		r.notes = append(r.notes, fmt.Sprintf("invisible characters were taken out of %d values", r.hidden))
	}
	return err
}

func (r *reading) close() {
	r.rejects.close()
	if r.sheet != nil {
		_ = r.sheet.Close()
	}
	if r.text != nil {
		_ = r.text.file.Close()
	}
}

// count counts the waiting records of a file that cannot be typed.
func (r *reading) count(width int) {
	f := framing.Framer{Dialect: r.feed.Dialect(), Width: width}
	var rec framing.Record
	for p, ok := r.first, true; ok; {
		if p.err != nil {
			return // the file is refused for the first reason
		}
		f.Reset(p.data, p.line, p.last)
		for f.Next(&rec) {
			if rec.Sort == framing.Data || rec.Sort == framing.Broken {
				r.records++
				r.unread++
			}
		}
		rest, line := f.Rest()
		var next piece
		if next, ok = r.source.next(); ok {
			p = piece{data: append(slices.Clone(rest), next.data...), line: line, last: next.last, err: next.err}
		}
	}
}
