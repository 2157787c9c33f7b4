package loading

import (
	"context"
	"fmt"
	"strings"

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
//
// Only lines whose key has the hash of another line's key are looked at: all others
// have a key of their own.
func (l *Loader) repeated(ctx context.Context, fileID int64, r *reading) ([]feed.Problem, error) {
	err := l.Session.Exec(ctx, "create or replace temp table repeated as select "+keyHash(r.kind)+" as key from ("+r.allColumns+`)
		where file_id = ? group by key having count(*) > 1`, fileID)
	if err != nil {
		return nil, err
	}
	var some bool
	err = l.Session.Row(ctx, "select count(*) > 0 from repeated", []any{&some})
	switch {
	case err != nil || !some:
		return nil, err
	case r.numbersLines:
		return nil, l.number(ctx, fileID, r)
	}
	return l.conflicts(ctx, fileID, r)
}

func keyHash(k feed.Kind) string {
	if k.Name == feed.Sales {
		return "hash(distributor, document_no, line_key, line_no)"
	}
	return "hash(record_key)"
}

// number gives suspect lines their occurrence within the key, in the order of
// the file.
func (l *Loader) number(ctx context.Context, fileID int64, r *reading) error {
	return l.Session.Exec(ctx, `update `+r.into+` as t set line_no = n.occurrence
		from (select line, row_number() over (
				partition by distributor, document_no, line_key order by line) as occurrence
			from (`+r.allColumns+`) where file_id = ? and `+keyHash(r.kind)+` in (from repeated)) as n
		where t.file_id = ? and t.line = n.line`, fileID, fileID)
}

// conflicts are the records with one key and different content. Each names the
// line of another.
func (l *Loader) conflicts(ctx context.Context, fileID int64, r *reading) ([]feed.Problem, error) {
	key, content := keyAndContent(r.kind)
	return l.problems(ctx, feed.KeyConflict, `with suspect as (
			select line, `+key+` as key, `+content+` as content
			from (`+r.allColumns+`) where file_id = ? and `+keyHash(r.kind)+` in (from repeated)),
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

// drop takes records that are rejected after all out of the facts.
func (l *Loader) drop(ctx context.Context, fileID int64, from string, problems []feed.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return l.Session.Exec(ctx, "delete from "+from+" where file_id = $1 and line in (select line from store.raw.rejects where file_id = $1)", fileID)
}
