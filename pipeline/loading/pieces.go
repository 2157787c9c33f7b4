package loading

import (
	"bufio"
	"io"
	"runtime"
	"slices"

	"tranche/pipeline/feed"
	"tranche/pipeline/framing"
)

// tally is what reading a file, or a piece of it, came to.
type tally struct {
	records  int64 // typed + rejected
	typed    int64
	rejected int64
	problems []feed.Problem
	hashes   []uint64 // of each typed record's key
	lines    []int64  // and the line it stands on
	amount   feed.Total
	rejAmt   feed.Total // of the rejected records whose amount can be read
	unread   int64      // rejected records whose amount cannot
	trailer  []framing.Record
	after    int64 // the first line of a record behind the trailer
	open     bool  // the text's last record has no line end
}

// keptProblems bounds what is remembered of a file that is wrong throughout.
const keptProblems = 10_000

func (t *tally) add(o *tally) {
	t.records += o.records
	t.typed += o.typed
	t.rejected += o.rejected
	t.unread += o.unread
	t.problems = append(t.problems, o.problems[:min(len(o.problems), max(0, keptProblems-len(t.problems)))]...)
	t.hashes = append(t.hashes, o.hashes...)
	t.lines = append(t.lines, o.lines...)
	t.amount.Merge(&o.amount)
	t.rejAmt.Merge(&o.rejAmt)
	if t.after == 0 && len(t.trailer) > 0 && o.records > 0 {
		t.after = o.firstLine()
	}
	if t.after == 0 {
		t.after = o.after
	}
	t.trailer = append(t.trailer, o.trailer...)
	t.open = o.open
}

// firstLine is a line of the first record of a tally that has one.
func (t *tally) firstLine() int64 {
	switch {
	case len(t.lines) == 0:
		return t.problems[0].Line
	case len(t.problems) == 0:
		return t.lines[0]
	}
	return min(t.lines[0], t.problems[0].Line)
}

// result is one piece, read.
type result struct {
	tally
	out  []byte // canonical lines
	rest piece  // what may go on in the next piece
}

// readPiece frames and types one piece.
func readPiece(p piece, width int, dialect framing.Dialect, t *feed.Typer) *result {
	r := &result{out: make([]byte, 0, len(p.data)+len(p.data)/8)}
	r.hashes, r.lines = make([]uint64, 0, len(p.data)/64), make([]int64, 0, len(p.data)/64)
	f := framing.Framer{Dialect: dialect, Width: width}
	f.Reset(p.data, p.line, p.last)
	var rec framing.Record
	for f.Next(&rec) {
		r.take(&rec, t)
	}
	r.rest.data, r.rest.line = f.Rest()
	if n := len(p.data); p.last && n > 0 {
		r.open = p.data[n-1] != '\n' && p.data[n-1] != '\r'
	}
	return r
}

func (r *result) take(rec *framing.Record, t *feed.Typer) {
	switch rec.Sort {
	case framing.Blank, framing.Comment:
		return
	case framing.Trailer:
		r.trailer = append(r.trailer, keep(*rec))
		return
	}
	if len(r.trailer) > 0 && r.after == 0 {
		r.after = rec.Line
	}
	r.records++
	if rec.Sort == framing.Broken {
		raw := rec.Raw[:min(len(rec.Raw), 2000)]
		r.reject([]feed.Problem{{Line: rec.Line, Code: string(rec.Fault), Raw: string(raw)}})
		r.unread++
		return
	}
	var ok bool
	if r.out, ok = t.Type(rec.Line, rec.Fields, r.out); !ok {
		r.reject(t.Problems)
		if t.HasAmt {
			r.rejAmt.Add(t.Amount)
		} else {
			r.unread++
		}
		return
	}
	r.typed++
	r.hashes = append(r.hashes, t.KeyHash)
	r.lines = append(r.lines, rec.Line)
	if t.HasAmt {
		r.amount.Add(t.Amount)
	}
}

func (r *result) reject(problems []feed.Problem) {
	r.rejected++
	if len(r.problems) < keptProblems {
		r.problems = append(r.problems, problems...)
	}
}

// keep copies a record out of the framer's memory.
func keep(rec framing.Record) framing.Record {
	rec.Raw = slices.Clone(rec.Raw)
	fields := make([][]byte, len(rec.Fields))
	for i, field := range rec.Fields {
		fields[i] = slices.Clone(field)
	}
	rec.Fields = fields
	return rec
}

// readAll frames and types a text piece by piece on every processor, and
// writes the canonical lines to out in the order of the file.
//
// Each piece is read on the assumption that a record begins where it begins.
// Where the piece before shows that one was still open, the piece is read again
// from there, so that the outcome never depends on where the text was cut.
func readAll(c *cutter, first piece, width int, dialect framing.Dialect, t *feed.Typer, out *bufio.Writer) (*tally, error) {
	jobs := make(chan job, runtime.NumCPU())
	queue := make(chan job, 2*runtime.NumCPU())
	for range runtime.NumCPU() {
		own := t.Clone()
		go func() {
			for j := range jobs {
				j.done <- readPiece(j.piece, width, dialect, own)
			}
		}()
	}
	go cut(c, first, jobs, queue)
	total, err := merge(queue, width, dialect, t, out)
	for range queue { // after an error, let the others end
	}
	return total, err
}

type job struct {
	piece piece
	done  chan *result
}

func cut(c *cutter, p piece, jobs, queue chan<- job) {
	defer close(jobs)
	defer close(queue)
	for ok := true; ok; p, ok = c.next() {
		j := job{piece: p, done: make(chan *result, 1)}
		queue <- j
		if p.err != nil {
			return
		}
		jobs <- j
		if p.last {
			return
		}
	}
}

func merge(queue <-chan job, width int, dialect framing.Dialect, t *feed.Typer, out io.Writer) (*tally, error) {
	total := &tally{}
	var carry piece
	for j := range queue {
		if j.piece.err != nil {
			return total, j.piece.err
		}
		r := <-j.done
		if len(carry.data) > 0 {
			joined := piece{data: append(carry.data, j.piece.data...), line: carry.line, last: j.piece.last}
			r = readPiece(joined, width, dialect, t)
		}
		carry = piece{data: slices.Clone(r.rest.data), line: r.rest.line}
		if _, err := out.Write(r.out); err != nil {
			return total, err
		}
		total.add(&r.tally)
	}
	return total, nil
}
