package loading

import (
	"bytes"
	"cmp"
	"errors"
	"runtime"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
)

// tally counts the records of a file or a piece.
type tally struct {
	records        int64 // typed + rejected + excluded
	typed          int64
	rejected       int64
	problems       []feed.Problem
	first          int64 // the line of the first record
	amount         feed.Total
	rejectedAmount feed.Total // of the rejected records whose amount can be read
	unread         int64      // rejected records whose amount cannot
	trailer        []framing.Record
	after          int64 // the line of the first record after the trailer
	keylessLine    int64 // the line of the first rejected record whose key cannot be read
	stopped        int64 // the line before which the reading ended early; zero: it did not
	headers        int64 // the header once more
	others         int64 // lines that are no rows: blank, comments, trailers
	otherHeader    int64 // the line of another header; zero: there is none
	hidden         int64 // values out of which invisible characters were taken
	unterminated   bool  // the text's last record has no line end
	excluded       []excluded
}

func (t *tally) add(o *tally) {
	t.records += o.records
	t.typed += o.typed
	t.rejected += o.rejected
	t.unread += o.unread
	t.hidden += o.hidden
	t.headers += o.headers
	t.others += o.others
	t.addExcluded(o.excluded)
	t.otherHeader = cmp.Or(t.otherHeader, o.otherHeader)
	t.remember(o.problems)
	t.amount.Merge(&o.amount)
	t.rejectedAmount.Merge(&o.rejectedAmount)
	t.keylessLine = cmp.Or(t.keylessLine, o.keylessLine)
	if t.after == 0 && len(t.trailer) > 0 && o.records > 0 {
		t.after = o.first
	}
	t.after = cmp.Or(t.after, o.after)
	t.trailer = append(t.trailer, o.trailer...)
	t.unterminated = o.unterminated
}

// remember keeps only the first problem; the others are in the file of problems.
func (t *tally) remember(problems []feed.Problem) {
	if len(t.problems) == 0 {
		t.problems = problems[:min(1, len(problems))]
	}
}

// result is one piece, read.
type result struct {
	tally
	batch  arrow.RecordBatch
	beyond []rejected // the rejected records whose problems are not kept
	rest   piece      // may continue in the next piece
}

// rejected is a rejected record without its problems.
type rejected struct {
	line int64
	key  string
}

// piece frames and types one piece.
func (p *pieces) piece(one piece, t *feed.Typer) *result {
	if one.rows != nil {
		return p.rows(one, t)
	}
	r := &result{}
	// A record that can be read has a mark behind each field. Junk has more lines, and needs no memory.
	t.Reserve(min(bytes.Count(one.data, []byte{'\n'}), len(one.data)/max(1, p.width)) + 1)
	f := framing.Framer{Dialect: p.dialect, Width: p.width}
	f.Reset(one.data, one.line, one.last)
	var rec framing.Record
	for f.Next(&rec) {
		r.addRecord(&rec, t)
	}
	r.batch = t.Batch()
	r.hidden, t.Hidden = t.Hidden, 0
	r.rest.data, r.rest.line = f.Rest()
	r.unterminated = one.last && unterminated(one.data)
	return r
}

// unterminated says that the last line of a text has no line end.
func unterminated(text []byte) bool {
	text = bytes.TrimSuffix(text, []byte{framing.EndMark})
	return len(text) > 0 && text[len(text)-1] != '\n' && text[len(text)-1] != '\r'
}

func (r *result) addRecord(rec *framing.Record, t *feed.Typer) {
	switch rec.Sort {
	case framing.Blank:
		r.others++
		return
	case framing.Comment, framing.Trailer:
		r.addMarked(rec, t)
		return
	}
	condition, wrong := t.Exclusion(rec)
	if condition >= 0 {
		r.exclude(condition, rec, t)
		return
	}
	same, other := false, false
	if t.FillsDown() {
		same, other = t.HeaderAgain(rec.Fields) // before it gives its names to the rows below
	}
	if t.FillsDown() && !same {
		wrong = cmp.Or(wrong, fillDown(rec, t))
	}
	switch {
	case same:
	case rec.Sort == framing.Broken:
		wrong = broken(rec, string(rec.Fault))
		if rec.Fault == framing.FieldCount {
			_, other = t.HeaderAgain(rec.Fields)
		}
	case wrong != nil:
		t.ReadsRow(rec) // its amount
		wrong.Key = t.Key()
	case t.TypeRow(rec):
		r.count(rec)
		r.typed++
		if t.HasAmount {
			r.amount.Add(t.Amount)
		}
		return
	default:
		same, other = t.HeaderAgain(rec.Fields[:t.Width()])
	}
	if same {
		r.headers++
		return
	}
	if other {
		r.otherHeader = cmp.Or(r.otherHeader, rec.Line)
	}
	r.count(rec)
	r.rejectRecord(rec, wrong, t)
}

// count counts a record, and sees whether it stands behind a trailer.
func (r *result) count(rec *framing.Record) {
	if len(r.trailer) > 0 && r.after == 0 {
		r.after = rec.Line
	}
	if r.records == 0 {
		r.first = rec.Line
	}
	r.records++
}

// addMarked adds a comment or a trailer. One that reads as a record, or would if one of its values were right, is
// rejected.
func (r *result) addMarked(rec *framing.Record, t *feed.Typer) {
	switch {
	case len(rec.Fields) == t.Width() && (rec.Sort == framing.Trailer || wordy(rec)) &&
		(t.ReadsRow(rec) || t.LacksNothing()):
		r.records++
		t.Lose(rec.Line)
		r.rejectRecord(rec, broken(rec, feed.MarkedRecord), t)
	case rec.Sort == framing.Trailer:
		r.trailer = append(r.trailer, copied(*rec))
		r.others++
	default:
		r.others++
	}
}

// broken is the problem of a record as a whole.
func broken(rec *framing.Record, code string) *feed.Problem {
	return &feed.Problem{Line: rec.Line, Code: code, Detail: rec.Detail, Raw: string(rec.Raw[:min(len(rec.Raw), 2000)])}
}

// fillDown gives a record the values of its group. One that cannot be read may begin another group.
func fillDown(rec *framing.Record, t *feed.Typer) *feed.Problem {
	if rec.Sort == framing.Broken {
		t.Lose(rec.Line)
		return nil
	}
	return t.FillDown(rec)
}

// rejectRecord rejects a record for a problem, or for those that the typer has found.
func (r *result) rejectRecord(rec *framing.Record, why *feed.Problem, t *feed.Typer) {
	problems := t.Problems
	if why != nil {
		problems = []feed.Problem{*why}
	}
	r.reject(problems)
	if rec.Sort != framing.Broken && t.HasAmount {
		r.rejectedAmount.Add(t.Amount)
	} else {
		r.unread++
	}
}

// wordy says that a line marked as a comment begins with a letter or a digit, as a value could: Page9 begins like Page.
func wordy(rec *framing.Record) bool {
	begins := bytes.TrimLeft(rec.Raw, `"'`)
	if i := slices.IndexFunc(rec.Fields, func(f []byte) bool { return len(f) > 0 }); len(begins) == 0 && i >= 0 {
		begins = rec.Fields[i] // of a row of a workbook
	}
	c, _ := utf8.DecodeRune(begins)
	return unicode.IsLetter(c) || unicode.IsDigit(c)
}

func (r *result) reject(problems []feed.Problem) {
	r.rejected++
	if len(r.problems) < mostKept {
		r.problems = append(r.problems, problems...)
	} else {
		r.beyond = append(r.beyond, rejected{problems[0].Line, problems[0].Key})
	}
	if r.keylessLine == 0 && problems[0].Key == "" {
		r.keylessLine = problems[0].Line
	}
}

// pieces reads a text or a sheet in pieces, on every processor.
type pieces struct {
	width   int
	dialect framing.Dialect
	typer   *feed.Typer
	accept  func(arrow.RecordBatch) error // gets the typed records in file order, and releases them
	reject  func([]feed.Problem, []rejected) error
	enough  func(*tally) bool // says that the rest need not be read
}

// read frames and types a text, or a sheet, from its first piece.
//
// Each piece is read as if a record began at its start. Where the piece before ends inside a record, the piece is
// read again from there, so that the cuts do not change the result. Where values hold for rows below, pieces are read
// one after the other.
func (p *pieces) read(c source, first piece) (*tally, error) {
	jobs := make(chan job, runtime.NumCPU())
	queue := make(chan job, 2*runtime.NumCPU())
	for range runtime.NumCPU() {
		typer := p.typer.Clone()
		go func() {
			for j := range jobs {
				if typer.FillsDown() {
					j.done <- nil
					continue
				}
				j.done <- p.piece(j.piece, typer)
			}
		}()
	}
	stop := make(chan struct{})
	go cut(c, first, jobs, queue, stop)
	total, err := p.merge(queue, first.line)
	close(stop)
	for j := range queue { // after an error, let the others end
		if j.piece.err != nil {
			continue
		}
		if r := <-j.done; r != nil {
			r.batch.Release()
		}
	}
	return total, err
}

// errEnough says that the file is refused, whatever the rest of it holds.
var errEnough = errors.New("the rest need not be read")

type job struct {
	piece piece
	done  chan *result
}

func cut(c source, p piece, jobs, queue chan<- job, stop <-chan struct{}) {
	defer close(jobs)
	defer close(queue)
	for ok := true; ok; p, ok = c.next() {
		j := job{piece: p, done: make(chan *result, 1)}
		select {
		case queue <- j:
		case <-stop:
			return
		}
		if p.err != nil {
			return
		}
		jobs <- j
		if p.last {
			return
		}
	}
}

func (p *pieces) merge(queue <-chan job, first int64) (*tally, error) {
	total := &tally{}
	carry := piece{line: first}
	for j := range queue {
		if j.piece.err != nil {
			return total, j.piece.err
		}
		r := <-j.done
		if r == nil || len(carry.data) > 0 {
			one := j.piece
			if one.rows == nil {
				one = piece{data: append(carry.data, one.data...), line: carry.line, last: one.last}
			}
			if r != nil {
				r.batch.Release()
			}
			r = p.piece(one, p.typer)
		}
		carry = piece{data: slices.Clone(r.rest.data), line: r.rest.line}
		if err := p.accept(r.batch); err != nil {
			return total, err
		}
		total.add(&r.tally)
		done := !j.piece.last && p.enough(total)
		if done {
			total.stopped, r.beyond = carry.line, nil
		}
		if err := p.reject(r.problems, r.beyond); err != nil {
			return total, err
		}
		if done {
			return total, errEnough
		}
	}
	return total, nil
}

// copied is a record outside the framer's memory.
func copied(rec framing.Record) framing.Record {
	rec.Raw, rec.Fields, rec.Kinds = slices.Clone(rec.Raw), slices.Clone(rec.Fields), slices.Clone(rec.Kinds)
	for i, field := range rec.Fields {
		rec.Fields[i] = slices.Clone(field)
	}
	return rec
}
