package loading

import (
	"context"
	"errors"
	"strings"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/store"
)

// besideRejects rejects the rows that a rejected row makes doubtful.
func (l *Loader) besideRejects(ctx context.Context, r *reading) error {
	switch {
	case r.rejected == 0:
		return nil
	case r.numbersLines:
		return l.besideUncounted(ctx, r)
	}
	return l.besideNumbered(ctx, r)
}

// besideUncounted finds the unnumbered rows with the key of a rejected row, or all if a key cannot be read. Without
// the rejected row they would be counted wrongly, and its correction would count as a new version of one of them.
func (l *Loader) besideUncounted(ctx context.Context, r *reading) error {
	return l.reject(ctx, feed.BesideReject, `with wrong as (
			select record_key as key, min(line) as line from rejected group by record_key)
		select l.line, l.key, coalesce(same.line, anyones.line) as other
		from (select line, concat_ws(' / ', distributor, document_no, line_key) as key
			from (`+r.allColumns+`) where file_id = $1) as l
		left join wrong as same on same.key = l.key
		cross join (select min(line) as line from wrong where key is null) as anyones
		where coalesce(same.line, anyones.line) is not null`, r)
}

// besideNumbered finds the rows with the key of a rejected one, and both name the other: nobody knows which the
// sender means.
func (l *Loader) besideNumbered(ctx context.Context, r *reading) error {
	key, _ := keyAndContent(r.kind)
	return l.reject(ctx, feed.KeyConflict, `with wrong as (
			select distinct record_key as key, line from rejected where record_key is not null),
		good as (
			select r.line, r.key from (select line, `+key+` as key from (`+r.allColumns+`) where file_id = $1) as r
			where r.key in (select key from wrong))
		select g.line, g.key, min(w.line) as other from good as g join wrong as w on w.key = g.key group by g.line, g.key
		union all
		select w.line, w.key, min(g.line) from wrong as w join good as g on g.key = w.key group by w.line, w.key`, r)
}

// reject rejects the records that a query finds, each with its key and the line of another, and removes them from the
// facts.
func (l *Loader) reject(ctx context.Context, code, query string, r *reading) error {
	err := l.Session.Exec(ctx, "create or replace temp table found (line, key, other) as "+query, r.file.Sequence)
	if err != nil {
		return err
	}
	problems, err := store.List(ctx, l.Session, "select line, key, other from found order by line, key, other limit ?",
		func(p *feed.Problem) []any { return []any{&p.Line, &p.Key, &p.Detail} }, mostKept)
	if err != nil {
		return err
	}
	for i := range problems {
		p := &problems[i]
		p.Code, p.Raw, p.Detail = code, p.Key, "see line "+p.Detail
	}
	r.remember(problems)
	if err := errors.Join(r.rejects.add(problems, nil), l.storeRejects(ctx, r)); err != nil || len(problems) == 0 {
		return err
	}
	return errors.Join(
		l.Session.Exec(ctx, `insert into rejected (line, record_key) select line, key from found
			order by line, key, other offset ?`, mostKept),
		l.Session.Exec(ctx, "delete from "+r.into+" where file_id = ? and line in (select line from found)",
			r.file.Sequence))
}

// repeated handles keys that are in the file more than once. Unnumbered lines are numbered by occurrence; other
// records with one key and different content reject each other.
//
// It looks only at lines whose key's hash occurs twice.
func (l *Loader) repeated(ctx context.Context, r *reading) error {
	err := l.Session.Exec(ctx, "create or replace temp table repeated as select "+keyHash(r.kind)+" as key from ("+
		r.allColumns+") where file_id = ? group by key having count(*) > 1", r.file.Sequence)
	if err != nil {
		return err
	}
	var some bool
	err = l.Session.Row(ctx, "select count(*) > 0 from repeated", []any{&some})
	switch {
	case err != nil || !some:
		return err
	case r.numbersLines:
		return l.number(ctx, r)
	}
	return l.conflicts(ctx, r)
}

func keyHash(k feed.Kind) string {
	if k.Name == feed.Sales {
		return "hash(distributor, document_no, line_key, line_no)"
	}
	return "hash(record_key)"
}

// number sets each line's occurrence within the key, in file order.
func (l *Loader) number(ctx context.Context, r *reading) error {
	return l.Session.Exec(ctx, `update `+r.into+` as t set line_no = n.occurrence
		from (select line, row_number() over (
				partition by distributor, document_no, line_key order by line) as occurrence
			from (`+r.allColumns+`) where file_id = $1 and `+keyHash(r.kind)+` in (from repeated)) as n
		where t.file_id = $1 and t.line = n.line`, r.file.Sequence)
}

// conflicts are the records with one key and different content, each with the line of another.
func (l *Loader) conflicts(ctx context.Context, r *reading) error {
	key, content := keyAndContent(r.kind)
	return l.reject(ctx, feed.KeyConflict, `with suspect as (
			select line, `+key+` as key, `+content+` as content
			from (`+r.allColumns+`) where file_id = $1 and `+keyHash(r.kind)+` in (from repeated)),
		torn as (
			select key, min(line) as first_line, max(line) as last_line
			from suspect group by key having count(distinct content) > 1)
		select line, key, if(line = first_line, last_line, first_line)
		from suspect join torn using (key)`, r)
}

// keyAndContent select a record's key, and all of its values.
func keyAndContent(k feed.Kind) (key, content string) {
	if k.Name != feed.Sales {
		return "record_key", "content"
	}
	var names []string
	for _, c := range columnsOf(k)[2:] {
		names = append(names, store.Name(c.name))
	}
	return "concat_ws(' / ', distributor, document_no, line_key, line_no)",
		"row(" + strings.Join(names, ", ") + ")::varchar"
}
