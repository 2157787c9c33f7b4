// Package lake publishes tables into a DuckLake as well: Parquet files in a folder or on object storage, and a
// catalogue of them in PostgreSQL. Many readers and several programmes share it.
//
// A *publication* is one transaction, and one *snapshot* in the catalogue: readers see all of it or nothing. It writes
// only the parts (see export) whose content is not what the lake says of itself in the table tranche_parts, so that a
// publication that failed is caught up by the next. Each programme has a *schema* of its own.
//
// The package refuses extensions of another version of DuckDB, and it never downloads one. It removes no file that a
// DuckLake has not named.
package lake

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"tranche/pipeline/export"
	"tranche/pipeline/store"
)

// Place is a lake, and a programme's schema in it.
type Place struct {
	Catalog    string // how PostgreSQL is reached, in libpq's words, without the password
	Password   string // of the catalogue's user; empty: the server asks for none
	Data       string // a folder, or s3://bucket/prefix/
	Storage    *Storage
	Extensions string // the folder with DuckDB's extensions
	Programme  string // the schema
	Keep       int    // snapshots of the programme
}

// Storage is where s3:// leads to.
type Storage struct{ Endpoint, Region, KeyID, Secret string }

// Publication is what is published.
type Publication struct {
	RunID  string
	Tables []export.Table // as the session finds them, named mart.table
	Now    time.Time
}

// Done is the result of a publication, in parts. Without a snapshot nothing had changed.
type Done struct {
	Snapshot                    int64
	Written, Removed, Unchanged int
}

// grace is how long files and snapshots that nobody needs any more are kept: a reader may still be reading them, and
// a writer may be about to name its files.
const grace = 24 * time.Hour

// Publish brings the lake up to date, and tidies it.
func Publish(ctx context.Context, s *store.Session, to Place, p Publication) (Done, error) {
	if err := to.open(ctx, s); err != nil {
		return Done{}, err
	}
	w := &writer{session: s, to: to, now: map[key]string{}}
	err := s.Transaction(ctx, func(ctx context.Context) error { return w.publish(ctx, p) })
	if err != nil {
		return Done{}, fmt.Errorf("publish into the lake: %w", err)
	}
	if err := w.readBack(ctx); err != nil {
		return Done{}, err
	}
	return w.done, to.tidy(ctx, s, p.Now.Add(-grace))
}

// key names a part. A month of "" is no month.
type key struct{ table, month string }

type writer struct {
	session     *store.Session
	to          Place
	before, now map[key]string // the contents of parts
	made        bool           // a table, perhaps without any part
	done        Done
}

// table is the full name of a table of the programme.
func (w *writer) table(name string) string {
	return "lake." + store.Name(w.to.Programme) + "." + store.Name(name)
}

// partsTable is where the lake says what it holds.
const partsTable = "tranche_parts"

// publish writes what differs. Where nothing does, the transaction is empty, and DuckLake makes no snapshot of it.
func (w *writer) publish(ctx context.Context, p Publication) error {
	if err := w.session.Exec(ctx, "create schema if not exists lake."+store.Name(w.to.Programme)); err != nil {
		return err
	}
	heads, err := w.heads(ctx)
	if err != nil {
		return err
	}
	if err := w.readParts(ctx, heads[partsTable] != ""); err != nil {
		return err
	}
	tables := map[string]export.Table{}
	for _, t := range p.Tables {
		name := local(t)
		tables[name] = t
		if err := w.bring(ctx, t, heads[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := w.remove(ctx, tables); err != nil {
		return err
	}
	if !w.changed() {
		return nil
	}
	if err := w.writeParts(ctx); err != nil {
		return err
	}
	return w.session.Exec(ctx, "call lake.set_commit_message("+store.Literal(w.to.author())+", "+
		store.Literal("run "+p.RunID)+")")
}

func (w *writer) changed() bool { return w.made || w.done.Written+w.done.Removed > 0 }

// author marks the snapshots of a programme.
func (to Place) author() string { return "tranche " + to.Programme }

// heads are the columns of the tables that the lake has of the programme.
func (w *writer) heads(ctx context.Context) (map[string]string, error) {
	type table struct{ name, head string }
	all, err := store.List(ctx, w.session, `
		select table_name, string_agg(column_name || ' ' || data_type, ', ' order by column_index)
		from duckdb_columns() where database_name = 'lake' and schema_name = ? group by table_name`,
		func(t *table) []any { return []any{&t.name, &t.head} }, w.to.Programme)
	heads := map[string]string{}
	for _, t := range all {
		heads[t.name] = t.head
	}
	return heads, err
}

// bring writes the parts of a table that differ. A table with other columns than the lake's is made anew.
func (w *writer) bring(ctx context.Context, t export.Table, was string) error {
	head, err := export.Head(ctx, w.session, t.Name)
	if err != nil {
		return err
	}
	name := local(t)
	if head != was {
		if err := w.create(ctx, t); err != nil {
			return err
		}
		w.made = true
		maps.DeleteFunc(w.before, func(k key, _ string) bool { return k.table == name })
	}
	parts, err := export.Parts(ctx, w.session, t)
	if err != nil {
		return err
	}
	for _, part := range parts {
		k := key{name, month(part)}
		w.now[k] = part.Content
		was, there := w.before[k]
		if was == part.Content {
			w.done.Unchanged++
			continue
		}
		if there {
			if err := w.session.Exec(ctx, "delete from "+w.table(name)+part.Where()); err != nil {
				return err
			}
		}
		if err := w.session.Exec(ctx, "insert into "+w.table(name)+" "+part.Rows("*")); err != nil {
			return err
		}
		w.done.Written++
	}
	return nil
}

// create makes an empty table. Each month has files of its own, so that a month that is written again leaves the
// files of the others as they are.
func (w *writer) create(ctx context.Context, t export.Table) error {
	name := w.table(local(t))
	err := w.session.Exec(ctx, "create or replace table "+name+" as select * from "+t.Name+" limit 0")
	if err != nil || !t.Month {
		return err
	}
	return w.session.Exec(ctx, "alter table "+name+" set partitioned by (month)")
}

// remove removes the parts that have gone, and the tables.
func (w *writer) remove(ctx context.Context, tables map[string]export.Table) error {
	gone := map[string]bool{}
	for _, k := range slices.SortedFunc(maps.Keys(w.before), order) {
		if _, still := w.now[k]; still {
			continue
		}
		w.done.Removed++
		t, still := tables[k.table]
		if !still {
			gone[k.table] = true
			continue
		}
		part := export.Part{Table: t}
		if k.month != "" {
			part.Month = &k.month
		}
		if err := w.session.Exec(ctx, "delete from "+w.table(k.table)+part.Where()); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(gone)) {
		if err := w.session.Exec(ctx, "drop table "+w.table(name)); err != nil {
			return err
		}
	}
	return nil
}

// partJSON is a row of tranche_parts.
type partJSON struct {
	Mart    string  `json:"mart"`
	Month   *string `json:"month"`
	Content string  `json:"content"`
}

// writeParts replaces all rows, not only those that differ: so two publications at once are in conflict whatever they
// write, and one of them fails.
func (w *writer) writeParts(ctx context.Context) error {
	var rows []partJSON
	for _, k := range slices.SortedFunc(maps.Keys(w.now), order) {
		row := partJSON{Mart: k.table, Content: w.now[k]}
		if k.month != "" {
			row.Month = &k.month
		}
		rows = append(rows, row)
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	name := w.table(partsTable)
	err = w.session.Exec(ctx, "create table if not exists "+name+" (mart varchar, month date, content varchar)")
	if err == nil {
		err = w.session.Exec(ctx, "delete from "+name)
	}
	if err != nil {
		return err
	}
	return w.session.Exec(ctx, "insert into "+name+` select mart, month::date, content from (
		select unnest(from_json(?, '[{"mart": "varchar", "month": "varchar", "content": "varchar"}]'), recursive := true))`,
		string(text))
}

// readParts reads what the lake says of itself.
func (w *writer) readParts(ctx context.Context, there bool) error {
	w.before = map[key]string{}
	if !there {
		return nil
	}
	type row struct{ table, month, content string }
	rows, err := store.List(ctx, w.session,
		"select mart, coalesce(month::varchar, ''), content from "+w.table(partsTable),
		func(r *row) []any { return []any{&r.table, &r.month, &r.content} })
	for _, r := range rows {
		w.before[key{r.table, r.month}] = r.content
	}
	return err
}

// readBack proves that the commit took place: DuckDB can answer one that did not with success.
func (w *writer) readBack(ctx context.Context) error {
	if err := w.readParts(ctx, true); err != nil {
		return err
	}
	if !maps.Equal(w.before, w.now) {
		return fmt.Errorf("the lake does not hold what was published into it; the next run publishes it again")
	}
	if !w.changed() {
		return nil
	}
	return w.session.Row(ctx, "select max(snapshot_id) from lake.snapshots() where author = ?",
		[]any{&w.done.Snapshot}, w.to.author())
}

// local is a table's name in the lake.
func local(t export.Table) string { return t.Name[len("mart."):] }

func month(p export.Part) string {
	if p.Month == nil {
		return ""
	}
	return *p.Month
}

func order(a, b key) int {
	return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.month, b.month))
}
