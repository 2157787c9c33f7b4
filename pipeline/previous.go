package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
)

// What a publication replaces is kept beside, so that it can be taken back: the
// published file and every workbook that was changed or removed, as links to the very
// same bytes, and the names of those that were not there before. What is planned is
// written down before anything is done. So a publication that fails half way is taken
// back at once, and one that was cut short by whoever begins next.

// previous is what one publication has replaced.
type previous struct {
	dir string
	was undo
}

// undo is undo.json.
type undo struct {
	RunID     string              `json:"run_id"` // that replaced it
	At        time.Time           `json:"at"`
	Complete  bool                `json:"complete"`
	Decisions int                 `json:"decisions"`       // on months, before it
	First     bool                `json:"first,omitempty"` // nothing had been published before
	Added     map[string][]string `json:"added"`           // names that were not there before, by month
}

const undoName = "undo.json"

// ErrNothingBefore says that there is nothing to go back to.
var ErrNothingBefore = errors.New("nothing is kept to go back to")

func previousFolder(f config.Folders) string { return filepath.Join(f.State, "previous") }

// replacing puts something where people look, keeps what it replaces, and takes all of
// it back if that fails.
func (r *run) replacing(put func(*previous) error) error {
	before, err := r.keepPrevious()
	if err != nil {
		return err
	}
	err = put(before)
	if err == nil {
		if err = before.finish(r.Config.Folders, r.Config.Keep); err != nil && before.isComplete() {
			// It says so where the next run looks; whether that survives a power cut, nobody knows,
			// and if it does not the next run publishes the same again.
			r.summary.Unremembered, err = err.Error(), nil
		}
	}
	if err != nil {
		if back := before.takeBack(r.Config.Folders); back != nil {
			return errors.Join(err, fmt.Errorf("%w: %w", ErrHalfPublished, back))
		}
		return err
	}
	return nil
}

// ErrHalfPublished says that what a publication had begun could not be put back.
var ErrHalfPublished = errors.New("part of what was being published stands beside what stood before, and could not be put back; the next command tries again")

// keepPrevious begins the folder of what this publication will replace.
func (r *run) keepPrevious() (*previous, error) {
	all, err := listPrevious(r.Config.Folders)
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
	p := &previous{dir: filepath.Join(previousFolder(r.Config.Folders), fmt.Sprintf("%06d", number)), was: undo{RunID: r.summary.RunID, At: r.Now.UTC(), First: !isThere(r.Config.Folders.Published()), Decisions: r.decided(), Added: map[string][]string{}}}
	if err := os.RemoveAll(p.dir); err != nil { // begun by a run that did nothing
		return nil, err
	}
	if err := files.Folder(p.dir); err != nil {
		return nil, err
	}
	return p, p.write()
}

// decided counts the decisions on months that the run has found.
func (r *run) decided() (n int) {
	for _, d := range r.log {
		if d.Act == audit.Close || d.Act == audit.Approve || d.Act == audit.Reopen {
			n++
		}
	}
	return n
}

// takeBackUnfinished takes back a publication that was cut short.
func (r *run) takeBackUnfinished() error {
	all, err := listPrevious(r.Config.Folders)
	if err != nil {
		return err
	}
	for _, p := range slices.Backward(all) {
		if p.was.Complete {
			return nil
		}
		if err := p.takeBack(r.Config.Folders); err != nil {
			return fmt.Errorf("take back what run %s had begun to publish: %w: %w", p.was.RunID, ErrHalfPublished, err)
		}
		r.tookBack = p.was.RunID
	}
	return nil
}

// BeingPublished says which run is publishing, or was stopped while it was; empty: none.
// Until the next run, what is published can be partly of the one and partly of the other.
func BeingPublished(c *config.Config) (string, error) {
	all, err := listPrevious(c.Folders)
	if n := len(all); err == nil && n > 0 && !all[n-1].was.Complete {
		return all[n-1].was.RunID, nil
	}
	return "", err
}

// listPrevious lists what is kept, oldest first.
func listPrevious(f config.Folders) ([]*previous, error) {
	entries, err := os.ReadDir(previousFolder(f))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var all []*previous
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".gone") {
			continue
		}
		p := &previous{dir: filepath.Join(previousFolder(f), e.Name())}
		data, missing := os.ReadFile(filepath.Join(p.dir, undoName))
		if errors.Is(missing, os.ErrNotExist) {
			continue // it was begun, and nothing was done
		}
		if missing == nil {
			missing = json.Unmarshal(data, &p.was)
		}
		if missing != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(p.dir, undoName), missing)
		}
		all = append(all, p)
	}
	return all, err
}

func (p *previous) write() error {
	data, err := json.MarshalIndent(p.was, "", "  ")
	if err != nil {
		return err
	}
	return files.Write(filepath.Join(p.dir, undoName), append(data, '\n'), files.Private)
}

// finish forgets what is older than is to be kept, and says that all is done.
func (p *previous) finish(f config.Folders, keep int) error {
	all, err := listPrevious(f)
	if err != nil {
		return err
	}
	for n := range max(0, len(all)-keep) {
		if err := all[n].forget(); err != nil {
			return err
		}
	}
	if keep == 0 {
		return nil
	}
	p.was.Complete = true
	return p.write()
}

// isComplete says whether the mark of completeness stands in the file.
func (p *previous) isComplete() bool {
	data, err := os.ReadFile(filepath.Join(p.dir, undoName))
	var was undo
	return err == nil && json.Unmarshal(data, &was) == nil && was.Complete
}

// save keeps what stands at path, unless that was done before.
func (p *previous) save(path string, under ...string) error {
	to := filepath.Join(append([]string{p.dir}, under...)...)
	if isThere(to) || !isThere(path) {
		return nil
	}
	if err := files.Folder(filepath.Dir(to)); err != nil {
		return err
	}
	if os.Link(path, to) == nil {
		return nil
	}
	return errors.Join(files.Copy(path, to), files.Sync(to)) // from another file system
}

// plan writes down which names of a month are new, and keeps those that will change.
func (p *previous) plan(w *monthWriter, changing []string) error {
	month := w.now.Month
	for _, name := range changing {
		if path := filepath.Join(w.dir, name); isThere(path) {
			if slices.Contains(p.was.Added[month], name) {
				continue
			}
			if err := p.save(path, "statements", month, name); err != nil {
				return err
			}
		} else if !isThere(filepath.Join(p.dir, "statements", month, name)) {
			p.was.Added[month] = append(p.was.Added[month], name)
		}
	}
	slices.Sort(p.was.Added[month])
	p.was.Added[month] = slices.Compact(p.was.Added[month])
	return nil
}

// Rollback puts back what the last publication has replaced: the published file, the
// workbooks and the manifests, and writes down who decided it and why. The next run
// publishes anew.
func Rollback(ctx context.Context, o Options, by, reason string) (*Summary, error) {
	r, err := begin(o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	return r.summary, r.stages(ctx, "rollback", []stage{{"rollback", func(context.Context) error {
		if err := r.rollback(); err != nil {
			return err
		}
		return audit.Append(o.Config.Folders.Audit(), audit.Decision{At: o.Now.UTC().Truncate(time.Second), Who: by, Act: audit.Return, What: "run " + r.summary.RunID, Reason: reason})
	}}})
}

func (r *run) rollback() error {
	if r.tookBack != "" { // which was the last publication
		r.facts["taken_back"], r.summary.RunID = r.tookBack, r.tookBack
		return nil
	}
	all, err := listPrevious(r.Config.Folders)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return ErrNothingBefore
	}
	p := all[len(all)-1]
	if p.was.Decisions != r.decided() {
		return fmt.Errorf("%w: a month was closed, approved or reopened since; what was published before says otherwise of it, and would be believed", ErrDecision)
	}
	published := filepath.Join(p.dir, filepath.Base(r.Config.Folders.Published()))
	if p.was.Complete && !isThere(published) && !isThere(filepath.Join(p.dir, "statements")) {
		return fmt.Errorf("%w: the last run was the first that published", ErrNothingBefore)
	}
	if err := r.publishable(); err != nil {
		return err
	}
	// From here on whoever begins next goes on with it, if this is cut short.
	p.was.Complete = false
	if err := p.write(); err != nil {
		return err
	}
	if err := p.takeBack(r.Config.Folders); err != nil {
		return fmt.Errorf("%w: %w", ErrHalfPublished, err)
	}
	r.facts["taken_back"] = p.was.RunID
	r.summary.RunID = p.was.RunID
	return nil
}

// takeBack makes everything as it was before a publication. Cut short itself, it can be
// done again.
func (p *previous) takeBack(f config.Folders) error {
	var failed error
	published := filepath.Join(p.dir, filepath.Base(f.Published()))
	if isThere(published) {
		failed = files.Place(published, f.Published())
	} else if p.was.First {
		failed = files.Remove(f.Published())
	}
	for month, names := range p.was.Added {
		for _, name := range names {
			failed = errors.Join(failed, files.Remove(filepath.Join(f.Statements, month, name)))
		}
	}
	if failed = errors.Join(failed, p.putBack(f.Statements)); failed != nil {
		return failed
	}
	return p.forget()
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

// putBack renames what was kept of each month into place, its manifest last.
func (p *previous) putBack(statements string) error {
	kept, err := files.Glob(p.dir, "statements/*/*")
	if err != nil {
		return err
	}
	slices.SortStableFunc(kept, func(a, b string) int {
		return strings.Compare(orderOf(a), orderOf(b))
	})
	for _, path := range kept {
		dir := filepath.Join(statements, filepath.Base(filepath.Dir(path)))
		if err := files.Folder(dir); err != nil {
			return err
		}
		if err := files.Place(path, filepath.Join(dir, filepath.Base(path))); err != nil {
			return err
		}
	}
	for month := range p.was.Added {
		if _, err := time.Parse("2006-01", month); err == nil {
			_ = os.Remove(filepath.Join(statements, month)) // unless it holds something
		}
	}
	return nil
}

// orderOf puts a month's manifest behind its workbooks, and the signature behind that.
func orderOf(path string) string {
	month, name := filepath.Base(filepath.Dir(path)), filepath.Base(path)
	if strings.HasPrefix(name, ledger.ManifestName) {
		return month + "/2" + name
	}
	return month + "/1" + name
}
