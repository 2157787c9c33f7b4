package publish

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/files"
)

// A previous publication has links to the published file and to every workbook that one publication changed or
// removed, and the names that it added. Its plan is written before anything changes. So a failed publication is
// undone at once, and an interrupted one by the next command.

// previous is the files that one publication replaced.
type previous struct {
	to  Target
	dir string
	was undo
}

// undo is undo.json.
type undo struct {
	RunID     string          `json:"run_id"` // that replaced it
	At        time.Time       `json:"at"`
	Complete  bool            `json:"complete"`
	Decisions int             `json:"decisions"` // on months, before it
	Added     map[string]bool `json:"added"`     // new names
}

const undoName = "undo.json"

// name is the published file's name among the kept files. A workbook is statements/2024-08/its name.
func (to Target) name() string { return filepath.Base(to.Database) }

// path is the published path of a name.
func (to Target) path(name string) string {
	if rest, ok := strings.CutPrefix(name, "statements/"); ok {
		return filepath.Join(to.Statements, rest)
	}
	return to.Database
}

// keepPrevious begins the folder of a publication's replaced files.
func keepPrevious(to Target, p Publication) (*previous, error) {
	all, err := listPrevious(to)
	if err != nil {
		return nil, err
	}
	number := 1
	if n := len(all); n > 0 {
		if _, err := fmt.Sscanf(filepath.Base(all[n-1].dir), "%d", &number); err != nil {
			return nil, fmt.Errorf("%s is not a number: %w", all[n-1].dir, err)
		}
		number++
	}
	before := &previous{
		to:  to,
		dir: filepath.Join(to.Replaced, fmt.Sprintf("%06d", number)),
		was: undo{RunID: p.RunID, At: p.At.UTC(), Decisions: p.Decisions, Added: map[string]bool{}},
	}
	if err := os.RemoveAll(before.dir); err != nil { // of a run that stopped before it changed anything
		return nil, err
	}
	if p.Database == "" {
		return before, before.keep("")
	}
	return before, before.keep("", to.name())
}

// listPrevious lists the previous publications, oldest first.
func listPrevious(to Target) ([]*previous, error) {
	entries, err := os.ReadDir(to.Replaced)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []*previous
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".gone") {
			continue
		}
		p := &previous{to: to, dir: filepath.Join(to.Replaced, e.Name())}
		if p.was, err = p.read(); errors.Is(err, os.ErrNotExist) {
			continue // that run changed nothing
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(p.dir, undoName), err)
		}
		all = append(all, p)
	}
	return all, nil
}

func (p *previous) read() (was undo, err error) {
	data, err := os.ReadFile(filepath.Join(p.dir, undoName))
	if err == nil {
		err = json.Unmarshal(data, &was)
	}
	return was, err
}

func (p *previous) write() error {
	return files.WriteJSON(filepath.Join(p.dir, undoName), p.was, files.Private)
}

// finish removes the oldest previous publications, and marks this one complete.
func (p *previous) finish() error {
	all, err := listPrevious(p.to)
	if err != nil {
		return err
	}
	for n := range max(0, len(all)-p.to.Keep) {
		if err := all[n].forget(); err != nil {
			return err
		}
	}
	if p.to.Keep == 0 {
		return nil
	}
	p.was.Complete = true
	return p.write()
}

// isComplete says whether the mark is on the disk.
func (p *previous) isComplete() bool {
	was, err := p.read()
	return err == nil && was.Complete
}

// keep links files that are about to change, and records new names.
func (p *previous) keep(folder string, names ...string) error {
	for _, name := range names {
		name = filepath.Join(folder, name)
		path, kept := p.to.path(name), filepath.Join(p.dir, name)
		if files.Exists(kept) || p.was.Added[name] {
			continue
		}
		if !files.Exists(path) {
			p.was.Added[name] = true
			continue
		}
		if err := files.Folder(filepath.Dir(kept)); err != nil {
			return err
		}
		if os.Link(path, kept) == nil {
			continue
		}
		if err := errors.Join(files.Copy(path, kept), files.Sync(kept)); err != nil { // from another file system
			return err
		}
	}
	return errors.Join(files.Folder(p.dir), p.write())
}

// takeBack undoes a publication. After an interruption it can be run again.
func (p *previous) takeBack() error {
	kept, failed := files.Glob(p.dir, "statements/*/*")
	// The manifest follows its workbooks, and the signature follows the manifest.
	slices.SortStableFunc(kept, func(a, b string) int {
		return cmp.Or(cmp.Compare(filepath.Dir(a), filepath.Dir(b)), cmp.Compare(rank(a), rank(b)))
	})
	if database := filepath.Join(p.dir, p.to.name()); files.Exists(database) {
		failed = errors.Join(failed, files.Place(database, p.to.Database))
	}
	for name := range p.was.Added {
		failed = errors.Join(failed, files.Remove(p.to.path(name)))
	}
	for _, path := range kept {
		place := p.to.path(strings.TrimPrefix(path, p.dir+"/"))
		if failed = errors.Join(failed, files.Folder(filepath.Dir(place))); failed == nil {
			failed = files.Place(path, place)
		}
	}
	if failed != nil {
		return failed
	}
	for name := range p.was.Added {
		if name != p.to.name() {
			_ = os.Remove(filepath.Dir(p.to.path(name))) // unless it holds something
		}
	}
	return p.forget()
}

func rank(path string) int {
	return 1 + slices.Index([]string{manifestName, signature}, filepath.Base(path))
}

// forget removes a previous publication. The rename comes first, because half of it must never be restored.
func (p *previous) forget() error {
	gone := p.dir + ".gone"
	if err := os.RemoveAll(gone); err != nil {
		return err
	}
	if err := os.Rename(p.dir, gone); err != nil {
		return err
	}
	return os.RemoveAll(gone)
}
