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
	"unicode"
	"unicode/utf8"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/store"
)

// rejects are the problems of one file, put aside while it is read: a file that
// is wrong throughout can have millions.
type rejects struct {
	path string
	file *os.File
	out  *csv.Writer
	last int // number of the last problem; the refusal of the whole file is 0
	kept int // number of the last one in the store
}

// add puts problems aside, in the order in which they are to be listed.
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
		_ = r.out.Write(row(r.last, p)) // an error stays in the writer
	}
	return r.out.Error()
}

// row is a problem as it is kept.
func row(number int, p feed.Problem) []string {
	return []string{strconv.FormatInt(p.Line, 10), strconv.Itoa(number), p.Column, p.Code, printable(p.Sentence()), printable(p.Raw), printable(p.Key)}
}

func (r *rejects) close() {
	if r.file != nil {
		_ = r.file.Close()
		_ = os.Remove(r.path)
		r.file = nil
	}
}

// storeRejects brings what was put aside since the last time into the store. It all
// stays aside, for whoever has to take the transaction back.
func (l *Loader) storeRejects(ctx context.Context, f landing.File, r *rejects) error {
	if r.last == r.kept {
		return nil
	}
	r.out.Flush()
	if err := r.out.Error(); err != nil {
		return err
	}
	// Texts of many lines make DuckDB's parallel reader lose its place.
	err := l.Session.Exec(ctx, "insert into store.raw.rejects select "+strconv.FormatInt(f.Sequence, 10)+", * from read_csv("+store.Literal(r.path)+
		`, columns = {'line': 'bigint', 'problem': 'integer', 'column_name': 'varchar', 'code': 'varchar', 'sentence': 'varchar', 'raw_text': 'varchar', 'record_key': 'varchar'},
		header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', new_line = '\n', nullstr = '', strict_mode = true, parallel = false) where problem > ?`, r.kept)
	if err != nil {
		return err
	}
	var got int
	if err := l.Session.Row(ctx, "select count(*) from store.raw.rejects where file_id = ? and problem > 0", []any{&got}, f.Sequence); err != nil {
		return err
	}
	if got != r.last {
		return fmt.Errorf("DuckDB holds %d of %d problems", got, r.last)
	}
	r.kept = r.last
	return nil
}

// keepRefusal writes why the whole file was refused, before what was wrong with
// its records.
func (l *Loader) keepRefusal(ctx context.Context, f landing.File, why *feed.Problem, r *rejects) error {
	values := []any{f.Sequence}
	for _, text := range row(0, *why) {
		values = append(values, text)
	}
	err := l.Session.Exec(ctx, "insert into store.raw.rejects values (?, ?, ?, nullif(?, ''), ?, ?, nullif(?, ''), nullif(?, ''))", values...)
	r.kept = 0
	return errors.Join(err, l.storeRejects(ctx, f, r))
}

// aside is where a file's problems wait until they are kept.
func (l *Loader) aside(f landing.File) string { return filepath.Join(l.Work, f.SHA256+".rejects") }

// printable shows what is no text, or no character that a screen and a workbook
// can hold, as \x.. so that it can be kept and looked at.
func printable(raw string) string {
	if utf8.ValidString(raw) && !strings.ContainsFunc(raw, unshowable) {
		return raw
	}
	quoted := strconv.QuoteToGraphic(raw)
	return quoted[1 : len(quoted)-1]
}

func unshowable(r rune) bool {
	return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}
