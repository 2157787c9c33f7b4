// Package loading turns landed files into typed facts in the store.
//
// Every record becomes exactly one *fact*, with its file and physical line, or one *reject*, with a reason for each
// problem. A file that is cut short, off its own trailer, or over its limit of rejects is *refused*: none of its
// facts count, and the reason is stored. Only the landed bytes and the feed's declaration decide the result. After a
// change of the declaration the file is read again.
//
// Go checks framing, encoding, numbers and dates while DuckDB stores the records checked before. A fault of the file
// rolls everything back. DuckDB's row count must equal ours.
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
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/store"
)

// Loader loads landed files into an attached store.
type Loader struct {
	Session *store.Session
	Landing string // folder of the landed files
	Work    string // folder for temporary files
	Feeds   []feed.Feed
	Fresh   map[string]bool // SHA-256 of files that this run landed; they are not hashed again
	Dropped []string        // SHA-256 of landed files that no longer count

	see func(*reading, arrow.RecordBatch) // called with the typed records; may be nil
}

// Outcome is the result of loading one file.
type Outcome struct {
	File     landing.File
	Feed     string
	Refused  *feed.Problem // nil: loaded
	Records  int64
	Rejected int64
	Excluded int64
	Notes    []string // columns of the file that the feed ignores
	Remarks  []string // what a person who looks at the sheet of a workbook would not expect
}

// Load loads one file in one transaction, in place of an earlier reading. It is false when the file is loaded
// already.
func (l *Loader) Load(ctx context.Context, f landing.File) (Outcome, bool, error) {
	out := Outcome{File: f}
	if err := l.untouched(f); err != nil {
		return out, false, err
	}
	declared, err := l.feedOf(f)
	if err != nil {
		return out, false, err
	}
	out.Feed = declared.Name
	current, err := l.current(ctx, f, declared)
	if err != nil || current {
		return out, false, err
	}
	r := l.newReading(f, declared)
	defer r.close()
	err = r.begin(f.Path(l.Landing))
	if err == nil {
		if l.Fresh[f.SHA256] {
			r.text.hash = nil
		}
		err = l.readIn(ctx, r)
	}
	if errors.As(err, &out.Refused) {
		err = l.Session.Transaction(ctx, func(ctx context.Context) error { return l.refuse(ctx, r, out.Refused) })
	}
	if err != nil {
		return out, false, fmt.Errorf("load %s: %w", f.Name, err)
	}
	out.Records, out.Rejected, out.Notes, out.Remarks = r.records, r.rejected, r.notes, r.remarks
	out.Excluded, _ = r.allExcluded()
	return out, true, nil
}

// untouched compares a landed file's length. The hash is checked when the file is read.
func (l *Loader) untouched(f landing.File) error {
	path := f.Path(l.Landing)
	info, err := os.Stat(path)
	if err == nil && info.Size() != f.Size {
		err = fmt.Errorf("%s landed with %d bytes and has %d in %s; restore it from a copy",
			f.Name, f.Size, info.Size(), path)
	}
	return err
}

// feedOf is a landed file's feed, or a nameless one when the configuration has none. Two feeds stop the run, because
// the figures would depend on the choice.
func (l *Loader) feedOf(file landing.File) (feed.Feed, error) {
	found := feed.Of(l.Feeds, file.Name, file.From)
	switch len(found) {
	case 0:
		return feed.Feed{}, nil
	case 1:
		return found[0], nil
	}
	return feed.Feed{}, fmt.Errorf("%s, which has landed, matches the feeds %s and %s; "+
		"make their globs exclude each other", file.Name, found[0].Name, found[1].Name)
}

// current says that a file is loaded under its present feed.
func (l *Loader) current(ctx context.Context, f landing.File, declared feed.Feed) (current bool, err error) {
	err = l.Session.Row(ctx, `select count(*) = 1 from store.raw.files
		where file_id = ? and sha256 = ? and name = ? and feed = ? and feed_hash = ?`,
		[]any{&current}, f.Sequence, f.SHA256, printable(f.Name), declared.Name, declared.Hash())
	return current, err
}

// readIn reads a file and stores it in place of an earlier reading, or leaves the store unchanged.
func (l *Loader) readIn(ctx context.Context, r *reading) error {
	records := stream(r, l.see)
	defer records.stop()
	err := l.Session.Scan(ctx, incoming, records, func() error {
		return l.Session.Transaction(ctx, func(ctx context.Context) error { return l.write(ctx, r, records) })
	})
	switch failed := records.stop(); {
	case errors.Is(failed, errEnough):
		if err := r.unchanged(); err != nil {
			return err
		}
		return r.tooMany()
	case failed != nil:
		return failed // DuckDB's error only repeats it
	}
	return err
}

// unchanged refuses a file whose landed bytes have changed.
func (r *reading) unchanged() error {
	changed, err := r.text.changed(r.file.SHA256)
	if err == nil && changed {
		err = &feed.Problem{Code: feed.Changed}
	}
	return err
}

func (l *Loader) write(ctx context.Context, r *reading, records *recordStream) error {
	if err := l.forget(ctx, r.file.Sequence); err != nil {
		return err
	}
	if err := l.insert(ctx, r); err != nil {
		return err
	}
	if err := records.stop(); err != nil {
		return err
	}
	if err := r.unchanged(); err != nil {
		return err
	}
	if err := r.checkPromises(); err != nil {
		return err
	}
	if err := l.agree(ctx, r); err != nil {
		return err
	}
	if r.feed.MaxRejects.Exceeded(r.rejected, r.judged()) {
		return r.tooMany()
	}
	if err := l.storeExcluded(ctx, r); err != nil {
		return err
	}
	if err := l.checkEnded(ctx, r); err != nil {
		return err
	}
	return l.record(ctx, r, nil)
}

// agree removes records that others in the file contradict, and numbers unnumbered lines.
func (l *Loader) agree(ctx context.Context, r *reading) error {
	if err := l.storeRejects(ctx, r); err != nil {
		return err
	}
	if err := l.besideRejects(ctx, r); err != nil {
		return err
	}
	if err := l.repeated(ctx, r); err != nil || r.rejects.last == 0 {
		return err
	}
	var loaded int64
	err := l.Session.Row(ctx, "select count(*) from "+r.into+" where file_id = ?", []any{&loaded}, r.file.Sequence)
	if err != nil {
		return err
	}
	r.rejected = r.judged() - loaded
	return l.storeUnlisted(ctx, r, r.rejected)
}

// refuse stores the reason of a refusal, and the problems of records.
func (l *Loader) refuse(ctx context.Context, r *reading, why *feed.Problem) error {
	if err := l.forget(ctx, r.file.Sequence); err != nil {
		return err
	}
	if err := l.storeRefusal(ctx, r, why); err != nil {
		return err
	}
	if err := l.storeUnlisted(ctx, r, r.rejected); err != nil {
		return err
	}
	_, amount := r.allExcluded()
	r.rejectedAmount.Merge(&amount)
	r.rejected, r.excluded = r.records, nil
	return l.record(ctx, r, why)
}

func (l *Loader) record(ctx context.Context, r *reading, refused *feed.Problem) error {
	status, reason, detail := "loaded", "", ""
	if refused != nil {
		status, reason, detail = "refused", refused.Code, printable(refused.Sentence())
	}
	f := r.file
	excluded, excludedAmount := r.allExcluded()
	return l.Session.Exec(ctx, `insert into store.raw.files values (?, ?, ?, ?, ?, ?, ?, ?,
		(nullif(?, '') || '-01')::date, ?, ?, nullif(?, ''), nullif(?, ''), ?, ?, ?, ?, ?,
		?::decimal(38,6), ?::decimal(38,6), ?::decimal(38,6), ?, nullif(?, ''))`,
		f.Sequence, f.SHA256, printable(f.Name), r.feed.Name, r.feed.Kind, r.feed.Hash(), r.feed.Replace,
		f.LandedAt, f.FirstOpen, f.Size, status, reason, detail, r.records, r.judged()-r.rejected, r.rejected, excluded,
		r.top+r.headers+r.others, r.amount.String(), r.rejectedAmount.String(), excludedAmount.String(), r.unread,
		r.allNotes())
}

// allNotes are the columns that the feed ignores, and what is to be said of a sheet, as one text.
func (r *reading) allNotes() string {
	list := slices.Clone(r.remarks)
	if len(r.notes) > 0 {
		list = append([]string{strings.Join(r.notes, ", ")}, list...)
	}
	return printable(strings.Join(list, "; "))
}

// forget removes a file from the store.
func (l *Loader) forget(ctx context.Context, fileID int64) error {
	var kind, hash string
	err := l.Session.Row(ctx, `select coalesce(max(kind), ''), coalesce(max(feed_hash), '') from store.raw.files
		where file_id = ? and status = 'loaded'`, []any{&kind, &hash}, fileID)
	if err != nil {
		return err
	}
	tables := []string{"store.raw.files", "store.raw.rejects", "store.raw.excluded"}
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

// incoming is the view of a file's typed records.
const incoming = "incoming"

// insert stores the records while they are read, and checks their number.
func (l *Loader) insert(ctx context.Context, r *reading) error {
	columns := varying(r.kind, r.fixed)
	if r.kind.Name == feed.Sales {
		err := l.Session.Exec(ctx, "create table if not exists "+r.into+" ("+columnList(columns)+")")
		if err != nil {
			return err
		}
	}
	names := []string{strconv.FormatInt(r.file.Sequence, 10)}
	for _, c := range columns[1:] {
		names = append(names, store.Name(c.name))
	}
	err := l.Session.Exec(ctx, "insert into "+r.into+" select "+strings.Join(names, ", ")+" from "+incoming)
	if err != nil {
		return err
	}
	var got int64
	err = l.Session.Row(ctx, "select count(*) from "+r.into+" where file_id = ?", []any{&got}, r.file.Sequence)
	if err == nil && got != r.typed {
		err = fmt.Errorf("DuckDB holds %d of %d records", got, r.typed)
	}
	return err
}
