// Package export writes tables of a database as Parquet files, for tools that read no
// DuckDB.
//
// A *part* is one file: a table, or the rows of a table for one month. Its *content* is a
// hash of its columns and rows, whatever their order, so that a part which would say the
// same is left alone. The *manifest* in the folder names the parts with their content and
// the hash of their bytes.
//
// A part is written aside and renamed, so that a reader sees the old one or the new one.
// The parts of one export come one after another; the manifest is written last. Whatever
// it does not name in the folder is somebody else's and is never touched.
package export

import (
	"context"
	"errors"
	"fmt"
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

// Done is what came of an export, part by part, in the order of their names.
type Done struct {
	Written, Removed []string
	Unchanged        int
}

// ErrBusy says that another export into the folder is at work.
var ErrBusy = errors.New("another export into this folder is at work")

// aside is where parts are made, in the folder itself so that they can be renamed.
const aside = ".aside"

// Write brings the folder up to what the tables hold.
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
	e := &writer{session: s, dir: dir, before: before, now: manifest{Parts: map[string]part{}}, done: &Done{}}
	if err := e.survey(ctx, tables); err != nil {
		return nil, err
	}
	if len(e.due) == 0 && len(e.done.Removed) == 0 {
		return e.done, nil
	}
	return e.done, errors.Join(e.carryOut(ctx), os.RemoveAll(filepath.Join(dir, aside)))
}

// makeLikeParent makes the folder where it is not there, for whoever may look into the one it lies
// in, and for nobody beyond its group.
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
	before, now manifest
	due         []duePart
	done        *Done
}

// duePart is a part that is not there as it should be.
type duePart struct{ name, query string }

// survey says which parts have to be written and which have gone.
func (e *writer) survey(ctx context.Context, tables []Table) error {
	for _, t := range tables {
		parts, err := e.parts(ctx, t)
		if err != nil {
			return fmt.Errorf("read %s: %w", t.Name, err)
		}
		for _, p := range parts {
			was := e.before.Parts[p.name]
			e.now.Parts[p.name] = part{Content: p.content, SHA256: was.SHA256}
			if was.Content == p.content && e.stands(p.name, was.SHA256) {
				e.done.Unchanged++
				continue
			}
			e.due = append(e.due, duePart{p.name, p.query})
			e.done.Written = append(e.done.Written, p.name)
		}
	}
	for name := range e.before.Parts {
		if _, still := e.now.Parts[name]; !still {
			e.done.Removed = append(e.done.Removed, name)
		}
	}
	slices.Sort(e.done.Written)
	slices.Sort(e.done.Removed)
	return nil
}

// stands says that the file is there with those bytes.
func (e *writer) stands(name, hash string) bool {
	got, err := files.Hash(e.path(name))
	return err == nil && got == hash
}

func (e *writer) path(name string) string { return filepath.Join(e.dir, filepath.FromSlash(name)) }

// found is a part as the database has it.
type found struct{ name, content, query string }

// parts works out the content of each part of a table: in one reading, as sums that do not
// depend on the order of rows. No row is there twice, so no two cancel each other out.
func (e *writer) parts(ctx context.Context, t Table) ([]found, error) {
	head, err := e.columns(ctx, t)
	if err != nil {
		return nil, err
	}
	month, by := "null", "" // a table without months has its file even when it is empty
	if t.Month {
		month, by = "month::varchar", " group by month order by month"
	}
	rows, err := e.session.Query(ctx, "select "+month+", sha256(concat_ws(' ', ?, count(*), bit_xor(md5_number(r::varchar)))) from "+t.Name+" as r"+by, head)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []found
	for rows.Next() {
		var month *string
		var p found
		if err := rows.Scan(&month, &p.content); err != nil {
			return nil, err
		}
		p.name, p.query = t.part(month)
		list = append(list, p)
	}
	return list, rows.Err()
}

// columns names the columns of a table with their types.
func (e *writer) columns(ctx context.Context, t Table) (string, error) {
	var head string
	err := e.session.Row(ctx, "select string_agg(column_name || ' ' || column_type, ', ') from (describe "+t.Name+")", []any{&head})
	return head, err
}

// part is the name of the file for a month, or for the whole where there are no months,
// and what is in it, in a total order. The month is in the name of its folder and not in
// the file, as readers of such folders expect it.
func (t Table) part(month *string) (name, query string) {
	_, folder, _ := strings.Cut(t.Name, ".")
	var order []string
	for _, g := range t.Grain {
		order = append(order, store.Name(g))
	}
	from := " from " + t.Name
	switch by := " order by " + strings.Join(order, ", "); {
	case !t.Month:
		return path.Join(folder, "data.parquet"), "select *" + from + by
	case month == nil:
		return path.Join(folder, "month=__HIVE_DEFAULT_PARTITION__", "data.parquet"), "select * exclude (month)" + from + " where month is null" + by
	default:
		return path.Join(folder, "month="+*month, "data.parquet"), "select * exclude (month)" + from + " where month = date " + store.Literal(*month) + by
	}
}

// carryOut writes what is due and removes what has gone. The manifest first forgets what
// it knew of those parts, so that an export cut short is gone on with by the next.
func (e *writer) carryOut(ctx context.Context) error {
	if err := os.RemoveAll(filepath.Join(e.dir, aside)); err != nil {
		return err
	}
	if err := files.Folder(filepath.Join(e.dir, aside)); err != nil {
		return err
	}
	if err := e.unfinished().write(e.dir); err != nil {
		return err
	}
	for _, p := range e.due {
		if err := e.write(ctx, p); err != nil {
			return fmt.Errorf("write %s: %w", p.name, err)
		}
	}
	for _, name := range e.done.Removed {
		if err := e.remove(name); err != nil {
			return err
		}
	}
	return e.now.write(e.dir)
}

// unfinished is the manifest while parts are being written.
func (e *writer) unfinished() manifest {
	m := manifest{Parts: map[string]part{}}
	for name, p := range e.now.Parts {
		m.Parts[name] = p
	}
	for _, p := range e.due {
		m.Parts[p.name] = part{}
	}
	for _, name := range e.done.Removed {
		m.Parts[name] = part{}
	}
	return m
}

func (e *writer) write(ctx context.Context, p duePart) error {
	made, to := filepath.Join(e.dir, aside, "data.parquet"), e.path(p.name)
	if err := e.session.Exec(ctx, "copy ("+p.query+") to "+store.Literal(made)+" (format parquet, compression zstd)"); err != nil {
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
	e.now.Parts[p.name] = part{Content: e.now.Parts[p.name].Content, SHA256: hash}
	return files.Place(made, to)
}

// folder makes the folder of a part, into which whoever may look into the export may look.
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

// remove removes a part, and its folders where nothing else is in them.
func (e *writer) remove(name string) error {
	if err := files.Remove(e.path(name)); err != nil {
		return err
	}
	for dir := filepath.Dir(e.path(name)); dir != filepath.Clean(e.dir); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			return nil // somebody else's files are in it
		}
	}
	return nil
}
