package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
)

// View is a part of a database file: of each table with a column partner_id only the rows of some partners, and of
// the tables named in Shared all rows. Other tables are not there.
type View struct {
	Name     string
	Partners string            // a condition on mart.partners
	Shared   []string          // tables of the schema mart that are seen whole
	Instead  map[string]string // columns of a table that are replaced, as "null as end_customer, ..."
}

// Readers are sessions that read one database file at the same time. The file may be replaced meanwhile; they go on
// reading the old one.
type Readers struct {
	db   *sql.DB
	free map[string]chan *Session // by view; empty: the whole file
}

// OpenReaders opens so many sessions on a database file, and as many on each view. None of them can open any other
// file.
func OpenReaders(ctx context.Context, path string, sessions int, views []View, o Options) (*Readers, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	r := &Readers{db: db, free: map[string]chan *Session{}}
	o.MemoryLimit, o.TempLimit = cmp.Or(o.MemoryLimit, "2GB"), cmp.Or(o.TempLimit, "50GB")
	o.Threads = cmp.Or(o.Threads, runtime.NumCPU())
	if err := r.open(ctx, path, sessions, views, o); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Readers) open(ctx context.Context, path string, sessions int, views []View, o Options) (err error) {
	first, err := r.session(ctx, "", o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, first.conn.Close()) }()
	if err := first.configure(ctx); err != nil {
		return err
	}
	if err := first.AttachReadOnly(ctx, path, "published"); err != nil {
		return err
	}
	for _, v := range views {
		if err := first.lay(ctx, v); err != nil {
			return fmt.Errorf("lay out the view %s: %w", v.Name, err)
		}
	}
	for _, v := range append([]View{{}}, views...) {
		catalog := cmp.Or(v.Name, "published")
		r.free[v.Name] = make(chan *Session, sessions)
		for range sessions {
			s, err := r.session(ctx, v.Name, o)
			if err != nil {
				return err
			}
			r.free[v.Name] <- s
			if err := s.Exec(ctx, "set search_path = "+Literal(catalog+".mart")); err != nil {
				return err
			}
		}
	}
	err = first.Exec(ctx, "set enable_external_access = false")
	if err == nil {
		err = first.Exec(ctx, "set lock_configuration = true")
	}
	return err
}

func (r *Readers) session(ctx context.Context, view string, o Options) (*Session, error) {
	conn, err := r.db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &Session{conn: conn, settings: o, readers: r, view: view}, nil
}

// lay makes the tables of a view in a catalog of its name.
func (s *Session) lay(ctx context.Context, v View) error {
	statements := []string{
		"attach ':memory:' as " + Name(v.Name),
		"create schema " + Name(v.Name) + ".mart",
		"create table " + Name(v.Name) + ".main.seen as select partner_id from published.mart.partners where " + v.Partners,
	}
	for _, statement := range statements {
		if err := s.Exec(ctx, statement); err != nil {
			return err
		}
	}
	tables, err := List(ctx, s, `select table_name, bool_or(column_name = 'partner_id') from duckdb_columns()
		where database_name = 'published' and schema_name = 'mart' group by table_name order by table_name`,
		func(t *seenTable) []any { return []any{&t.name, &t.isTheirs} })
	for _, t := range tables {
		if err == nil {
			err = s.layTable(ctx, v, t)
		}
	}
	return err
}

type seenTable struct {
	name     string
	isTheirs bool // it has a column partner_id
}

func (s *Session) layTable(ctx context.Context, v View, t seenTable) error {
	columns, rows := "*", ""
	if instead, ok := v.Instead[t.name]; ok {
		columns = "* replace (" + instead + ")"
	}
	switch {
	case t.isTheirs:
		rows = " where partner_id in (select partner_id from " + Name(v.Name) + ".main.seen)"
	case !slices.Contains(v.Shared, t.name):
		return nil
	}
	return s.Exec(ctx, "create view "+Name(v.Name)+".mart."+Name(t.name)+" as select "+columns+
		" from published.mart."+Name(t.name)+rows)
}

// Take waits for a free session on a view; empty: the whole file. Close gives it back.
func (r *Readers) Take(ctx context.Context, view string) (*Session, error) {
	free, ok := r.free[view]
	if !ok {
		return nil, fmt.Errorf("there is no view %q", view)
	}
	select {
	case s := <-free:
		return s, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close closes the file. No session may be in use.
func (r *Readers) Close() error {
	var err error
	for _, free := range r.free {
		for range len(free) {
			err = errors.Join(err, (<-free).conn.Close())
		}
	}
	return errors.Join(err, r.db.Close())
}
