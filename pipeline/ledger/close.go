package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"tranche/pipeline/files"
	"tranche/pipeline/ledger/audit"
)

// closing is the suffix of the folder of a month that is being closed.
const closing = ".closing"

// followLog finishes what an interrupted run decided, and removes what it only prepared.
func followLog(root string, log []audit.Decision) error {
	standing, reopened, err := decided(log)
	if err != nil {
		return err
	}
	versions := map[time.Time]int{}
	for _, s := range reopened {
		versions[s.month]++
		name := filepath.Join(root, Folder(s.month))
		if err := follow(name, fmt.Sprintf("%s.v%d", name, versions[s.month]), s.manifest); err != nil {
			return err
		}
	}
	for _, s := range standing {
		name := filepath.Join(root, Folder(s.month))
		if err := follow(name+closing, name, s.manifest); err != nil {
			return err
		}
	}
	prepared, err := files.Glob(root, "*"+closing)
	if err != nil {
		return err
	}
	for _, path := range prepared {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("remove %s, which was never closed: %w", path, err)
		}
	}
	return nil
}

// follow renames a folder with that manifest, unless it is renamed already.
func follow(from, to, manifest string) error {
	if _, err := os.Lstat(to); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	hash, err := files.Hash(filepath.Join(from, ManifestName))
	if errors.Is(err, os.ErrNotExist) || err == nil && hash != manifest {
		return nil // readMonths reports a missing folder
	}
	if err != nil {
		return err
	}
	return rename(from, to)
}

func rename(from, to string) error {
	if err := files.Rename(from, to); err != nil {
		return err
	}
	return files.Sync(filepath.Dir(to))
}

// Prepare makes the empty folder for closing a month.
func Prepare(root string, month time.Time) (string, error) {
	folder := filepath.Join(root, Folder(month)+closing)
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	if err := files.Folder(filepath.Join(folder, Statements)); err != nil {
		return "", err
	}
	return folder, nil
}

// Seal hashes and syncs a prepared folder and writes its manifest. The month is still open.
func (l *Ledger) Seal(folder string, month time.Time, m Manifest) (Closed, error) {
	m.Format, m.Month, m.Files = format, Folder(month), map[string]string{}
	m.Version, m.Replaces = l.Version(month)
	if last := l.Last(); last != nil {
		m.Previous = last.Hash
	}
	names, err := contents(folder)
	if err != nil {
		return Closed{}, err
	}
	hashes := make([]string, len(names))
	var group errgroup.Group
	group.SetLimit(files.AtOnce)
	for i, name := range names {
		group.Go(func() (err error) {
			path := filepath.Join(folder, filepath.FromSlash(name))
			if err := errors.Join(os.Chmod(path, files.Private), files.Sync(path)); err != nil {
				return err
			}
			hashes[i], err = files.Hash(path)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Closed{}, err
	}
	for i, name := range names {
		m.Files[name] = hashes[i]
	}
	if err := files.Sync(filepath.Join(folder, Statements)); err != nil {
		return Closed{}, err
	}
	path := filepath.Join(folder, ManifestName)
	if err := files.WriteJSON(path, m, files.Private); err != nil {
		return Closed{}, err
	}
	hash, err := files.Hash(path)
	return Closed{Manifest: m, First: month, Hash: hash, Folder: folder}, errors.Join(err, files.Sync(l.Root))
}

// With is the ledger with one more month.
func (l *Ledger) With(c Closed) *Ledger {
	c.finish()
	more := *l
	more.Months = append(append([]Closed{}, l.Months...), c)
	return &more
}

// Close closes a sealed month. The line in the log decides; the folder's name follows. Before it is written, anchored
// gets the line's hash and number; its error leaves the month open.
func Close(log string, c Closed, anchored func(hash string, line int) error) error {
	d := audit.Decision{At: c.At, Who: c.Prepared, Account: c.Account, Act: audit.Close, Month: c.Month, Manifest: c.Hash,
		Reason: c.Accepted}
	if len(c.Without) > 0 {
		d.What = c.Month + " without a rate of " + strings.Join(c.Without, ", ")
	}
	if err := audit.AppendAfter(log, anchored, d); err != nil {
		return err
	}
	return rename(c.Folder, strings.TrimSuffix(c.Folder, closing))
}

// Approve makes a closed month final. Who closed it cannot approve it; where two accounts are asked for, not from the
// account that closed it either.
func (l *Ledger) Approve(log string, month time.Time, d audit.Decision) error {
	c, ok := l.Of(month)
	switch {
	case !ok:
		return fmt.Errorf("%s is not closed, so there is nothing to approve; close it first", Folder(month))
	case !c.Approval:
		return fmt.Errorf("%s was final when it was closed: no approval was asked for "+
			"(closing.approval in the configuration)", c.Month)
	case c.Approved != "":
		return fmt.Errorf("%s is final already, approved by %s", c.Month, c.Approved)
	case audit.SamePerson(d.Who, c.Prepared):
		return fmt.Errorf("%s was closed by %s, and %s is the same name; somebody else has to approve it (--by NAME)",
			c.Month, c.Prepared, d.Who)
	case c.Accounts && d.Account == c.Account:
		return fmt.Errorf("%s was closed by %s from the account %s, and %s is at work in the same account; "+
			"somebody else has to approve it from an account of their own", c.Month, c.Prepared, c.Account, d.Who)
	}
	d.Act, d.Month, d.Manifest = audit.Approve, c.Month, c.Hash
	return audit.Append(log, d)
}

// Reopen takes the last closed month back, and keeps its folder as a version.
func (l *Ledger) Reopen(log string, month time.Time, d audit.Decision) error {
	last := l.Last()
	switch {
	case last == nil:
		return fmt.Errorf("no month is closed")
	case !last.First.Equal(month):
		return fmt.Errorf("only the last closed month can be reopened, and that is %s; "+
			"later corrections to %s are adjustments of the first open month", last.Month, Folder(month))
	}
	d.Act, d.Month, d.Manifest = audit.Reopen, last.Month, last.Hash
	if err := audit.Append(log, d); err != nil {
		return err
	}
	return rename(last.Folder, fmt.Sprintf("%s.v%d", last.Folder, last.Version))
}
