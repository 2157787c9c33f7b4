// Package landing moves complete files out of the inbox and keeps their bytes for ever.
//
// A *landed file* is landing/<sha256>.csv (or .csv.gz), also where it is a workbook or a zip archive, with a
// *sidecar*, landing/<sha256>.json, that holds its name, source, time and sequence. Only a wrong name ever changes, and
// origins are added. A file is *complete* when it has not changed for the configured time, or when its ready marker is
// there. The same bytes again, under any name, leave the inbox and change nothing, so an old file sent twice does not
// undo a correction. Only a complete file lands once more when other files of its feed have landed since: it is its
// sender's newest word. A marker is removed before its file, and a marker older than its file does not count, so that
// it cannot admit half of the next file.
//
// What was *fetched* from a source lands in the same way, and its sidecar keeps the *origin*: which version of which
// remote file it was. A version with an origin in some sidecar is never taken again.
//
// The package refuses links, pipes, devices, names that cannot be shown, bytes that were dropped, and files that are
// too large for their feed or for the disk. They stay where they are and are reported. What goes wrong with one file
// is told of that file, and the others land.
package landing

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"tranche/pipeline/files"
)

// Options are the folders, and when a file is complete.
type Options struct {
	Inbox       string
	Landing     string
	Settle      time.Duration // how long a file must be unchanged
	ReadyMarker string        // suffix of a marker file, ".ready"; empty: Settle decides
	Now         time.Time
	FirstOpen   time.Time // first month that is not closed; zero: none is closed
	Feeds       Feeds
	Complete    func(feed string) bool  // a file of the feed is all there is; nil: none is
	Most        func(name string) int64 // how many bytes it may hold, unpacked; nil: any number
	Reserve     int64                   // bytes that stay free on the disk; zero: a twentieth, at most 256 MiB
	Dropped     map[string]string       // SHA-256 of dropped bytes -> why they do not land again
}

// Feeds names the feeds of a file. from is the source that it was fetched from; empty: none.
type Feeds func(name, from string) []string

// File is the sidecar of a landed file.
type File struct {
	SHA256     string    `json:"sha256"`
	Name       string    `json:"name"`
	Source     string    `json:"source"`
	Size       int64     `json:"size"`
	ModifiedAt time.Time `json:"modified_at"` // as the inbox said
	LandedAt   time.Time `json:"landed_at"`
	Sequence   int64     `json:"sequence"` // 1 for the first file that ever landed
	// FirstOpen is the first open month then, "2024-03"; empty when none was closed. What the file changes without a
	// day holds from it.
	FirstOpen string `json:"first_open,omitempty"`
	Again     bool   `json:"again,omitempty"` // the bytes had landed before
	// From is the source that the file was fetched from; empty: it came by the inbox.
	From    string   `json:"from,omitempty"`
	Origins []Origin `json:"origins,omitempty"` // every remote version of these bytes that was fetched
}

// Path is the file of the bytes.
func (f File) Path(landing string) string {
	if archive(f.Name) {
		return filepath.Join(landing, f.SHA256+".csv.gz")
	}
	return filepath.Join(landing, f.SHA256+".csv")
}

func (f File) sidecar(landing string) string {
	if f.Again {
		return filepath.Join(landing, fmt.Sprintf("%s-%d.json", f.SHA256, f.Sequence))
	}
	return filepath.Join(landing, f.SHA256+".json")
}

// Fate is the result for a file in the inbox.
type Fate string

// The fates of a file in the inbox.
const (
	Landed   Fate = "landed"
	Repeated Fate = "landed before"                    // taken out of the inbox
	Renamed  Fate = "landed before under a wrong name" // and read under its new name
	Growing  Fate = "still growing"                    // left for the next run
	Unknown  Fate = "no feed"                          // left, waits for a person
	Refused  Fate = "cannot be taken"                  // left, waits for a person
)

// Taken says that the file has left the inbox.
func (f Fate) Taken() bool { return f == Landed || f == Repeated || f == Renamed }

// Waits says that the file waits for a person.
func (f Fate) Waits() bool { return f == Unknown || f == Refused }

// Arrival is one file found in the inbox.
type Arrival struct {
	Source string // its printable path in the inbox
	Fate   Fate
	Detail string
	Whole  time.Time // when it is complete unless it changes; zero: unknown
	File   File      // if it landed, now or before
}

// Land moves every complete file out of the inbox, oldest first.
func Land(o Options) ([]Arrival, error) {
	root, found, err := o.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if err := o.tidy(); err != nil {
		return nil, err
	}
	started, err := sidecars(o.Landing)
	if err != nil {
		return nil, err
	}
	l := o.lander(started)
	l.root, l.aside = root, filepath.Join(o.Landing, "incoming"+part)
	for i := range found {
		if err := l.decide(&found[i]); err != nil {
			l.leave(&found[i], err)
		}
	}
	return arrivals(found), nil
}

// WaitingForAPerson lists the files in the inbox that wait for a person. It changes nothing.
func WaitingForAPerson(o Options) ([]Arrival, error) {
	root, found, err := o.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	for i := range found {
		c := &found[i]
		if o.judgeName(c); c.Fate == "" {
			o.judgeSize(c)
		}
		if c.Fate == "" && len(o.Dropped) > 0 {
			o.judgeBytes(c)
		}
	}
	found = slices.DeleteFunc(found, func(c candidate) bool { return !c.Fate.Waits() })
	return arrivals(found), nil
}

// open opens the inbox and lists it.
func (o Options) open() (*os.Root, []candidate, error) {
	root, err := os.OpenRoot(o.Inbox)
	if err != nil {
		return nil, nil, fmt.Errorf("open inbox: %w", err)
	}
	found, err := o.look(root)
	if err != nil {
		return nil, nil, errors.Join(err, root.Close())
	}
	return root, found, nil
}

// tidy makes the landing folder and removes an interrupted copy.
func (o Options) tidy() error {
	if err := files.Folder(o.Landing); err != nil {
		return err
	}
	left, err := files.Glob(o.Landing, "*"+part)
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// lander begins where the sidecars end.
func (o Options) lander(started []File) *lander {
	l := &lander{Options: o, known: map[string]File{}, newest: map[string]int64{}, seenWhole: map[sight]bool{}}
	for _, f := range started {
		l.seenWhole[f.sight()] = true
		if f.here(o.Landing) {
			l.keep(f)
		}
		l.last = max(l.last, f.Sequence)
	}
	return l
}

type lander struct {
	Options
	root      *os.Root         // the inbox; nil: what was fetched lands
	aside     string           // the copy before its hash is known
	known     map[string]File  // the last landing of each bytes
	newest    map[string]int64 // the last sequence of each feed
	seenWhole map[sight]bool   // found complete by earlier runs
	last      int64
	together  *together // what is fetched lands many at a time; nil: one by one
}

// decide judges one file, and lands a complete one.
func (l *lander) decide(c *candidate) error {
	l.judgeName(c)
	if c.Fate == "" {
		l.judgeWholeness(c)
	}
	if c.Fate == "" {
		l.judgeSize(c)
	}
	if c.Fate != "" {
		return nil
	}
	return l.land(c)
}

// leave refuses a file after an error, so that the others land.
func (l *lander) leave(c *candidate, err error) {
	did := "it cannot be taken"
	if c.Fate.Taken() {
		did = "it has landed, and cannot be taken out of the inbox"
	}
	c.Fate, c.Detail = Refused, fmt.Sprintf("%s (%v); repair that, or take it away", did, errors.Join(err, l.putBack()))
}

// judgeName judges a file by its name and kind.
func (o Options) judgeName(c *candidate) {
	switch {
	case c.Fate != "":
	case !plain(c.info):
		c.Fate, c.Detail = Refused, "it is a link, a pipe or a device, or has a second name; replace it by a copy"
	case !showable(c.Source):
		c.Fate, c.Detail = Refused, "its name holds a control character or is not UTF-8; give it another name"
	default:
		o.judgeFeeds(c)
	}
}

// judgeFeeds wants one feed for a name.
func (o Options) judgeFeeds(c *candidate) {
	switch feeds := o.Feeds(c.name(), c.from()); len(feeds) {
	case 0:
		c.Fate, c.Detail = Unknown, "no feed's glob matches its name; correct the name or add a feed"
	case 1:
	default:
		c.Fate = Unknown
		c.Detail = "it matches the feeds " + strings.Join(feeds, " and ") + "; make their globs exclude each other"
	}
}

// judgeBytes refuses bytes that were dropped, in the inbox itself.
func (o Options) judgeBytes(c *candidate) {
	if sum, err := files.Hash(filepath.Join(o.Inbox, c.Source)); err == nil && o.Dropped[sum] != "" {
		c.Fate, c.Detail = Refused, o.Dropped[sum]
	}
}

// land copies a file aside, writes its sidecar, removes its marker, renames the copy and removes the file from the
// inbox, in that order. After a stop the file is in the inbox or its bytes are in landing/, or both, and the sidecar
// lets the next run continue.
func (l *lander) land(c *candidate) error {
	sum, err := l.copy(*c)
	if errors.Is(err, errMoved) || errors.Is(err, fs.ErrNotExist) {
		c.Fate, c.Detail = Growing, "it changed while it was read"
		return l.putBack()
	}
	if errors.Is(err, errUnreadable) {
		c.cannotBeRead(err)
		return nil
	}
	if errors.Is(err, errLarge) {
		c.Fate, c.Detail = Refused, tooLarge("it unpacks to more", l.Most(c.name()))
		return l.putBack()
	}
	if err != nil {
		return err
	}
	return l.take(c, sum)
}

// take gives the copy the name of its hash, unless the bytes are known.
func (l *lander) take(c *candidate, sum string) error {
	if why, ok := l.Dropped[sum]; ok {
		c.Fate, c.Detail = Refused, why
		return l.putBack()
	}
	if f, ok := l.known[sum]; ok {
		return errors.Join(l.putBack(), l.again(c, f), l.addOrigin(*c), l.clear(c))
	}
	f, err := l.sidecar(sum, *c)
	if err != nil {
		return err
	}
	if err := errors.Join(l.unmark(*c), l.place(f)); err != nil {
		return err
	}
	l.keep(f)
	c.Fate, c.File = Landed, f
	return l.clear(c)
}

// keep remembers a landing.
func (l *lander) keep(f File) {
	l.known[f.SHA256] = f
	for _, feed := range l.Feeds(f.Name, f.From) {
		l.newest[feed] = max(l.newest[feed], f.Sequence)
	}
}

const part = ".part"

// putBack removes a copy that does not land.
func (l *lander) putBack() error { return files.Remove(l.aside) }

var (
	errMoved      = errors.New("changed while it was read")
	errUnreadable = errors.New("cannot be read")
	errLarge      = errors.New("unpacks to more than it may")
)

// copy copies the file, so that its writer cannot change the copy, and checks that it did not change meanwhile. It
// returns the copy's hash.
func (l *lander) copy(c candidate) (string, error) {
	// Without waiting: a pipe that took the file's place would stop the landing.
	from, err := l.root.OpenFile(c.Source, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", errors.Join(err, errUnreadable)
	}
	defer from.Close()
	before, err := from.Stat()
	if err != nil {
		return "", err
	}
	if !os.SameFile(before, c.info) || !plain(before) {
		return "", errMoved
	}
	out, err := os.OpenFile(l.aside, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o400)
	if err != nil {
		return "", err
	}
	defer out.Close()
	sum, copied, err := hashedCopy(out, from)
	if err != nil {
		return "", err
	}
	after, err := l.root.Lstat(c.Source)
	if err == nil && (copied != c.info.Size() || !c.unchanged(after)) {
		err = errMoved
	}
	if err != nil {
		return sum, err
	}
	return sum, l.unpacks(c, out)
}

// clear removes a landed file from the inbox. A file that has changed since is another file, and stays for the next
// run.
func (l *lander) clear(c *candidate) error {
	if c.origin != nil {
		return nil // what becomes of it at its source is decided there
	}
	gone, err := l.remove(*c)
	if err == nil && !gone {
		c.Detail = "it has changed since it was read, and what it is now is for the next run"
	}
	return err
}

// remove removes the file and its marker, if the file is unchanged.
func (l *lander) remove(c candidate) (gone bool, err error) {
	now, err := l.root.Lstat(c.Source)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // somebody was faster
	}
	if err != nil || !c.unchanged(now) {
		return false, err
	}
	folder := filepath.Dir(filepath.Join(l.Inbox, c.Source))
	return true, errors.Join(l.root.Remove(c.Source), l.unmark(c), files.Sync(folder))
}

func (l *lander) unmark(c candidate) error {
	if l.ReadyMarker == "" || c.origin != nil {
		return nil
	}
	err := l.root.Remove(c.Source + l.ReadyMarker)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
