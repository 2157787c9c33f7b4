// Package loading turns landed files into typed facts in the store.
//
// Every record of a file becomes exactly one *fact*, with the file and the
// physical line it came from, or one *reject*, with a reason for each problem.
// A file that is cut short, off its own trailer, or over its feed's limit of
// rejects is *refused* whole: none of its facts count, and the reason is kept.
// What was loaded is decided by the landed bytes and the feed's declaration
// alone; when the declaration changes, the file is read again.
//
// The bytes are proved in Go (framing, encoding, every number and date) and
// written as canonical lines; only then does DuckDB's typed reader see them,
// and its row count must equal ours.
package loading

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tranche/pipeline/feed"
	"tranche/pipeline/framing"
	"tranche/pipeline/landing"
	"tranche/pipeline/store"
)

// Loader loads landed files into an attached store.
type Loader struct {
	Session *store.Session
	Landing string // folder of the landed files
	Work    string // folder for canonical lines, emptied afterwards
	Feeds   []feed.Feed
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
	declared := l.feedOf(f.Name)
	out.Feed = declared.Name
	current, err := l.current(ctx, f, declared)
	if err != nil || current {
		return out, false, err
	}
	read, err := l.read(f, declared)
	var problem *feed.Problem
	if err != nil && !errors.As(err, &problem) {
		return out, false, fmt.Errorf("load %s: %w", f.Name, err)
	}
	defer read.discard()
	out.Refused = problem
	err = l.Session.Transaction(ctx, func(ctx context.Context) error {
		return l.write(ctx, f, declared, read, &out)
	})
	if err != nil {
		return out, false, fmt.Errorf("load %s: %w", f.Name, err)
	}
	return out, true, nil
}

// feedOf is the one feed a landed file belongs to, or a nameless one when the
// configuration no longer knows it.
func (l *Loader) feedOf(name string) feed.Feed {
	i := slices.IndexFunc(l.Feeds, func(f feed.Feed) bool { return f.Matches(name) })
	if i < 0 {
		return feed.Feed{}
	}
	return l.Feeds[i]
}

func (l *Loader) current(ctx context.Context, f landing.File, declared feed.Feed) (bool, error) {
	var n int
	err := l.Session.Row(ctx, "select count(*) from store.raw.files where file_id = ? and sha256 = ? and feed = ? and feed_hash = ?",
		[]any{&n}, f.Sequence, f.SHA256, declared.Name, declared.Hash())
	return n == 1, err
}

// reading is a file read and proved, not yet in the store.
type reading struct {
	tally
	kind      feed.Kind
	counts    bool // lines are numbered by their occurrence
	notes     []string
	fixed     map[string]string // columns that the canonical lines leave out
	canonical string
}

func (r *reading) discard() {
	if r != nil && r.canonical != "" {
		_ = os.Remove(r.canonical)
	}
}

// read proves a landed file and writes its canonical lines aside. A
// *feed.Problem as error means the file is refused.
func (l *Loader) read(f landing.File, declared feed.Feed) (*reading, error) {
	r := &reading{}
	if declared.Name == "" {
		return r, &feed.Problem{Code: feed.NoFeed, Detail: f.Name}
	}
	r.kind, _ = feed.KindNamed(declared.Kind)
	t, err := openText(f.Path(l.Landing), declared)
	if err != nil {
		return r, err
	}
	defer t.file.Close()
	r.canonical = filepath.Join(l.Work, f.SHA256+".canonical")
	if err := l.readText(t, declared, r); err != nil {
		return r, err
	}
	sum, err := t.sum()
	if err != nil {
		return r, err
	}
	if sum != f.SHA256 {
		return r, &feed.Problem{Code: feed.Changed}
	}
	return r, judge(declared, r)
}

func (l *Loader) readText(t *text, declared feed.Feed, r *reading) error {
	c := &cutter{r: t, line: 1}
	first, _ := c.next()
	if first.err != nil {
		return first.err
	}
	header, err := readHeader(&first, declared)
	if err != nil {
		return err
	}
	typer, problems, notes := declared.Bind(header)
	if len(problems) > 0 {
		return &problems[0]
	}
	r.notes, r.counts, r.fixed = notes, typer.Counts(), typer.Fixed()
	file, err := os.OpenFile(r.canonical, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	total, err := readAll(c, first, len(header), declared.Dialect(), typer, out)
	r.tally = *total
	return errors.Join(err, out.Flush(), file.Close())
}

// readHeader takes title lines and header off the first piece.
func readHeader(p *piece, declared feed.Feed) (feed.Names, error) {
	if declared.NoHeader {
		names := make(feed.Names, declared.Width)
		for i := range names {
			names[i] = strconv.Itoa(i + 1)
		}
		return names, nil
	}
	f := framing.Framer{Dialect: declared.Dialect()}
	f.Dialect.Trailer = nil
	data, line := skipLines(p.data, max(1, declared.HeaderLine)-1), int64(max(1, declared.HeaderLine))
	f.Reset(data, line, p.last)
	var lines [][]string
	var rec framing.Record
	for len(lines) < max(1, declared.HeaderLines) {
		more := f.Next(&rec)
		if more && rec.Sort == framing.Comment {
			continue
		}
		if !more || rec.Sort != framing.Data {
			return nil, &feed.Problem{Line: line, Code: feed.NoHeader, Detail: fmt.Sprintf("line %d", line)}
		}
		var fields []string
		for _, field := range rec.Fields {
			fields = append(fields, string(field))
		}
		lines = append(lines, fields)
		_, line = f.Rest()
	}
	p.data, p.line = f.Rest()
	return feed.HeaderNames(lines), nil
}

func skipLines(data []byte, n int) []byte {
	f := framing.Framer{}
	f.Reset(data, 1, true)
	var rec framing.Record
	for range n {
		if !f.Next(&rec) {
			break
		}
	}
	rest, _ := f.Rest()
	return rest
}

// write puts a reading into the store in place of any earlier one.
func (l *Loader) write(ctx context.Context, f landing.File, declared feed.Feed, r *reading, out *Outcome) error {
	if err := l.forget(ctx, f.Sequence); err != nil {
		return err
	}
	problems, rejected := r.problems, r.rejected
	if out.Refused == nil {
		conflicts, err := l.facts(ctx, f.Sequence, r)
		if err != nil {
			return err
		}
		problems = append(problems, conflicts...)
		rejected += int64(len(conflicts))
		if declared.MaxRejects.Exceeded(rejected, r.records) {
			over := *r
			over.rejected, over.problems = rejected, problems
			errors.As(tooMany(declared, &over), &out.Refused)
		}
	}
	typed := r.records - rejected
	if out.Refused != nil {
		if err := l.forget(ctx, f.Sequence); err != nil {
			return err
		}
		typed, rejected = 0, r.records
		problems = append([]feed.Problem{*out.Refused}, problems...)
	}
	out.Records, out.Rejected, out.Notes = r.records, rejected, r.notes
	if err := l.rejects(ctx, f, problems); err != nil {
		return err
	}
	return l.record(ctx, f, declared, r, out, typed)
}

func (l *Loader) record(ctx context.Context, f landing.File, declared feed.Feed, r *reading, out *Outcome, typed int64) error {
	status, reason, detail := "loaded", "", ""
	if out.Refused != nil {
		status, reason, detail = "refused", out.Refused.Code, out.Refused.Sentence()
	}
	return l.Session.Exec(ctx, `insert into store.raw.files values
		(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''), ?, ?, ?, ?::decimal(38,6), ?::decimal(38,6), ?, nullif(?, ''))`,
		f.Sequence, f.SHA256, f.Name, declared.Name, declared.Kind, declared.Hash(), declared.Replace, f.LandedAt, f.Size,
		status, reason, detail, r.records, typed, out.Rejected, r.amount.String(), r.rejAmt.String(), r.unread,
		strings.Join(r.notes, ", "))
}

// forget takes everything of a file out of the store.
func (l *Loader) forget(ctx context.Context, fileID int64) error {
	tables := []string{"store.raw.files", "store.raw.rejects"}
	for _, k := range feed.Kinds() {
		tables = append(tables, table(k))
	}
	for _, name := range tables {
		if err := l.Session.Exec(ctx, "delete from "+name+" where file_id = ?", fileID); err != nil {
			return err
		}
	}
	return nil
}

// rejects writes the problems of a file.
func (l *Loader) rejects(ctx context.Context, f landing.File, problems []feed.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	path := filepath.Join(l.Work, f.SHA256+".rejects")
	defer os.Remove(path)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := csv.NewWriter(file)
	for i, p := range problems {
		_ = w.Write([]string{strconv.FormatInt(p.Line, 10), strconv.Itoa(i + 1), p.Column, p.Code, p.Sentence(), printable(p.Raw)})
	}
	w.Flush()
	if err := errors.Join(w.Error(), file.Close()); err != nil {
		return err
	}
	columns := [][2]string{{"line", "bigint"}, {"problem", "integer"}, {"column_name", "varchar"},
		{"code", "varchar"}, {"sentence", "varchar"}, {"raw_text", "varchar"}}
	return l.insert(ctx, "store.raw.rejects", columns, nil, path, f.Sequence, int64(len(problems)))
}

// printable shows bytes that are no text as \x.. so that they can be kept.
func printable(raw string) string {
	if strings.ToValidUTF8(raw, "") == raw && !strings.ContainsRune(raw, 0) {
		return raw
	}
	quoted := strconv.QuoteToGraphic(raw)
	return quoted[1 : len(quoted)-1]
}

// insert reads a canonical file into a table, and proves that every line of it
// arrived. fixed holds the columns the lines leave out.
func (l *Loader) insert(ctx context.Context, into string, columns [][2]string, fixed map[string]string, path string, fileID, want int64) error {
	declared, selected := []string{}, []string{strconv.FormatInt(fileID, 10)}
	for _, c := range columns {
		value, left := fixed[c[0]]
		if !left {
			declared = append(declared, store.Literal(c[0])+": "+store.Literal(c[1]))
			selected = append(selected, store.Name(c[0]))
			continue
		}
		selected = append(selected, "nullif("+store.Literal(value)+", '')::"+c[1])
	}
	count := "select count(*) from " + into + " where file_id = ?"
	query := "insert into " + into + " select " + strings.Join(selected, ", ") + " from read_csv(" + store.Literal(path) +
		", columns = {" + strings.Join(declared, ", ") + "}, header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', " +
		"new_line = '\\n', nullstr = '', strict_mode = true)"
	if err := l.Session.Exec(ctx, query); err != nil {
		return err
	}
	var got int64
	if err := l.Session.Row(ctx, count, []any{&got}, fileID); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("DuckDB read %d of %d canonical lines", got, want)
	}
	return nil
}
