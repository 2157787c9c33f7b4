// Package loading turns landed files into typed facts in the store.
//
// Every record of a file becomes exactly one *fact*, with the file and the
// physical line it came from, or one *reject*, with a reason for each problem.
// A file that is cut short, off its own trailer, or over its feed's limit of
// rejects is *refused* whole: none of its facts count, and the reason is kept.
// What was loaded is decided by the landed bytes and the feed's declaration
// alone; when the declaration changes, the file is read again.
//
// The bytes are proved in Go (framing, encoding, every number and date) while
// DuckDB stores what was proved before; whatever is found wrong with the file as
// a whole takes all of it back. DuckDB's row count must equal ours.
package loading

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/store"
)

// Loader loads landed files into an attached store.
type Loader struct {
	Session *store.Session
	Landing string // folder of the landed files
	Work    string // folder for what is put aside, emptied afterwards
	Feeds   []feed.Feed
	Fresh   map[string]bool // SHA-256 of the files that this very run has copied and hashed; they are not hashed again

	see func(*reading, arrow.RecordBatch) // is shown the typed records; may be nil
}

// Outcome is what loading one file came to.
type Outcome struct {
	File     landing.File
	Feed     string
	Refused  *feed.Problem // nil: loaded
	Records  int64
	Rejected int64
	Notes    []string // columns of the file that the feed ignores
}

// Load loads one file, replacing whatever an earlier reading of it left, in
// one transaction. It reports false when the file stands loaded as it is.
func (l *Loader) Load(ctx context.Context, f landing.File) (Outcome, bool, error) {
	out := Outcome{File: f}
	if err := l.untouched(f); err != nil {
		return out, false, err
	}
	declared, err := l.feedOf(f.Name)
	if err != nil {
		return out, false, err
	}
	out.Feed = declared.Name
	current, err := l.current(ctx, f, declared)
	if err != nil || current {
		return out, false, err
	}
	r, err := l.begin(f, declared)
	r.rejects.path = l.aside(f)
	defer r.close()
	if err == nil {
		err = l.readIn(ctx, f, declared, r, &out)
	}
	if errors.As(err, &out.Refused) {
		err = l.Session.Transaction(ctx, func(ctx context.Context) error {
			return l.refuse(ctx, f, declared, r, &out)
		})
	}
	if err != nil {
		return out, false, fmt.Errorf("load %s: %w", f.Name, err)
	}
	return out, true, nil
}

// untouched says cheaply that nobody has changed a landed file's length, also of
// one that is not read again. Its hash is checked when it is.
func (l *Loader) untouched(f landing.File) error {
	info, err := os.Stat(f.Path(l.Landing))
	if err == nil && info.Size() != f.Size {
		err = fmt.Errorf("%s landed with %d bytes and has %d in %s; restore it from a copy", f.Name, f.Size, info.Size(), f.Path(l.Landing))
	}
	return err
}

// feedOf is the one feed a landed file belongs to, or a nameless one when the
// configuration no longer knows it. A file that came to belong to two stops the
// run: whichever was taken, its figures could change without anybody having said so.
func (l *Loader) feedOf(name string) (feed.Feed, error) {
	var found []feed.Feed
	for _, f := range l.Feeds {
		if f.Matches(name) {
			found = append(found, f)
		}
	}
	switch len(found) {
	case 0:
		return feed.Feed{}, nil
	case 1:
		return found[0], nil
	}
	return feed.Feed{}, fmt.Errorf("%s, which has landed, matches the feeds %s and %s; make their globs exclude each other", name, found[0].Name, found[1].Name)
}

func (l *Loader) current(ctx context.Context, f landing.File, declared feed.Feed) (bool, error) {
	var n int
	err := l.Session.Row(ctx, "select count(*) from store.raw.files where file_id = ? and sha256 = ? and name = ? and feed = ? and feed_hash = ?",
		[]any{&n}, f.Sequence, f.SHA256, printable(f.Name), declared.Name, declared.Hash())
	return n == 1, err
}

// reading is a file being read.
type reading struct {
	tally
	rejects      rejects
	kind         feed.Kind
	into         string // the table of its facts
	allColumns   string // selects them with the columns that are the same in each
	numbersLines bool   // lines are numbered by their occurrence
	notes        []string
	fixed        map[string]string // columns that batches leave out

	text    *text
	cutter  *cutter
	first   piece
	width   int
	dialect framing.Dialect
	typer   *feed.Typer
}

// begin opens a landed file and binds its feed to its header. A *feed.Problem as
// error means the file is refused. The reading is never nil.
func (l *Loader) begin(f landing.File, declared feed.Feed) (*reading, error) {
	if declared.Name == "" {
		return &reading{}, &feed.Problem{Code: feed.NoFeed, Detail: f.Name}
	}
	r, err := beginReading(f.Path(l.Landing), declared)
	if l.Fresh[f.SHA256] && r.text != nil {
		r.text.hash = nil
	}
	return r, err
}

func beginReading(path string, declared feed.Feed) (r *reading, err error) {
	r = &reading{dialect: declared.Dialect()}
	r.kind, _ = feed.KindNamed(declared.Kind)
	if r.text, err = openText(path, declared); err != nil {
		return r, err
	}
	r.cutter = &cutter{r: r.text, line: 1}
	r.first, _ = r.cutter.next()
	if r.first.err != nil {
		return r, r.first.err
	}
	header, err := readHeader(&r.first, declared)
	if err != nil {
		return r, err
	}
	typer, problems, notes := declared.Bind(header)
	if len(problems) > 0 {
		r.count(len(header))
		return r, &problems[0]
	}
	for _, name := range notes {
		r.notes = append(r.notes, printable(name))
	}
	r.typer, r.width, r.numbersLines, r.fixed = typer, len(header), typer.Counts(), declared.Fixed()
	r.into, r.allColumns = table(r.kind, declared.Hash()), allColumns(r.kind, declared.Hash(), r.fixed)
	return r, nil
}

// all frames and types the whole file and gives its typed records to accept, and
// the problems of the others to reject.
func (r *reading) all(accept func(arrow.RecordBatch) error, reject func([]feed.Problem) error) error {
	p := pieces{width: r.width, dialect: r.dialect, typer: r.typer, accept: accept, reject: reject}
	total, err := p.read(r.cutter, r.first)
	r.tally = *total
	return err
}

func (r *reading) close() {
	r.rejects.close()
	if r.text != nil {
		_ = r.text.file.Close()
	}
}

// count counts the records of a file that cannot be read any further, so that it
// is known how many wait.
func (r *reading) count(width int) {
	f := framing.Framer{Dialect: r.dialect, Width: width}
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
		if next, ok = r.cutter.next(); ok {
			p = piece{data: append(slices.Clone(rest), next.data...), line: line, last: next.last, err: next.err}
		}
	}
}

// readIn reads a file to its end and puts it into the store in place of any
// earlier reading of it, or leaves the store as it was.
func (l *Loader) readIn(ctx context.Context, f landing.File, declared feed.Feed, r *reading, out *Outcome) error {
	records := stream(r, l.see)
	defer records.stop()
	err := l.Session.Scan(ctx, incoming, records, func() error {
		return l.Session.Transaction(ctx, func(ctx context.Context) error {
			return l.write(ctx, f, declared, r, records, out)
		})
	})
	if failed := records.stop(); failed != nil {
		return failed // what DuckDB says of it is only its echo
	}
	return err
}

func (l *Loader) write(ctx context.Context, f landing.File, declared feed.Feed, r *reading, records *recordStream, out *Outcome) error {
	if err := l.forget(ctx, f.Sequence); err != nil {
		return err
	}
	if err := l.insert(ctx, f.Sequence, r); err != nil {
		return err
	}
	if err := records.stop(); err != nil {
		return err
	}
	changed, err := r.text.changed(f.SHA256)
	if err != nil {
		return err
	}
	if changed {
		return &feed.Problem{Code: feed.Changed}
	}
	if err := checkPromises(declared, r); err != nil {
		return err
	}
	if err := l.agree(ctx, f, r); err != nil {
		return err
	}
	if declared.MaxRejects.Exceeded(r.rejected, r.records) {
		return tooMany(declared, r)
	}
	out.Records, out.Rejected, out.Notes = r.records, r.rejected, r.notes
	return l.record(ctx, f, declared, r, out)
}

// agree takes out what other records of the file contradict, and numbers the
// lines of a sender who does not.
func (l *Loader) agree(ctx context.Context, f landing.File, r *reading) error {
	if err := l.storeRejects(ctx, f, &r.rejects); err != nil {
		return err
	}
	for _, find := range []func(context.Context, int64, *reading) ([]feed.Problem, error){l.besideRejects, l.repeated} {
		problems, err := find(ctx, f.Sequence, r)
		if err != nil {
			return err
		}
		r.remember(problems)
		if err := errors.Join(r.rejects.add(problems), l.storeRejects(ctx, f, &r.rejects), l.drop(ctx, f.Sequence, r.into, problems)); err != nil {
			return err
		}
	}
	if r.rejects.last == 0 {
		return nil
	}
	var stand int64
	err := l.Session.Row(ctx, "select count(*) from "+r.into+" where file_id = ?", []any{&stand}, f.Sequence)
	r.rejected = r.records - stand
	return err
}

// refuse keeps why a file was refused, and what was wrong with its records.
func (l *Loader) refuse(ctx context.Context, f landing.File, declared feed.Feed, r *reading, out *Outcome) error {
	if err := l.forget(ctx, f.Sequence); err != nil {
		return err
	}
	out.Records, out.Rejected, out.Notes = r.records, r.records, r.notes
	if err := l.keepRefusal(ctx, f, out.Refused, &r.rejects); err != nil {
		return err
	}
	return l.record(ctx, f, declared, r, out)
}

func (l *Loader) record(ctx context.Context, f landing.File, declared feed.Feed, r *reading, out *Outcome) error {
	status, reason, detail := "loaded", "", ""
	if out.Refused != nil {
		status, reason, detail = "refused", out.Refused.Code, printable(out.Refused.Sentence())
	}
	return l.Session.Exec(ctx, `insert into store.raw.files values
		(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''), ?, ?, ?, ?::decimal(38,6), ?::decimal(38,6), ?, nullif(?, ''))`,
		f.Sequence, f.SHA256, printable(f.Name), declared.Name, declared.Kind, declared.Hash(), declared.Replace, f.LandedAt, f.Size,
		status, reason, detail, r.records, r.records-out.Rejected, out.Rejected, r.amount.String(), r.rejectedAmount.String(), r.unread,
		strings.Join(r.notes, ", "))
}

// forget takes everything of a file out of the store.
func (l *Loader) forget(ctx context.Context, fileID int64) error {
	var kind, hash string
	err := l.Session.Row(ctx, "select coalesce(max(kind), ''), coalesce(max(feed_hash), '') from store.raw.files where file_id = ? and status = 'loaded'",
		[]any{&kind, &hash}, fileID)
	if err != nil {
		return err
	}
	tables := []string{"store.raw.files", "store.raw.rejects"}
	if k, ok := feed.KindNamed(kind); ok {
		tables = append(tables, table(k, hash))
	}
	for _, name := range tables {
		if err := l.Session.Exec(ctx, "delete from "+name+" where file_id = ?", fileID); err != nil {
			return err
		}
	}
	return nil
}

// incoming is the view through which DuckDB reads a file's typed records.
const incoming = "incoming"

// insert stores the records as they are read, and proves that every one of them
// arrived.
func (l *Loader) insert(ctx context.Context, fileID int64, r *reading) error {
	columns := varying(r.kind, r.fixed)
	if r.kind.Name == feed.Sales {
		if err := l.Session.Exec(ctx, "create table if not exists "+r.into+" ("+columnList(columns)+")"); err != nil {
			return err
		}
	}
	names := []string{strconv.FormatInt(fileID, 10)}
	for _, c := range columns[1:] {
		names = append(names, store.Name(c.name))
	}
	if err := l.Session.Exec(ctx, "insert into "+r.into+" select "+strings.Join(names, ", ")+" from "+incoming); err != nil {
		return err
	}
	var got int64
	if err := l.Session.Row(ctx, "select count(*) from "+r.into+" where file_id = ?", []any{&got}, fileID); err != nil {
		return err
	}
	if got != r.typed {
		return fmt.Errorf("DuckDB holds %d of %d records", got, r.typed)
	}
	return nil
}
