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

// A previous publication is what one publication has replaced: the published file and every workbook that was
// changed or removed, as links to the same bytes, and the names that were not there before. The plan is written
// down before anything is done. So a publication that fails is taken back at once, and one that was cut short is
// taken back by the next command.

// previous is what one publication has replaced.
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
	Added     map[string]bool `json:"added"`     // names that were not there before
}

const undoName = "undo.json"

// name is how the published file is called among what is kept. A workbook is called statements/2024-08/its name.
func (to Target) name() string { return filepath.Base(to.Database) }

// path is where a name stands.
func (to Target) path(name string) string {
	if rest, ok := strings.CutPrefix(name, "statements/"); ok {
		return filepath.Join(to.Statements, rest)
	}
	return to.Database
}

// keepPrevious begins the folder of what this publication will replace.
func keepPrevious(to Target, p Publication) (*previous, error) {
	all, err := listPrevious(to)
	if err != nil {
		return nil, err
	}
	number := 1
	if n := len(all); n > 0 {
		if _, err := fmt.Sscanf(filepath.Base(all[n-1].dir), "%d", &number); err != nil {
			return nil, fmt.Errorf("%s is no number: %w", all[n-1].dir, err)
		}
		number++
	}
	before := &previous{
		to:  to,
		dir: filepath.Join(to.Replaced, fmt.Sprintf("%06d", number)),
		was: undo{RunID: p.RunID, At: p.At.UTC(), Decisions: p.Decisions, Added: map[string]bool{}},
	}
	if err := os.RemoveAll(before.dir); err != nil { // begun by a run that did nothing
		return nil, err
	}
	if p.Database == "" {
		return before, before.keep("")
	}
	return before, before.keep("", to.name())
}

// listPrevious lists what is kept, oldest first.
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
			continue // it was begun, and nothing was done
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
	data, err := json.MarshalIndent(p.was, "", "  ")
	if err != nil {
		return err
	}
	return files.Write(filepath.Join(p.dir, undoName), append(data, '\n'), files.Private)
}

// finish forgets what is older than is to be kept, and says that all is done.
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

// isComplete says whether the mark of completeness stands in the file.
func (p *previous) isComplete() bool {
	was, err := p.read()
	return err == nil && was.Complete
}

// keep keeps the files of a folder that are about to change, and writes down which were not there.
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

// takeBack makes everything as it was before a publication. If it is cut short, it can be done again.
func (p *previous) takeBack() error {
	kept, failed := files.Glob(p.dir, "statements/*/*")
	// A month's manifest goes behind its workbooks, and the signature behind that.
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
	return 1 + slices.Index([]string{manifestName, manifestName + ".sig"}, filepath.Base(path))
}

// forget removes what was kept, all of it or none: half of it must never be put back.
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
