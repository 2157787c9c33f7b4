package loading

import (
	"context"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/store"
)

// besideRejects finds the rows that a rejected row of the file calls in question.
func (l *Loader) besideRejects(ctx context.Context, fileID int64, r *reading) ([]feed.Problem, error) {
	switch {
	case r.rejected == 0:
		return nil, nil
	case r.numbersLines:
		return l.besideUncounted(ctx, fileID, r)
	}
	return l.besideNumbered(ctx, fileID, r)
}

// besideUncounted finds the rows of a sender who numbers no lines that stand
// beside a rejected row of the same key, or beside one whose key cannot be read,
// which may be any. Numbered without it, they would take its number, and its
// correction would later pass for a new version of one of them.
func (l *Loader) besideUncounted(ctx context.Context, fileID int64, r *reading) ([]feed.Problem, error) {
	return l.problems(ctx, feed.BesideReject, `with wrong as (
			select record_key as key, min(line) as line from store.raw.rejects where file_id = ? group by record_key)
		select l.line, l.key, coalesce(same.line, anyones.line) as other
		from (select line, concat_ws(' / ', distributor, document_no, line_key) as key from (`+r.allColumns+`) where file_id = ?) as l
		left join wrong as same on same.key = l.key
		cross join (select min(line) as line from wrong where key is null) as anyones
		where coalesce(same.line, anyones.line) is not null
		order by l.line`, fileID, fileID)
}

// besideNumbered finds the rows that have the key of a rejected one, and has each
// name the other: which of them the sender means cannot be told.
func (l *Loader) besideNumbered(ctx context.Context, fileID int64, r *reading) ([]feed.Problem, error) {
	key, _ := keyAndContent(r.kind)
	return l.problems(ctx, feed.KeyConflict, `with wrong as (
			select distinct record_key as key, line from store.raw.rejects where file_id = ? and record_key is not null),
		good as (
			select r.line, r.key from (select line, `+key+` as key from (`+r.allColumns+`) where file_id = ?) as r
			where r.key in (select key from wrong))
		select g.line, g.key, min(w.line) as other from good as g join wrong as w on w.key = g.key group by g.line, g.key
		union all
		select w.line, w.key, min(g.line) from wrong as w join good as g on g.key = w.key group by w.line, w.key
		order by 1`, fileID, fileID)
}

// problems are the records a query finds, each with its key and the line of
// another.
func (l *Loader) problems(ctx context.Context, code, query string, args ...any) ([]feed.Problem, error) {
	rows, err := l.Session.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []feed.Problem
	for rows.Next() {
		var line, other int64
		var key string
		if err := rows.Scan(&line, &key, &other); err != nil {
			return nil, err
		}
		found = append(found, feed.Problem{Line: line, Code: code, Raw: key, Key: key, Detail: fmt.Sprintf("see line %d", other)})
	}
	return found, rows.Err()
}

// repeated deals with keys that stand in the file more than once: where the
// sender numbers no lines they are numbered by occurrence, elsewhere records
// with one key and different content reject each other.
func (l *Loader) repeated(ctx context.Context, fileID int64, r *reading) ([]feed.Problem, error) {
	lines := suspects(r.keys, r.typed)
	if len(lines) == 0 {
		return nil, nil
	}
	if err := l.choose(ctx, lines); err != nil {
		return nil, err
	}
	if r.numbersLines {
		return nil, l.number(ctx, fileID, r)
	}
	return l.conflicts(ctx, fileID, r)
}

// suspects are the lines whose key has the hash of another line's key. Lines
// that are no suspects are proved to have a key of their own. A hash that finds
// its place in a filter taken may stand twice; only those few are counted.
//
// Each processor looks at its own part of all hashes.
func suspects(all []keys, n int64) []int64 {
	parts := make([][]int64, 1<<bits.Len(uint(runtime.NumCPU()-1)))
	var wait sync.WaitGroup
	for part := range parts {
		wait.Go(func() { parts[part] = suspectsOf(uint64(part), uint64(len(parts)-1), all, n/int64(len(parts))) })
	}
	wait.Wait()
	return slices.Concat(parts...)
}

// suspectsOf looks at the hashes whose last bits, under the mask, are those of
// the part.
func suspectsOf(part, mask uint64, all []keys, n int64) []int64 {
	each := func(visit func(k keys, i int, h uint64)) {
		for _, k := range all {
			for i, h := range k.hashes {
				if mixed := h * mixer; mixed>>32&mask == part {
					visit(k, i, mixed)
				}
			}
		}
	}
	taken, times := newFilter(n), map[uint64]int{}
	each(func(_ keys, _ int, h uint64) {
		if taken.add(h) {
			times[h] = 0
		}
	})
	counted := newFilter(int64(len(times)))
	for h := range times {
		counted.add(h)
	}
	each(func(_ keys, _ int, h uint64) {
		if counted.has(h) {
			times[h]++
		}
	})
	var found []int64
	each(func(k keys, i int, h uint64) {
		if counted.has(h) && times[h] > 1 {
			found = append(found, k.lines[i])
		}
	})
	return found
}

// filter says of a hash that it was never added, or that it may have been. It
// has 32 to 64 places for each.
type filter struct {
	places []uint64
	shift  int
}

func newFilter(n int64) filter {
	width := max(6, bits.Len64(uint64(n)*32))
	return filter{places: make([]uint64, 1<<(width-6)), shift: 64 - width}
}

// mixer spreads hashes: those of neighbouring lines differ in their last bits only.
const mixer = 0x9E3779B97F4A7C15

func (f filter) at(h uint64) (word uint64, bit uint64) {
	place := h >> f.shift
	return place >> 6, 1 << (place & 63)
}

func (f filter) has(h uint64) bool {
	word, bit := f.at(h)
	return f.places[word]&bit != 0
}

// add reports whether the place was taken before.
func (f filter) add(h uint64) bool {
	word, bit := f.at(h)
	was := f.places[word]
	f.places[word] = was | bit
	return was&bit != 0
}

// choose makes the temporary table chosen, of lines for a statement to work on.
func (l *Loader) choose(ctx context.Context, lines []int64) error {
	path := filepath.Join(l.Work, "chosen")
	defer os.Remove(path)
	var text []byte
	for _, line := range lines {
		text = append(strconv.AppendInt(text, line, 10), '\n')
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	err := l.Session.Exec(ctx, "create or replace temp table chosen as select line from read_csv("+store.Literal(path)+
		", columns = {'line': 'bigint'}, header = false, auto_detect = false, delim = ',', quote = '')")
	if err != nil {
		return err
	}
	var got int
	if err := l.Session.Row(ctx, "select count(*) from chosen", []any{&got}); err != nil {
		return err
	}
	if got != len(lines) {
		return fmt.Errorf("DuckDB holds %d of %d chosen lines", got, len(lines))
	}
	return nil
}

// number gives suspect lines their occurrence within the key, in the order of
// the file.
func (l *Loader) number(ctx context.Context, fileID int64, r *reading) error {
	return l.Session.Exec(ctx, `update `+r.into+` as t set line_no = n.occurrence
		from (select line, row_number() over (
				partition by distributor, document_no, line_key order by line) as occurrence
			from (`+r.allColumns+`) where file_id = ? and line in (select line from chosen)) as n
		where t.file_id = ? and t.line = n.line`, fileID, fileID)
}

// conflicts are the records with one key and different content. Each names the
// line of another.
func (l *Loader) conflicts(ctx context.Context, fileID int64, r *reading) ([]feed.Problem, error) {
	key, content := keyAndContent(r.kind)
	return l.problems(ctx, feed.KeyConflict, `with suspect as (
			select line, `+key+` as key, `+content+` as content
			from (`+r.allColumns+`) where file_id = ? and line in (select line from chosen)),
		torn as (select key, min(line) as first_line, max(line) as last_line from suspect group by key having count(distinct content) > 1)
		select line, key, if(line = first_line, last_line, first_line) from suspect join torn using (key) order by line`, fileID)
}

// keyAndContent select what identifies a record of a kind, and all that it says.
func keyAndContent(k feed.Kind) (key, content string) {
	if k.Name != feed.Sales {
		return "record_key", "content"
	}
	var names []string
	for _, c := range columnsOf(k)[2:] {
		names = append(names, store.Name(c.name))
	}
	return "concat_ws(' / ', distributor, document_no, line_key, line_no)", "row(" + strings.Join(names, ", ") + ")::varchar"
}

// drop takes records out of the facts.
func (l *Loader) drop(ctx context.Context, fileID int64, from string, problems []feed.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	var lines []int64
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	if err := l.choose(ctx, lines); err != nil {
		return err
	}
	return l.Session.Exec(ctx, "delete from "+from+" where file_id = ? and line in (select line from chosen)", fileID)
}
