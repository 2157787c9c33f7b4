package loading

import (
	"context"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"tranche/pipeline/feed"
	"tranche/pipeline/store"
)

// repeated deals with keys that stand in the file more than once: where the
// sender numbers no lines they are numbered by occurrence, elsewhere records
// with one key and different content reject each other.
func (l *Loader) repeated(ctx context.Context, fileID int64, r *reading) ([]feed.Problem, error) {
	lines := suspects(r.keys, r.typed)
	if len(lines) == 0 {
		return nil, nil
	}
	if err := l.suspectTable(ctx, lines); err != nil {
		return nil, err
	}
	if r.counts {
		return nil, l.number(ctx, fileID, r.kind)
	}
	return l.conflicts(ctx, fileID, r.kind)
}

// suspects are the lines whose key has the hash of another line's key. Lines
// that are no suspects are proved to have a key of their own. A hash that finds
// its place in a filter taken may stand twice; only those few are counted.
func suspects(all []keys, n int64) []int64 {
	taken, times := newFilter(n), map[uint64]int{}
	for _, k := range all {
		for _, h := range k.hashes {
			if taken.add(h) {
				times[h] = 0
			}
		}
	}
	counted := newFilter(int64(len(times)))
	for h := range times {
		counted.add(h)
	}
	for _, k := range all {
		for _, h := range k.hashes {
			if counted.has(h) {
				times[h]++
			}
		}
	}
	var found []int64
	for _, k := range all {
		for i, h := range k.hashes {
			if counted.has(h) && times[h] > 1 {
				found = append(found, k.lines[i])
			}
		}
	}
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

// at mixes the hash, because hashes of neighbouring lines differ in their last
// bits only.
func (f filter) at(h uint64) (word uint64, bit uint64) {
	place := h * 0x9E3779B97F4A7C15 >> f.shift
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

func (l *Loader) suspectTable(ctx context.Context, lines []int64) error {
	path := filepath.Join(l.Work, "suspects")
	defer os.Remove(path)
	var text []byte
	for _, line := range lines {
		text = append(strconv.AppendInt(text, line, 10), '\n')
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	return l.Session.Exec(ctx, "create or replace temp table suspects as select line from read_csv("+store.Literal(path)+
		", columns = {'line': 'bigint'}, header = false, auto_detect = false, delim = ',', quote = '')")
}

// number gives suspect lines their occurrence within the key, in the order of
// the file.
func (l *Loader) number(ctx context.Context, fileID int64, k feed.Kind) error {
	return l.Session.Exec(ctx, `update `+table(k)+` as t set line_no = n.occurrence
		from (select line, row_number() over (
				partition by distributor, document_no, line_key order by line) as occurrence
			from `+table(k)+` where file_id = ? and line in (select line from suspects)) as n
		where t.file_id = ? and t.line = n.line`, fileID, fileID)
}

// conflicts takes records with one key and different content out again. Each
// names the line of another.
func (l *Loader) conflicts(ctx context.Context, fileID int64, k feed.Kind) ([]feed.Problem, error) {
	key, content := "record_key", "content"
	if k.Name == feed.Sales {
		key = "concat_ws(' / ', distributor, document_no, line_key, line_no)"
		var names []string
		for _, c := range columnsOf(k) {
			names = append(names, store.Name(c[0]))
		}
		content = "row(" + strings.Join(names, ", ") + ")::varchar"
	}
	rows, err := l.Session.Query(ctx, `with suspect as (
			select line, `+key+` as key, `+content+` as content
			from `+table(k)+` where file_id = ? and line in (select line from suspects)),
		torn as (select key, min(line) as first_line, max(line) as last_line from suspect group by key having count(distinct content) > 1)
		select line, key, if(line = first_line, last_line, first_line) from suspect join torn using (key) order by line`, fileID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var problems []feed.Problem
	for rows.Next() {
		var line, other int64
		var key string
		if err := rows.Scan(&line, &key, &other); err != nil {
			return nil, err
		}
		problems = append(problems, feed.Problem{Line: line, Code: feed.KeyConflict, Raw: key, Detail: fmt.Sprintf("see line %d", other)})
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return problems, l.drop(ctx, fileID, k, problems)
}

func (l *Loader) drop(ctx context.Context, fileID int64, k feed.Kind, problems []feed.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	var lines []int64
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	if err := l.suspectTable(ctx, lines); err != nil {
		return err
	}
	return l.Session.Exec(ctx, "delete from "+table(k)+" where file_id = ? and line in (select line from suspects)", fileID)
}
