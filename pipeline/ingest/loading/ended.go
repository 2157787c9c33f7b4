package loading

import (
	"context"
	"fmt"
	"strings"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/store"
)

// ends is a condition on a kind: what a complete file of it lacks has ended, and there are few of them.
func ends(kind string) string { return kind + " in ('partners', 'products')" }

// checkEnded refuses a complete file that lacks too many of the active partners, or of the products, that stand: those
// of the complete file before it. A rejected row ends nothing, and a file with a row that nobody can name, or without
// any row, ends none at all.
func (l *Loader) checkEnded(ctx context.Context, r *reading) error {
	if !r.feed.Replace {
		return nil
	}
	subject, standing := store.Name(r.kind.Key[0]), ""
	switch r.kind.Name {
	case "partners":
		standing = " and status = 'active'"
	case "products":
	default:
		return nil
	}
	var lacking, all int64
	var first string
	err := l.Session.Row(ctx, `with before as (
			select distinct `+subject+` as subject from `+r.into+` where file_id = (
				select max(file_id) from `+r.into+` join store.raw.files using (file_id)
				where file_id < $1 and feed = $2)`+standing+`),
		listed as (
			select `+subject+` as subject from `+r.into+` where file_id = $1),
		named as (
			select record_key from store.raw.rejects where file_id = $1),
		lacking as (
			select subject from before anti join listed using (subject)
			where (select count(*) > 0 from listed) and (select count(*) = count(record_key) from named)
				and not exists (select 1 from named
					where record_key = subject or starts_with(record_key, subject || ' / ')))
		select (select count(*) from lacking), (select count(*) from before),
			coalesce((select string_agg(subject, ', ' order by subject) from (from lacking order by subject limit 3)), '')`,
		[]any{&lacking, &all, &first}, r.file.Sequence, r.feed.Name)
	if err != nil || !r.feed.EndsTooMany(lacking, all) {
		return err
	}
	return &feed.Problem{Code: feed.EndsTooMany, Detail: fmt.Sprintf("it lacks %d of %d %s, allowed %d%%; the first: %s",
		lacking, all, strings.ReplaceAll(r.kind.Name, "_", " "), r.feed.MaxEnded, first)}
}
