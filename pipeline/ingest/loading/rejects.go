package loading

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/store"
)

// mostKept is how many problems of a file are kept with their texts. Of the others only line and key are known while
// the file is loaded; then they are counted.
const mostKept = 10_000

// rejects are the problems of a file while it is read. They are in a file, because there can be millions.
type rejects struct {
	path   string
	file   *os.File
	out    *csv.Writer
	last   int // number of the last problem; 0 is the refusal of the file
	stored int // number of the last stored problem
}

// add writes problems in the order of lists, then the records beyond those that are kept.
func (r *rejects) add(problems []feed.Problem, beyond []rejected) error {
	if len(problems)+len(beyond) == 0 {
		return nil
	}
	if r.file == nil {
		file, err := os.OpenFile(r.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		r.file, r.out = file, csv.NewWriter(file)
	}
	for _, p := range problems {
		r.last++
		if r.last > mostKept {
			p = feed.Problem{Line: p.Line, Key: p.Key}
		}
		_ = r.out.Write(row(r.last, p)) // Error returns its error
	}
	for _, b := range beyond {
		r.last++
		_ = r.out.Write(row(r.last, feed.Problem{Line: b.line, Key: b.key}))
	}
	return r.out.Error()
}

// row is a problem as a row of the store.
func row(number int, p feed.Problem) []string {
	sentence := ""
	if p.Code != "" {
		sentence = printable(p.Sentence())
	}
	return []string{
		strconv.FormatInt(p.Line, 10), strconv.Itoa(number), p.Column, p.Code, sentence, printable(p.Raw), printable(p.Key),
	}
}

func (r *rejects) close() {
	if r.file != nil {
		_ = r.file.Close()
		_ = os.Remove(r.path)
		r.file = nil
	}
}

// rejectedTable has every problem of the file that is loaded; store.raw.rejects has those that are kept.
const rejectedTable = `create or replace temp table rejected (line bigint, problem integer, column_name varchar,
	code varchar, sentence varchar, raw_text varchar, record_key varchar)`

// storeRejects stores the problems added since the last call. The file stays until the end, because the transaction
// may be rolled back.
func (l *Loader) storeRejects(ctx context.Context, r *reading) error {
	p := &r.rejects
	if p.stored == 0 {
		if err := l.Session.Exec(ctx, rejectedTable); err != nil {
			return err
		}
	}
	if p.last == p.stored {
		return nil
	}
	p.out.Flush()
	if err := p.out.Error(); err != nil {
		return err
	}
	// DuckDB's parallel reader fails on texts with many lines.
	err := l.Session.Exec(ctx, fmt.Sprintf(`insert into rejected select * from read_csv(%s,
		columns = {'line': 'bigint', 'problem': 'integer', 'column_name': 'varchar', 'code': 'varchar',
			'sentence': 'varchar', 'raw_text': 'varchar', 'record_key': 'varchar'},
		header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', new_line = '\n', nullstr = '',
		strict_mode = true, parallel = false) where problem > ?`, store.Literal(p.path)), p.stored)
	if err != nil {
		return err
	}
	var got int
	err = l.Session.Row(ctx, "select count(problem) from rejected", []any{&got})
	if err == nil && got != p.last {
		err = fmt.Errorf("DuckDB holds %d of %d problems", got, p.last)
	}
	if err == nil {
		err = l.Session.Exec(ctx, `insert into store.raw.rejects select $1, *, null from rejected
			where problem > $2 and problem <= $3`, r.file.Sequence, p.stored, mostKept)
	}
	p.stored = p.last
	return err
}

// storeUnlisted stores a row that stands for the rejected records without a row of their own.
func (l *Loader) storeUnlisted(ctx context.Context, r *reading, rejected int64) error {
	if r.rejects.last == 0 {
		return nil
	}
	var listed, line int64
	err := l.Session.Row(ctx, `select count(distinct line), coalesce(
			(select min(line) from rejected where line not in (select line from store.raw.rejects where file_id = $1)),
			max(line) + 1, 0)
		from store.raw.rejects where file_id = $1 and problem > 0`, []any{&listed, &line}, r.file.Sequence)
	if err != nil || rejected <= listed {
		return err
	}
	p := feed.Problem{Code: feed.NotListed, Detail: fmt.Sprintf("%d rows from line %d on", rejected-listed, line)}
	return l.Session.Exec(ctx, `insert into store.raw.rejects values (?, ?, ?, null, ?, ?, null, null, ?)`,
		r.file.Sequence, line, r.rejects.last+1, p.Code, p.Sentence(), rejected-listed)
}

// storeRefusal stores why the file was refused, then its problems.
func (l *Loader) storeRefusal(ctx context.Context, r *reading, why *feed.Problem) error {
	values := []any{r.file.Sequence}
	for _, text := range row(0, *why) {
		values = append(values, text)
	}
	err := l.Session.Exec(ctx, `insert into store.raw.rejects
		values (?, ?, ?, nullif(?, ''), ?, ?, nullif(?, ''), nullif(?, ''), null)`, values...)
	r.rejects.stored = 0
	return errors.Join(err, l.storeRejects(ctx, r))
}

// rejectsPath is the file of problems.
func (l *Loader) rejectsPath(f landing.File) string {
	return filepath.Join(l.Work, f.SHA256+".rejects")
}

// printable writes invalid bytes, and characters that a screen or a workbook cannot show, as \x...
func printable(raw string) string {
	if utf8.ValidString(raw) && !strings.ContainsFunc(raw, feed.Unshowable) {
		return raw
	}
	quoted := strconv.QuoteToGraphic(raw)
	return quoted[1 : len(quoted)-1]
}
