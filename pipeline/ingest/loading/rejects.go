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

// rejects are the problems of a file while it is read. They are in a file, because there can be millions.
type rejects struct {
	path   string
	file   *os.File
	out    *csv.Writer
	last   int // number of the last problem; 0 is the refusal of the file
	stored int // number of the last stored problem
}

// add writes problems, in the order of lists.
func (r *rejects) add(problems []feed.Problem) error {
	if len(problems) == 0 {
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
		_ = r.out.Write(row(r.last, p)) // Error returns its error
	}
	return r.out.Error()
}

// row is a problem as a row of the store.
func row(number int, p feed.Problem) []string {
	return []string{
		strconv.FormatInt(p.Line, 10), strconv.Itoa(number), p.Column, p.Code,
		printable(p.Sentence()), printable(p.Raw), printable(p.Key),
	}
}

func (r *rejects) close() {
	if r.file != nil {
		_ = r.file.Close()
		_ = os.Remove(r.path)
		r.file = nil
	}
}

// storeRejects stores the problems added since the last call. The file stays until the end, because the transaction
// may be rolled back.
func (l *Loader) storeRejects(ctx context.Context, r *reading) error {
	p := &r.rejects
	if p.last == p.stored {
		return nil
	}
	p.out.Flush()
	if err := p.out.Error(); err != nil {
		return err
	}
	// DuckDB's parallel reader fails on texts with many lines.
	err := l.Session.Exec(ctx, fmt.Sprintf(`insert into store.raw.rejects select %d, * from read_csv(%s,
		columns = {'line': 'bigint', 'problem': 'integer', 'column_name': 'varchar', 'code': 'varchar',
			'sentence': 'varchar', 'raw_text': 'varchar', 'record_key': 'varchar'},
		header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', new_line = '\n', nullstr = '',
		strict_mode = true, parallel = false) where problem > ?`, r.file.Sequence, store.Literal(p.path)), p.stored)
	if err != nil {
		return err
	}
	var got int
	err = l.Session.Row(ctx, "select count(*) from store.raw.rejects where file_id = ? and problem > 0",
		[]any{&got}, r.file.Sequence)
	if err == nil && got != p.last {
		err = fmt.Errorf("DuckDB holds %d of %d problems", got, p.last)
	}
	p.stored = p.last
	return err
}

// storeRefusal stores why the file was refused, then its problems.
func (l *Loader) storeRefusal(ctx context.Context, r *reading, why *feed.Problem) error {
	values := []any{r.file.Sequence}
	for _, text := range row(0, *why) {
		values = append(values, text)
	}
	err := l.Session.Exec(ctx, `insert into store.raw.rejects
		values (?, ?, ?, nullif(?, ''), ?, ?, nullif(?, ''), nullif(?, ''))`, values...)
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
