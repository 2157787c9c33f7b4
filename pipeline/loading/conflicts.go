package loading

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tranche/pipeline/feed"
	"tranche/pipeline/store"
)

// facts inserts the typed records of a reading and deals with keys that stand
// in the file more than once: where the sender numbers no lines they are
// numbered by occurrence, elsewhere records with one key and different content
// reject each other.
func (l *Loader) facts(ctx context.Context, fileID int64, r *reading) ([]feed.Problem, error) {
	columns := append([][2]string{{"line", "bigint"}}, columnsOf(r.kind)...)
	if err := l.insert(ctx, table(r.kind), columns, r.fixed, r.canonical, fileID, r.typed); err != nil {
		return nil, err
	}
	lines := suspects(r.hashes, r.lines)
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
// that are no suspects are proved to have a key of their own.
func suspects(hashes []uint64, lines []int64) []int64 {
	sorted := slices.Clone(hashes)
	slices.Sort(sorted)
	twice := map[uint64]bool{}
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			twice[sorted[i]] = true
		}
	}
	if len(twice) == 0 {
		return nil
	}
	var found []int64
	for i, h := range hashes {
		if twice[h] {
			found = append(found, lines[i])
		}
	}
	return found
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
