// Package ledger keeps what has been stated: the closed months, each in a folder
// of its own that never changes.
//
// A *closed month* is a folder such as closed/2024-08: the rows it stated as
// Parquet, the final workbooks, the rules in force and a *manifest* with the hash
// of each file and of the month before. What was decided stands in the audit log,
// with the hash of the manifest, and the folders follow it: a month is closed from
// the moment its line is in the log. A stop between the line and the rename is made
// good by the next command (Open). The *ledger* is the closed months in their
// order, read against the log (Open) and proved file by file (Proven).
//
// A month that was *reopened* is kept beside, as closed/2024-08.v1; closed again, it
// is version 2.
package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"tranche/pipeline/files"
	"tranche/pipeline/ledger/audit"
)

// format is the layout of the files of a closed month. It is counted up when a build can no longer
// read what the one before has closed.
const format = 2

// Manifest says what a closed month consists of.
type Manifest struct {
	Format   int               `json:"format"`
	Month    string            `json:"month"` // as 2024-08
	Version  int               `json:"version"`
	Prepared string            `json:"prepared_by"`
	At       time.Time         `json:"prepared_at"`
	Accepted string            `json:"accepted,omitempty"` // why it was closed with amounts held or rejected
	Approval bool              `json:"approval"`           // a second person has to make it final
	Program  string            `json:"program"`
	Config   string            `json:"config"`             // hash of the configuration file
	Year     int               `json:"year_starts"`        // month in which the programme year begins
	Currency string            `json:"currency"`           // the programme's; every amount is in it
	Models   string            `json:"models"`             // what worked it out: the models and the database, by hash
	Rules    string            `json:"rules"`              // hash of the programme version in force on its last day
	Keys     []Key             `json:"keys,omitempty"`     // of the sales feeds that had sent lines of the month or before
	Landed   int64             `json:"landed"`             // number of the last file that had landed
	Previous string            `json:"previous,omitempty"` // SHA-256 of the manifest of the month before
	Replaces string            `json:"replaces,omitempty"` // SHA-256 of the manifest of the version before
	Files    map[string]string `json:"files"`              // name -> SHA-256
}

// Key is how a sales feed named its lines when a month was closed.
type Key struct {
	Feed    string            `json:"feed"`
	Glob    string            `json:"glob"`
	Columns map[string]string `json:"columns"` // column -> where it comes from
}

// Closed is a closed month.
type Closed struct {
	Manifest
	First    time.Time // its first day
	Hash     string    // of its manifest
	Folder   string
	Approved string // who made it final; empty: nobody yet
}

// finish makes a month final that nobody else has to approve. What was asked for when
// it was closed holds, whatever the configuration asks for today.
func (c *Closed) finish() {
	if !c.Approval && c.Approved == "" {
		c.Approved = c.Prepared
	}
}

// Ledger is the closed months, oldest first.
type Ledger struct {
	Root     string
	Months   []Closed
	Reopened []Closed // the newest version before of each month that was taken back, whether or not it was closed again
	Replaced []Closed // the same, of the versions that had become final: the last final editions
	Log      []audit.Decision
	all      []Closed     // every version of every month, for proving
	proven   func() error // waits until all are proved; nil: they need not be
}

// Folder names a month as folders and people do.
func Folder(month time.Time) string { return month.Format("2006-01") }

const (
	// ManifestName is the file of a closed month that names every other with its hash.
	ManifestName = "manifest.json"
	// Statements is where in a closed month its final workbooks are.
	Statements = "statements"
)

// FirstOpen is the first month that is not closed; zero when none is.
func (l *Ledger) FirstOpen() time.Time {
	if len(l.Months) == 0 {
		return time.Time{}
	}
	return l.Last().First.AddDate(0, 1, 0)
}

// Last is the newest closed month, nil when none is.
func (l *Ledger) Last() *Closed {
	if len(l.Months) == 0 {
		return nil
	}
	return &l.Months[len(l.Months)-1]
}

// Of finds a closed month.
func (l *Ledger) Of(month time.Time) (Closed, bool) {
	i := slices.IndexFunc(l.Months, func(c Closed) bool { return c.First.Equal(month) })
	if i < 0 {
		return Closed{}, false
	}
	return l.Months[i], true
}

// Version is the one that closing a month makes.
func (l *Ledger) Version(month time.Time) (version int, replaces string) {
	for _, c := range l.Reopened {
		if c.First.Equal(month) {
			return c.Version + 1, c.Hash
		}
	}
	return 1, ""
}

// LastFinal is the last final edition of a month that was taken back; the second result is false where none had
// become final.
func (l *Ledger) LastFinal(month time.Time) (Closed, bool) {
	i := slices.IndexFunc(l.Replaced, func(c Closed) bool { return c.First.Equal(month) })
	if i < 0 {
		return Closed{}, false
	}
	return l.Replaced[i], true
}

// line is a decision on a month with what it decided upon.
type line struct {
	month    time.Time
	manifest string
	closed   string // by whom
	approved string
}

// decided folds the log: the months that stand closed, and those taken back, in
// the order in which that was done.
func decided(log []audit.Decision) (standing, reopened []line, err error) {
	for _, d := range log {
		if d.Act != audit.Close && d.Act != audit.Approve && d.Act != audit.Reopen {
			continue
		}
		month, err := time.Parse("2006-01", d.Month)
		if err != nil {
			return nil, nil, fmt.Errorf("audit log: %w", err)
		}
		if d.Act == audit.Close {
			standing = append(standing, line{month: month, manifest: d.Manifest, closed: d.Who})
			continue
		}
		if len(standing) == 0 || standing[len(standing)-1].manifest != d.Manifest {
			return nil, nil, fmt.Errorf("audit log: %s of %s does not follow its closing", d.Act, d.Month)
		}
		last := &standing[len(standing)-1]
		if d.Act == audit.Approve {
			if audit.SamePerson(d.Who, last.closed) {
				return nil, nil, fmt.Errorf("audit log: %s closed %s and approved it too; that takes two people, so the log has been changed", d.Who, d.Month)
			}
			last.approved = d.Who
			continue
		}
		reopened = append(reopened, *last)
		standing = standing[:len(standing)-1]
	}
	return standing, reopened, nil
}

// readMonths reads the closed months and proves the manifest of each against the log. Whether
// the files are what the manifests say, Proven says; but where a manifest is damaged the error
// names those files too.
func readMonths(root string, log []audit.Decision) (*Ledger, error) {
	standing, reopened, err := decided(log)
	if err != nil {
		return nil, err
	}
	l := &Ledger{Root: root, Log: log}
	expected := map[string]bool{}
	previous := ""
	for _, s := range standing {
		c, damage := read(filepath.Join(root, Folder(s.month)), s)
		if damage == nil && c.Previous != previous {
			damage = fmt.Errorf("%s does not follow the month before it", filepath.Join(c.Folder, ManifestName))
		}
		err = errors.Join(err, damage)
		c.Approved = s.approved
		c.finish()
		l.Months, l.all, previous = append(l.Months, c), append(l.all, c), c.Hash
		expected[Folder(s.month)] = true
	}
	versions := map[time.Time]int{}
	for _, s := range reopened {
		versions[s.month]++
		name := fmt.Sprintf("%s.v%d", Folder(s.month), versions[s.month])
		c, damage := read(filepath.Join(root, name), s)
		err = errors.Join(err, damage)
		c.Approved = s.approved
		c.finish()
		l.Reopened, l.all = instead(l.Reopened, c), append(l.all, c)
		if c.Approved != "" {
			l.Replaced = instead(l.Replaced, c)
		}
		expected[name] = true
	}
	if err = errors.Join(err, added(root, expected)); err != nil {
		return nil, damaged(errors.Join(err, proveAll(context.Background(), l.all)))
	}
	return l, otherFormat(l.all)
}

// Proven waits until every file of every closed month is held against its manifest. The error names each that is
// changed, missing or was added.
func (l *Ledger) Proven() error {
	if l.proven == nil {
		return nil
	}
	return l.proven()
}

func damaged(err error) error {
	return fmt.Errorf("closed months are not as they were stated: restore them from a copy\n%w", err)
}

func proveAll(ctx context.Context, all []Closed) (err error) {
	for _, c := range all {
		err = errors.Join(err, prove(ctx, c.Folder, c.Files))
	}
	return err
}

// otherFormat names the months that a build with another layout of closed months has closed.
func otherFormat(all []Closed) error {
	for _, c := range all {
		if c.Format != format {
			return fmt.Errorf("%s was closed by another build of tranche (%s), in a layout that this one does not read "+
				"(%d, not %d): go on with that build, or begin in a new folder and keep this one for its workbooks",
				c.Folder, cmp.Or(c.Program, "unknown"), c.Format, format)
		}
	}
	return nil
}

// instead puts a version in the place of the earlier one of its month.
func instead(list []Closed, c Closed) []Closed {
	return append(slices.DeleteFunc(list, func(o Closed) bool { return o.First.Equal(c.First) }), c)
}

// added names what nobody closed.
func added(root string, expected map[string]bool) error {
	entries, err := os.ReadDir(root)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if !expected[e.Name()] {
			err = errors.Join(err, fmt.Errorf("%s was added: the audit log knows nothing of it", filepath.Join(root, e.Name())))
		}
	}
	return err
}

// read reads a closed month and proves its manifest.
func read(folder string, s line) (Closed, error) {
	c := Closed{First: s.month, Hash: s.manifest, Folder: folder}
	path := filepath.Join(folder, ManifestName)
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return c, fmt.Errorf("%s is missing", path)
	}
	if err != nil {
		return c, err
	}
	if files.HashBytes(data) != s.manifest {
		return c, fmt.Errorf("%s has changed", path)
	}
	if err := json.Unmarshal(data, &c.Manifest); err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// prove holds the files of a folder against their hashes.
func prove(ctx context.Context, folder string, hashes map[string]string) error {
	if hashes == nil {
		return nil // of a manifest that could not be read
	}
	there, err := contents(folder)
	for _, name := range there {
		if _, ok := hashes[name]; !ok && name != ManifestName {
			err = errors.Join(err, fmt.Errorf("%s was added", filepath.Join(folder, name)))
		}
	}
	names := slices.Sorted(maps.Keys(hashes))
	damage := make([]error, len(names))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, name := range names {
		group.Go(func() error {
			if damage[i] = ctx.Err(); damage[i] == nil {
				damage[i] = proveFile(filepath.Join(folder, filepath.FromSlash(name)), hashes[name])
			}
			return nil
		})
	}
	return errors.Join(err, group.Wait(), errors.Join(damage...))
}

func proveFile(path, want string) error {
	hash, err := files.Hash(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s is missing", path)
	case err == nil && hash != want:
		return fmt.Errorf("%s has changed", path)
	}
	return err
}

// contents lists the files under a folder by their names in a manifest. Whatever is
// neither a file nor the folder of the workbooks was not put there by a closing.
func contents(folder string) ([]string, error) {
	var names []string
	var strange error
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case d.IsDir() && (name == "." || name == Statements):
		case !d.Type().IsRegular():
			strange = errors.Join(strange, fmt.Errorf("%s was added: it is not a file that a closing writes", path))
		default:
			names = append(names, name)
		}
		return nil
	})
	return names, errors.Join(err, strange)
}

// Final is a month that nobody has to approve any more.
type Final struct {
	Month time.Time
	At    time.Time // when that was decided
}

// Finals lists the months that are final by the log alone: no file is proved but each
// month's manifest, which says whether it asked for a second person.
func Finals(root string, log []audit.Decision) []Final {
	standing, _, err := decided(log)
	if err != nil {
		return nil // Open says so
	}
	at := map[string]time.Time{}
	for _, d := range log {
		if d.Act == audit.Close || d.Act == audit.Approve {
			at[d.Month] = d.At
		}
	}
	var list []Final
	for _, s := range standing {
		var m Manifest
		data, err := os.ReadFile(filepath.Join(root, Folder(s.month), ManifestName))
		if err != nil || json.Unmarshal(data, &m) != nil || s.approved == "" && m.Approval {
			continue
		}
		list = append(list, Final{Month: s.month, At: at[Folder(s.month)]})
	}
	return list
}
