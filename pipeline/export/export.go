// Package export writes tables as Parquet files, for tools that do not read DuckDB.
//
// A *part* is a table, or its rows for one month; here it is one file. Its *content* is a hash of its columns and rows
// in any order; a part of the same content is not written again. The *manifest* in the folder lists the parts with
// their content and the hash of their bytes. A part is written aside and renamed, and the manifest is written last.
// Other files in the folder are never touched.
package export

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"tranche/pipeline/files"
	"tranche/pipeline/store"
)

// Table is a table to export.
type Table struct {
	Name  string   // with its schema, as the session finds it
	Grain []string // columns that name a row
	Month bool     // has a part for each value of its column month
}

// Done is the result of an export, by part name.
type Done struct {
	Written, Removed []string
	Unchanged        int
}

// ErrBusy says that another export into the folder is running.
var ErrBusy = errors.New("another export into this folder is at work")

// aside is where parts are made, in the folder itself, so that a rename works.
const aside = ".aside"

// Write updates the folder to the tables.
func Write(ctx context.Context, s *store.Session, dir string, tables []Table) (*Done, error) {
	if err := makeLikeParent(dir); err != nil {
		return nil, err
	}
	lock := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	if got, err := lock.TryLock(); err != nil || !got {
		return nil, errors.Join(err, fmt.Errorf("%w: %s", ErrBusy, dir))
	}
	defer func() { _ = lock.Unlock() }()
	before, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	e := &writer{session: s, dir: dir, before: before.Parts, now: map[string]part{}, done: &Done{}}
	if err := e.survey(ctx, tables); err != nil {
		return nil, err
	}
	if len(e.due) == 0 && len(e.done.Removed) == 0 {
		return e.done, nil
	}
	return e.done, errors.Join(e.carryOut(ctx), os.RemoveAll(filepath.Join(dir, aside)))
}

// makeLikeParent makes a missing folder, with its parent's permissions but none for others.
func makeLikeParent(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := files.Folder(dir); err != nil {
		return err
	}
	around, err := os.Stat(filepath.Dir(filepath.Clean(dir)))
	if err != nil {
		return err
	}
	return os.Chmod(dir, around.Mode().Perm()&0o050|0o700)
}

type writer struct {
	session     *store.Session
	dir         string
	before, now map[string]part // as in a manifest
	due         []Part          // parts that are missing or differ
	done        *Done
}

// survey finds the parts to write and to remove.
func (e *writer) survey(ctx context.Context, tables []Table) error {
	for _, t := range tables {
		parts, err := Parts(ctx, e.session, t)
		if err != nil {
			return fmt.Errorf("read %s: %w", t.Name, err)
		}
		for _, p := range parts {
			name := p.file()
			was := e.before[name]
			hash, err := files.Hash(e.path(name))
			e.now[name] = part{Content: p.Content, SHA256: was.SHA256}
			if was.Content == p.Content && err == nil && was.SHA256 == hash {
				e.done.Unchanged++
				continue
			}
			e.due, e.done.Written = append(e.due, p), append(e.done.Written, name)
		}
	}
	for name := range e.before {
		if _, still := e.now[name]; !still {
			e.done.Removed = append(e.done.Removed, name)
		}
	}
	slices.Sort(e.done.Written)
	slices.Sort(e.done.Removed)
	return nil
}

func (e *writer) path(name string) string { return filepath.Join(e.dir, filepath.FromSlash(name)) }

// Part is a table's rows of one month, or all its rows where it has no months.
type Part struct {
	Table   Table
	Month   *string // nil: the rows without a month, or the table has none
	Content string  // a hash of its columns and rows
}

// Parts computes the content of a table's parts in one pass, as sums that do not depend on the order of rows. Every
// row is unique, so no two cancel out.
func Parts(ctx context.Context, s *store.Session, t Table) (list []Part, err error) {
	head, err := Head(ctx, s, t.Name)
	if err != nil {
		return nil, err
	}
	month, by := "null", "" // a table without months has its part even when it is empty
	if t.Month {
		month, by = "month::varchar", " group by month order by month"
	}
	return store.List(ctx, s, "select "+month+`,
			sha256(concat_ws(' ', ?, count(*), bit_xor(md5_number(r::varchar))))
		from `+t.Name+" as r"+by, func(p *Part) []any {
		p.Table = t
		return []any{&p.Month, &p.Content}
	}, head)
}

// Head is the columns of a table with their types.
func Head(ctx context.Context, s *store.Session, table string) (head string, err error) {
	err = s.Row(ctx, `select string_agg(column_name || ' ' || column_type, ', ')
		from (describe `+table+")", []any{&head})
	return head, err
}

// Where is the condition on a part's rows.
func (p Part) Where() string {
	switch {
	case !p.Table.Month:
		return ""
	case p.Month == nil:
		return " where month is null"
	}
	return " where month = date " + store.Literal(*p.Month)
}

// Rows is the query for some columns of a part's rows, in a total order.
func (p Part) Rows(columns string) string {
	var order []string
	for _, g := range p.Table.Grain {
		order = append(order, store.Name(g))
	}
	return "select " + columns + " from " + p.Table.Name + p.Where() + " order by " + strings.Join(order, ", ")
}

// file is the part's name in the folder. The month is in the name and not in the file, as readers expect.
func (p Part) file() string {
	_, folder, _ := strings.Cut(p.Table.Name, ".")
	switch {
	case !p.Table.Month:
	case p.Month == nil:
		folder = path.Join(folder, "month=__HIVE_DEFAULT_PARTITION__")
	default:
		folder = path.Join(folder, "month="+*p.Month)
	}
	return path.Join(folder, "data.parquet")
}

// carryOut writes the parts that are due and removes those that have gone.
func (e *writer) carryOut(ctx context.Context) error {
	if err := os.RemoveAll(filepath.Join(e.dir, aside)); err != nil {
		return err
	}
	if err := files.Folder(filepath.Join(e.dir, aside)); err != nil {
		return err
	}
	// Without the hashes of those parts: the next export finishes one that was cut short.
	unfinished := maps.Clone(e.now)
	for _, name := range slices.Concat(e.done.Written, e.done.Removed) {
		unfinished[name] = part{}
	}
	if err := e.writeManifest(unfinished); err != nil {
		return err
	}
	for _, p := range e.due {
		if err := e.write(ctx, p); err != nil {
			return fmt.Errorf("write %s: %w", p.file(), err)
		}
	}
	for _, name := range e.done.Removed {
		if err := e.remove(name); err != nil {
			return err
		}
	}
	return e.writeManifest(e.now)
}

func (e *writer) writeManifest(parts map[string]part) error {
	return files.WriteJSON(filepath.Join(e.dir, ManifestName), manifest{parts}, files.Shared)
}

func (e *writer) write(ctx context.Context, p Part) error {
	made, to := filepath.Join(e.dir, aside, "data.parquet"), e.path(p.file())
	columns := "*"
	if p.Table.Month {
		columns = "* exclude (month)"
	}
	err := e.session.Exec(ctx, "copy ("+p.Rows(columns)+") to "+store.Literal(made)+" (format parquet, compression zstd)")
	if err != nil {
		return err
	}
	hash, err := files.Hash(made)
	if err != nil {
		return err
	}
	if err := e.folder(filepath.Dir(to)); err != nil {
		return err
	}
	if err := os.Chmod(made, files.Shared); err != nil {
		return err
	}
	e.now[p.file()] = part{Content: p.Content, SHA256: hash}
	return files.Place(made, to)
}

// folder makes a part's folder, with the permissions of the export's.
func (e *writer) folder(dir string) error {
	info, err := os.Stat(e.dir)
	if err != nil {
		return err
	}
	if err := files.Folder(dir); err != nil {
		return err
	}
	for ; dir != filepath.Clean(e.dir); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return nil
}

// remove removes a part and its empty folders.
func (e *writer) remove(name string) error {
	if err := files.Remove(e.path(name)); err != nil {
		return err
	}
	for dir := filepath.Dir(e.path(name)); dir != filepath.Clean(e.dir); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			return nil // other files are in it
		}
	}
	return nil
}
