package loading

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"tranche/pipeline/files"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/store"
)

// Understood is the result of a preview.
type Understood struct {
	Outcome
	Columns  []string
	Rows     [][]string // the first few
	Amount   string     // of the accepted records of a sales file, in the documents' currencies
	Problems []string   // of its records, one a line
	Left     []string   // what each condition of exclude leaves out, one a line

	fixed []string // the values of the last columns, in every row
}

// Preview loads a file into a temporary store, and returns the result and the first rows.
func Preview(ctx context.Context, path string, declared feed.Feed, rows int) (*Understood, error) {
	dir, err := os.MkdirTemp("", "tranche-validate-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	f, err := asLanded(path, dir)
	if err != nil {
		return nil, err
	}
	session, err := store.Open(ctx, store.Options{TempFolder: filepath.Join(dir, "spill")})
	if err != nil {
		return nil, err
	}
	defer session.Close()
	if err := OpenStore(ctx, session, filepath.Join(dir, "store.duckdb")); err != nil {
		return nil, err
	}
	declared.Glob = "*"
	u := &Understood{}
	l := Loader{
		Session: session,
		Landing: dir,
		Work:    dir,
		Feeds:   []feed.Feed{declared},
		see:     func(r *reading, b arrow.RecordBatch) { u.see(r, b, rows) },
	}
	if u.Outcome, _, err = l.Load(ctx, f); err != nil {
		return nil, err
	}
	if err := l.Gather(ctx); err != nil {
		return nil, err
	}
	return u, u.read(ctx, session)
}

// asLanded links a file under its landed name, in its own folder.
func asLanded(path, dir string) (f landing.File, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return f, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return f, err
	}
	f = landing.File{Name: filepath.Base(path), Size: info.Size(), Sequence: 1}
	if f.SHA256, err = files.Hash(path); err != nil {
		return f, err
	}
	return f, os.Symlink(path, f.Path(dir))
}

// see collects the first rows while they are loaded.
func (u *Understood) see(r *reading, b arrow.RecordBatch, most int) {
	columns, values := r.typer.Columns(), b.Columns()
	if r.kind.Name != feed.Sales { // without key and content
		columns, values = slices.Delete(slices.Clone(columns), 1, 3), slices.Delete(slices.Clone(values), 1, 3)
	}
	if u.Columns == nil {
		u.name(columns, r.fixed)
	}
	for row := 0; row < int(b.NumRows()) && len(u.Rows) < most; row++ {
		var texts []string
		for i, c := range columns {
			texts = append(texts, c.Show(values[i], row))
		}
		u.Rows = append(u.Rows, append(texts, u.fixed...))
	}
}

// name lists the columns, those with one value last.
func (u *Understood) name(columns []feed.Column, fixed map[string]string) {
	for _, c := range columns {
		u.Columns = append(u.Columns, c.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(fixed)) {
		if value := fixed[name]; value != "" {
			u.Columns, u.fixed = append(u.Columns, name), append(u.fixed, value)
		}
	}
}

// read reads the file's sum and problems from the store.
func (u *Understood) read(ctx context.Context, s *store.Session) error {
	err := s.Row(ctx, `select coalesce(max((select coalesce(sum(net_amount), 0)::decimal(38,6) from store.raw.sales))
		filter (where kind = 'sales' and status = 'loaded')::varchar, '') from store.raw.files`, []any{&u.Amount})
	if err != nil {
		return err
	}
	if u.Left, err = leftOut(ctx, s); err != nil {
		return err
	}
	problems, err := store.List(ctx, s, `select line, coalesce(column_name, ''), coalesce(raw_text, ''), sentence
		from store.raw.rejects where problem > 0 order by line, problem`, func(p *feed.Problem) []any {
		return []any{&p.Line, &p.Column, &p.Raw, &p.Detail}
	})
	for _, p := range problems {
		if p.Column != "" {
			p.Column = fmt.Sprintf(", %s %q", p.Column, p.Raw)
		}
		u.Problems = append(u.Problems, fmt.Sprintf("line %d%s: %s", p.Line, p.Column, p.Detail))
	}
	return err
}

// leftOut says what each condition of exclude leaves out.
func leftOut(ctx context.Context, s *store.Session) (list []string, err error) {
	type condition struct {
		words, amount          string
		rows, readable, unread int64
		line                   int64
	}
	found, err := store.List(ctx, s, `select words, excluded, readable, unread_amounts,
			amount::decimal(38,2)::varchar, line
		from store.raw.excluded order by condition`, func(c *condition) []any {
		return []any{&c.words, &c.rows, &c.readable, &c.unread, &c.amount, &c.line}
	})
	for _, c := range found {
		text := fmt.Sprintf("%s: %d, from line %d on", c.words, c.rows, c.line)
		if c.unread < c.rows {
			text += ", amounts " + c.amount
		}
		if c.readable > 0 {
			text += fmt.Sprintf("; %d of them read as records", c.readable)
		}
		list = append(list, text)
	}
	return list, err
}
