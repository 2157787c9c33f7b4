// Package ledger keeps the closed months, each in a folder that never changes.
//
// A *closed month* is a folder such as closed/2024-08: its stated rows as Parquet, the final workbooks, the rules in
// force, and a *manifest* with the hash of each file and of the month before. The decision is in the audit log, with
// the manifest's hash: a month is closed as soon as its line is in the log. After a stop between the line and the
// rename, the next command renames the folder (Open). The *ledger* is the closed months in order, read against the
// log (Open) and proved file by file (Proven).
//
// A *reopened* month is kept as closed/2024-08.v1; closed again, it is version 2.
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
	"tranche/pipeline/ledger/anchor"
	"tranche/pipeline/ledger/audit"
)

// format is the layout of a closed month. A build that can no longer read the old layout counts it up.
const format = 2

// Manifest lists the contents of a closed month.
type Manifest struct {
	Format   int               `json:"format"`
	Month    string            `json:"month"` // as 2024-08
	Version  int               `json:"version"`
	Prepared string            `json:"prepared_by"`
	Account  string            `json:"prepared_account,omitempty"` // of the operating system
	At       time.Time         `json:"prepared_at"`
	Accepted string            `json:"accepted,omitempty"`     // why it was closed with amounts held or rejected
	Without  []string          `json:"without_rate,omitempty"` // currencies without a rate at the month's end
	Approval bool              `json:"approval"`               // by a second person
	Accounts bool              `json:"accounts,omitempty"`     // from another account
	Program  string            `json:"program"`
	Config   string            `json:"config"`             // hash of the configuration file
	Year     int               `json:"year_starts"`        // month in which the programme year begins
	Currency string            `json:"currency"`           // the programme's; every amount is in it
	Models   string            `json:"models"`             // of the models, and the database's version
	Rules    string            `json:"rules"`              // hash of the programme version in force on its last day
	Keys     []Key             `json:"keys,omitempty"`     // of the sales feeds with lines up to the month
	Landed   int64             `json:"landed"`             // number of the last file that had landed
	Anchored bool              `json:"anchored,omitempty"` // an anchor was written when it was closed
	Key      string            `json:"key,omitempty"`      // fingerprint of the key that signed the anchor
	Previous string            `json:"previous,omitempty"` // SHA-256 of the manifest of the month before
	Replaces string            `json:"replaces,omitempty"` // SHA-256 of the manifest of the version before
	Files    map[string]string `json:"files"`              // name -> SHA-256
}

// Key is a sales feed's line key when a month was closed.
type Key struct {
	Feed    string            `json:"feed"`
	Glob    string            `json:"glob"`
	Columns map[string]string `json:"columns"` // column -> where it comes from
	Yearly  bool              `json:"yearly,omitempty"`
}

// Closed is a closed month.
type Closed struct {
	Manifest
	First    time.Time // its first day
	Hash     string    // of its manifest
	Folder   string
	Line     int    // of the closing, in the audit log
	Approved string // who made it final; empty: nobody yet
}

// finish makes a month final that needs no approval. The configuration of its closing decides, not today's.
func (c *Closed) finish() {
	if !c.Approval && c.Approved == "" {
		c.Approved = c.Prepared
	}
}

// Ledger is the closed months, oldest first.
type Ledger struct {
	Root     string
	Months   []Closed
	Reopened []Closed // the newest reopened version of each month
	Replaced []Closed // the newest of those that were final: the last final editions
	Log      []audit.Decision
	all      []Closed     // every version of every month, for proving
	proven   func() error // waits for the proof; nil: none is needed
}

// Folder is the name of a month's folder.
func Folder(month time.Time) string { return month.Format("2006-01") }

const (
	// ManifestName is the manifest's file.
	ManifestName = "manifest.json"
	// Statements is the folder of the final workbooks.
	Statements = "statements"
)

// FirstOpen is the first open month; zero when none is closed.
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

// Version is the version that closing a month makes.
func (l *Ledger) Version(month time.Time) (version int, replaces string) {
	for _, c := range l.Reopened {
		if c.First.Equal(month) {
			return c.Version + 1, c.Hash
		}
	}
	return 1, ""
}

// LastFinal is the last final edition of a reopened month, if it has one.
func (l *Ledger) LastFinal(month time.Time) (Closed, bool) {
	i := slices.IndexFunc(l.Replaced, func(c Closed) bool { return c.First.Equal(month) })
	if i < 0 {
		return Closed{}, false
	}
	return l.Replaced[i], true
}

// line is a decision on a month.
type line struct {
	month    time.Time
	number   int // of the closing, from 1
	manifest string
	closed   string // by whom
	approved string
}

// decided folds the log into the closed months, and the reopened ones in their order.
func decided(log []audit.Decision) (standing, reopened []line, err error) {
	for i, d := range log {
		if d.Act != audit.Close && d.Act != audit.Approve && d.Act != audit.Reopen {
			continue
		}
		month, err := time.Parse("2006-01", d.Month)
		if err != nil {
			return nil, nil, fmt.Errorf("audit log: %w", err)
		}
		if d.Act == audit.Close {
			standing = append(standing, line{month: month, number: i + 1, manifest: d.Manifest, closed: d.Who})
			continue
		}
		if len(standing) == 0 || standing[len(standing)-1].manifest != d.Manifest {
			return nil, nil, fmt.Errorf("audit log: %s of %s does not follow its closing", d.Act, d.Month)
		}
		last := &standing[len(standing)-1]
		if d.Act == audit.Approve {
			if audit.SamePerson(d.Who, last.closed) {
				return nil, nil, fmt.Errorf("audit log: %s closed %s and approved it too; "+
					"that takes two people, so the log has been changed", d.Who, d.Month)
			}
			last.approved = d.Who
			continue
		}
		reopened = append(reopened, *last)
		standing = standing[:len(standing)-1]
	}
	return standing, reopened, nil
}

// readMonths reads the closed months and proves each manifest against the log. Proven proves the files; but where a
// manifest is damaged, the error names damaged files, too.
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

// Proven waits until every file of every closed month is proved. The error names each that is changed, missing or
// added.
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

// otherFormat names a month that was closed in another layout.
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

// instead replaces the earlier version of a month.
func instead(list []Closed, c Closed) []Closed {
	return append(slices.DeleteFunc(list, func(o Closed) bool { return o.First.Equal(c.First) }), c)
}

// added names the folders without a decision.
func added(root string, expected map[string]bool) error {
	entries, err := os.ReadDir(root)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if !expected[e.Name()] {
			added := fmt.Errorf("%s was added: the audit log knows nothing of it", filepath.Join(root, e.Name()))
			err = errors.Join(err, added)
		}
	}
	return err
}

// read reads a closed month and proves its manifest.
func read(folder string, s line) (Closed, error) {
	c := Closed{First: s.month, Hash: s.manifest, Folder: folder, Line: s.number}
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

// prove compares the files of a folder with their hashes.
func prove(ctx context.Context, folder string, hashes map[string]string) error {
	if hashes == nil {
		return nil // the manifest could not be read
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

// contents lists the files under a folder by their manifest names. Links and further folders are errors.
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
		case name == anchor.Name: // it holds the manifest's hash, so that the manifest cannot hold its
		case !d.Type().IsRegular():
			strange = errors.Join(strange, fmt.Errorf("%s was added: it is not a file that a closing writes", path))
		default:
			names = append(names, name)
		}
		return nil
	})
	return names, errors.Join(err, strange)
}
