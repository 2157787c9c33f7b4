package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/files"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger"
	"tranche/pipeline/publish"
	"tranche/reports"
)

// ErrNoSuchMonth says that a month has no statements.
var ErrNoSuchMonth = errors.New("no statements of it are published")

// Again is what became of a month whose files were made again.
type Again struct {
	Month     string
	Landed    int      // files of senders that it was made from
	Same      int      // files that are byte for byte what was published
	Differing []string // files that are not, or that only one side has
	Locked    []string // workbooks with a password, whose bytes differ each time
	Folder    string   // where the files are that were made again; empty: none differs
	Changed   []string // what is not as it was when the month was closed
}

// MakeAgain makes the files of one month again from the landed files, the closed months before it, the decisions and
// the configuration, and compares them with those that were published. A closed month is made from what there was when
// it was closed. Nothing that is published, and no cache, is touched.
func MakeAgain(ctx context.Context, o Options, month time.Time) (*Again, error) {
	r, err := beginProven(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	landed, err := counted(o.Config.Folders.Landing, r.ledger.Log)
	if err != nil {
		return nil, err
	}
	published, err := publish.Files(filepath.Join(o.Config.Folders.Statements, ledger.Folder(month)))
	if err != nil {
		return nil, err
	}
	out, then := &Again{Month: ledger.Folder(month)}, r.ledger
	closed, isClosed := r.ledger.Of(month)
	if isClosed {
		then, o.Now = r.ledger.Before(closed), closed.At
		landed, err = counted(o.Config.Folders.Landing, then.Log)
		landed = slices.DeleteFunc(landed, func(f landing.File) bool { return f.Sequence > closed.Landed })
		published = finalFiles(closed)
		out.Changed = changedSince(closed, o)
	}
	if err == nil && len(published) == 0 {
		err = fmt.Errorf("%s: %w", out.Month, ErrNoSuchMonth)
	}
	if err != nil {
		return nil, err
	}
	out.Landed = len(landed)
	made := filepath.Join(o.Config.Folders.State, "rebuilt", out.Month)
	if err := errors.Join(os.RemoveAll(made), files.Folder(made)); err != nil {
		return nil, err
	}
	if err := makeAside(ctx, o, then, landed, made, edition{month, isClosed}); err != nil {
		return nil, fmt.Errorf("rebuild %s: %w", out.Month, err)
	}
	return out, out.compare(made, published, o)
}

// finalFiles are the files of a closed month's edition, with their hashes.
func finalFiles(c ledger.Closed) map[string]string {
	list := map[string]string{}
	for name, hash := range c.Files {
		if name, ok := strings.CutPrefix(name, ledger.Statements+"/"); ok {
			list[name] = hash
		}
	}
	return list
}

// changedSince says what is not as it was when a month was closed.
func changedSince(c ledger.Closed, o Options) (list []string) {
	if c.Program != o.Program {
		list = append(list, "it was closed by "+cmp.Or(c.Program, "another build"))
	}
	if c.Config != o.Config.SourceHash {
		list = append(list, "the configuration has changed")
	}
	return list
}

// edition is which files of a month are made.
type edition struct {
	month time.Time
	final bool
}

// makeAside makes a month's files in a folder, in a store and a database of their own.
func makeAside(
	ctx context.Context, o Options, l *ledger.Ledger, landed []landing.File, folder string, of edition,
) error {
	c := *o.Config
	c.Folders.State = filepath.Join(o.Config.Folders.Work(), "again")
	defer os.RemoveAll(c.Folders.State) //nolint:errcheck // the next run empties it
	o.Config, o.Month = &c, time.Time{}
	r := &run{Options: o, ledger: l, summary: &Summary{Folders: c.Folders, Currency: c.Programme.Currency}}
	defer func() { closeSession(r.session, c.Folders.Work()) }()
	err := files.Folder(c.Folders.Work())
	if err == nil {
		err = r.load(ctx, landed, facts{})
	}
	r.summary.Month = later(r.summary.Month, of.month)
	if err == nil {
		err = r.transform(ctx, landed)
	}
	if err == nil {
		err = check(ctx, r.session, l)
	}
	if err != nil {
		return err
	}
	keys, err := reports.Index(ctx, r.session)
	if err != nil {
		return err
	}
	keys = slices.DeleteFunc(keys, func(k reports.Key) bool { return !k.Month.Equal(of.month) })
	w := newWorkbooks(&c, r.session, l)
	e := w.edition(of.month)
	if of.final {
		e = w.final(of.month, o.Now)
	}
	_, err = w.month(ctx, of.month, keys, e, finalShelf{folder, files.NewAside()}, func() {})
	return err
}

// compare compares the files in a folder with those that were published, and removes the folder where none differs.
func (a *Again) compare(folder string, published map[string]string, o Options) error {
	made := map[string]string{}
	entries, err := os.ReadDir(folder)
	for _, e := range entries {
		if err == nil {
			made[e.Name()], err = files.Hash(filepath.Join(folder, e.Name()))
		}
	}
	if err != nil {
		return err
	}
	locked := map[string]bool{}
	for partner := range o.Config.Statement.Passwords {
		locked[fileName(partner)] = true
	}
	all := maps.Clone(published)
	maps.Copy(all, made)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch {
		case made[name] == published[name]:
			a.Same++
		case locked[name] && made[name] != "" && published[name] != "":
			a.Locked = append(a.Locked, name)
		default:
			a.Differing = append(a.Differing, name)
		}
	}
	if len(a.Differing) == 0 {
		return os.RemoveAll(folder)
	}
	a.Folder = folder
	return nil
}
