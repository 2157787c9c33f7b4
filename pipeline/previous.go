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
)

// What a publication replaces is kept beside, so that it can be taken back: the
// published file and every workbook that was changed or removed, as links to the very
// same bytes, and the names of those that were not there before. What is planned is
// written down before anything is done, so that a publication that was cut short can be
// taken back as well; the next one goes on in the same folder.

// previous is what one publication has replaced.
type previous struct {
	dir string
	was undo
}

// undo is undo.json.
type undo struct {
	RunID    string              `json:"run_id"` // that replaced it
	At       time.Time           `json:"at"`
	Complete bool                `json:"complete"`
	First    bool                `json:"first,omitempty"` // nothing had been published before
	Added    map[string][]string `json:"added"`           // names that were not there before, by month
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
		err = before.finish(r.Config.Folders, r.Config.Keep)
	}
	if err != nil {
		return errors.Join(err, before.takeBack(r.Config.Folders))
	}
	return nil
}

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
	p := &previous{dir: filepath.Join(previousFolder(r.Config.Folders), fmt.Sprintf("%06d", number)), was: undo{RunID: r.summary.RunID, At: r.Now.UTC(), First: !isThere(r.Config.Folders.Published()), Added: map[string][]string{}}}
	if err := os.RemoveAll(p.dir); err != nil { // begun by a run that did nothing
		return nil, err
	}
	if err := files.Folder(p.dir); err != nil {
		return nil, err
	}
	return p, p.write()
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
			return fmt.Errorf("take back what run %s had begun to publish: %w", p.was.RunID, err)
		}
	}
	return nil
}

// listPrevious lists what is kept, oldest first.
func listPrevious(f config.Folders) ([]*previous, error) {
	entries, err := os.ReadDir(previousFolder(f))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var all []*previous
	for _, e := range entries {
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
		if err := os.RemoveAll(all[n].dir); err != nil {
			return err
		}
	}
	if keep == 0 {
		return nil
	}
	p.was.Complete = true
	return p.write()
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
// workbooks and the manifests. The next run publishes anew.
func Rollback(ctx context.Context, o Options) (*Summary, error) {
	r, err := begin(o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	return r.summary, r.stages(ctx, "rollback", []stage{{"rollback", r.rollback}})
}

func (r *run) rollback(context.Context) error {
	all, err := listPrevious(r.Config.Folders)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return ErrNothingBefore
	}
	p := all[len(all)-1]
	published := filepath.Join(p.dir, filepath.Base(r.Config.Folders.Published()))
	if p.was.Complete && !isThere(published) && !isThere(filepath.Join(p.dir, "statements")) {
		return fmt.Errorf("%w: the last run was the first that published", ErrNothingBefore)
	}
	if err := r.publishable(); err != nil {
		return err
	}
	if err := p.takeBack(r.Config.Folders); err != nil {
		return err
	}
	r.facts["taken_back"] = p.was.RunID
	r.summary.RunID = p.was.RunID
	return nil
}

// takeBack makes everything as it was before a publication. Cut short itself, it can be
// done again.
func (p *previous) takeBack(f config.Folders) error {
	for month, names := range p.was.Added {
		for _, name := range names {
			if err := files.Remove(filepath.Join(f.Statements, month, name)); err != nil {
				return err
			}
		}
	}
	if err := p.putBack(f.Statements); err != nil {
		return err
	}
	published := filepath.Join(p.dir, filepath.Base(f.Published()))
	if isThere(published) {
		if err := files.Settle(published, f.Published()); err != nil {
			return err
		}
	} else if p.was.First {
		if err := files.Remove(f.Published()); err != nil {
			return err
		}
	}
	return os.RemoveAll(p.dir)
}

// putBack renames what was kept of each month into place, its manifest last.
func (p *previous) putBack(statements string) error {
	kept, err := filepath.Glob(filepath.Join(p.dir, "statements", "*", "*"))
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
		if err := files.Settle(path, filepath.Join(dir, filepath.Base(path))); err != nil {
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
	if strings.HasPrefix(name, manifestName) {
		return month + "/2" + name
	}
	return month + "/1" + name
}

// verified reads the finished file back before anybody else does: every mart must hold
// the rows that were put into it, and the run be this one.
func (r *run) verified(ctx context.Context, want map[string]int64) error {
	if err := r.session.AttachReadOnly(ctx, r.aside(), "finished"); err != nil {
		return err
	}
	got, err := r.counts(ctx, "finished")
	if err != nil {
		return err
	}
	var id string
	if err := r.session.Row(ctx, "select run_id from finished.mart.runs", []any{&id}); err != nil {
		return err
	}
	for name, rows := range want {
		if got[name] != rows {
			return fmt.Errorf("mart.%s holds %d rows when it is read back, and %d were put into it", name, got[name], rows)
		}
	}
	if id != r.summary.RunID {
		return fmt.Errorf("the new published file is of run %s, and this is %s", id, r.summary.RunID)
	}
	return r.session.Exec(ctx, "detach finished")
}

// counts is how many rows each mart of an attached database has.
func (r *run) counts(ctx context.Context, database string) (map[string]int64, error) {
	var names []string
	err := each(ctx, r.session, "select table_name from duckdb_tables() where database_name = '"+database+"' and schema_name = 'mart' order by table_name", func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := map[string]int64{}
	for _, name := range names {
		var n int64
		if err := r.session.Row(ctx, "select count(*) from "+database+".mart."+name, []any{&n}); err != nil {
			return nil, err
		}
		rows[name] = n
	}
	return rows, nil
}
