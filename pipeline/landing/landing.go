// Package landing takes whole files out of the inbox and keeps their bytes for
// ever.
//
// A *landed file* is landing/<sha256>.csv (or .csv.gz) with a *sidecar*,
// landing/<sha256>.json, that says what it was called, where it lay, when it
// came and as which in order. Neither is ever changed. A file is *whole* when
// it has held still for the settling time, or when its ready marker lies beside
// it. The same bytes again, under any name, are taken out of the inbox and
// change nothing, so an old file sent twice does not undo a correction.
//
// The package refuses anything that is not a plain file with one name that can
// be shown: links, pipes and devices stay where they are and are reported.
package landing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"tranche/pipeline/files"
)

// Options say where files come from and when they are whole.
type Options struct {
	Inbox       string
	Landing     string
	Settle      time.Duration // how long size and time must have held still
	ReadyMarker string        // suffix of a marker file, ".ready"; empty: the settling time decides
	Now         time.Time
	Feeds       func(name string) []string // the feeds that a file of that name belongs to
}

// File is one landed file, as its sidecar tells it.
type File struct {
	SHA256   string    `json:"sha256"`
	Name     string    `json:"name"`
	Source   string    `json:"source"`
	Size     int64     `json:"size"`
	LandedAt time.Time `json:"landed_at"`
	Sequence int64     `json:"sequence"` // 1 for the first file that ever landed
}

// Path is where the file's bytes are.
func (f File) Path(landing string) string {
	if strings.HasSuffix(strings.ToLower(f.Name), ".gz") {
		return filepath.Join(landing, f.SHA256+".csv.gz")
	}
	return filepath.Join(landing, f.SHA256+".csv")
}

func (f File) sidecar(landing string) string { return filepath.Join(landing, f.SHA256+".json") }

// Fate is what became of a file in the inbox.
type Fate string

// The fates of a file in the inbox.
const (
	Landed   Fate = "landed"
	Repeated Fate = "landed before"   // taken out of the inbox, nothing new
	Settling Fate = "still settling"  // left for the next run
	Unknown  Fate = "no feed"         // left, waits for a person
	Refused  Fate = "cannot be taken" // left, waits for a person
)

// Arrival is one file found in the inbox.
type Arrival struct {
	Source string // its path inside the inbox, as it can be shown
	Fate   Fate
	Detail string
	File   File // when it landed, now or before
}

// Land takes every whole file out of the inbox, oldest first.
func Land(o Options) ([]Arrival, error) {
	root, err := os.OpenRoot(o.Inbox)
	if err != nil {
		return nil, fmt.Errorf("open inbox: %w", err)
	}
	defer root.Close()
	if err := files.Folder(o.Landing); err != nil {
		return nil, err
	}
	started, err := sidecars(o.Landing)
	if err != nil {
		return nil, err
	}
	found, err := o.look(root)
	if err != nil {
		return nil, err
	}
	l := lander{Options: o, root: root, known: map[string]File{}}
	for _, f := range started {
		if f.here(o.Landing) {
			l.known[f.SHA256] = f
		}
		l.last = max(l.last, f.Sequence)
	}
	for i := range found {
		if err := l.take(&found[i]); err != nil {
			return arrivals(found[:i]), fmt.Errorf("land %s: %w", found[i].Source, err)
		}
	}
	return arrivals(found), nil
}

type candidate struct {
	Arrival
	info fs.FileInfo
}

func arrivals(found []candidate) []Arrival {
	var list []Arrival
	for _, c := range found {
		if !showable(c.Source) {
			c.Source = strings.Trim(strconv.QuoteToGraphic(c.Source), `"`)
		}
		list = append(list, c.Arrival)
	}
	return list
}

// look lists the inbox in the order in which files will land: by their time,
// then by name.
func (o Options) look(root *os.Root) ([]candidate, error) {
	var found []candidate
	err := fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == ".":
			return nil
		case strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir(), o.ReadyMarker != "" && strings.HasSuffix(path, o.ReadyMarker):
			return nil
		}
		info, err := root.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // its sender took it back
		}
		found = append(found, candidate{Arrival: Arrival{Source: path}, info: info})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	slices.SortFunc(found, func(a, b candidate) int {
		if c := a.info.ModTime().Compare(b.info.ModTime()); c != 0 {
			return c
		}
		return strings.Compare(a.Source, b.Source)
	})
	return found, nil
}

type lander struct {
	Options
	root  *os.Root
	known map[string]File
	last  int64
}

// take decides one file's fate and carries it out.
func (l *lander) take(c *candidate) error {
	feeds := l.Feeds(filepath.Base(c.Source))
	switch {
	case !plain(c.info):
		c.Fate, c.Detail = Refused, "it is a link, a pipe or a device, or has a second name; replace it by a copy"
	case !showable(c.Source):
		c.Fate, c.Detail = Refused, "its name holds a control character or is not UTF-8; give it another name"
	case len(feeds) == 0:
		c.Fate, c.Detail = Unknown, "no feed's glob matches its name; correct the name or add a feed"
	case len(feeds) > 1:
		c.Fate, c.Detail = Unknown, "it matches the feeds "+strings.Join(feeds, " and ")+"; make their globs exclude each other"
	case !l.whole(*c):
		c.Fate, c.Detail = Settling, "it may still be growing"
	default:
		return l.land(c)
	}
	return nil
}

func plain(info fs.FileInfo) bool {
	if !info.Mode().IsRegular() {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || stat.Nlink == 1
}

// showable says that a name can stand on a screen and in a workbook.
func showable(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF })
}

func (l *lander) whole(c candidate) bool {
	if l.ReadyMarker != "" {
		_, err := l.root.Lstat(c.Source + l.ReadyMarker)
		return err == nil
	}
	return l.Now.Sub(c.info.ModTime()) >= l.Settle
}

// land hashes a file, writes its sidecar and moves its bytes, in that order:
// whatever stops it leaves the file in the inbox or in landing/, and a sidecar
// without bytes is taken up again by the next run.
func (l *lander) land(c *candidate) error {
	sum, err := l.hash(*c)
	if errors.Is(err, errMoved) || errors.Is(err, fs.ErrNotExist) {
		c.Fate, c.Detail = Settling, "it changed while it was read"
		return nil
	}
	if err != nil {
		return err
	}
	if f, ok := l.known[sum]; ok {
		c.Fate, c.File = Repeated, f
		return l.remove(*c)
	}
	f, err := l.sidecar(sum, *c)
	if err != nil {
		return err
	}
	if err := l.move(*c, f.Path(l.Landing)); err != nil {
		return err
	}
	l.known[sum] = f
	c.Fate, c.File = Landed, f
	return nil
}

var errMoved = errors.New("changed while it was read")

// hash reads the file once and makes sure that it held still meanwhile.
func (l *lander) hash(c candidate) (string, error) {
	f, err := l.root.Open(c.Source)
	if err != nil {
		return "", err
	}
	defer f.Close()
	before, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !os.SameFile(before, c.info) || !plain(before) {
		return "", errMoved
	}
	sum, err := files.HashOf(f)
	if err != nil {
		return "", err
	}
	after, err := l.root.Lstat(c.Source)
	if err != nil {
		return "", err
	}
	if after.Size() != c.info.Size() || !after.ModTime().Equal(c.info.ModTime()) || !os.SameFile(after, before) {
		return "", errMoved
	}
	return sum, nil
}

// sidecar writes what is known of the file, or finds what an interrupted run
// wrote of it.
func (l *lander) sidecar(sum string, c candidate) (File, error) {
	f := File{SHA256: sum}
	data, err := os.ReadFile(f.sidecar(l.Landing))
	if err == nil {
		if err := json.Unmarshal(data, &f); err == nil && f.SHA256 == sum {
			return f, nil
		}
	}
	l.last++
	f = File{SHA256: sum, Name: filepath.Base(c.Source), Source: c.Source, Size: c.info.Size(),
		LandedAt: l.Now.UTC().Truncate(time.Second), Sequence: l.last}
	data, err = json.MarshalIndent(f, "", "  ")
	if err != nil {
		return f, err
	}
	return f, files.Write(f.sidecar(l.Landing), append(data, '\n'), files.Private)
}

// move brings the bytes into landing/, by renaming where it can.
func (l *lander) move(c candidate, to string) error {
	from := filepath.Join(l.Inbox, c.Source)
	err := os.Rename(from, to)
	if errors.Is(err, syscall.EXDEV) {
		return l.copy(c, to)
	}
	if err != nil {
		return err
	}
	// The sender may own the file; then its mode stays as it is, and a change
	// would be seen when its hash is checked on loading.
	_ = os.Chmod(to, 0o400)
	return errors.Join(files.Sync(to), files.SyncFolder(l.Landing), files.SyncFolder(filepath.Dir(from)), l.unmark(c))
}

func (l *lander) copy(c candidate, to string) error {
	from, err := l.root.Open(c.Source)
	if err != nil {
		return err
	}
	defer from.Close()
	aside := to + ".part"
	out, err := os.OpenFile(aside, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o400)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, from)
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	if err := files.Settle(aside, to); err != nil {
		return err
	}
	return l.remove(c)
}

// remove takes the file, and its marker, out of the inbox.
func (l *lander) remove(c candidate) error {
	return errors.Join(l.root.Remove(c.Source), l.unmark(c))
}

func (l *lander) unmark(c candidate) error {
	if l.ReadyMarker == "" {
		return nil
	}
	err := l.root.Remove(c.Source + l.ReadyMarker)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (f File) here(landing string) bool {
	_, err := os.Stat(f.Path(landing))
	return err == nil
}

// List names every landed file, in the order of landing.
func List(landing string) ([]File, error) {
	started, err := sidecars(landing)
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(started, func(f File) bool { return !f.here(landing) })
	for i := 1; i < len(list); i++ {
		if list[i].Sequence == list[i-1].Sequence {
			return nil, fmt.Errorf("landing: %s and %s both claim to have landed as number %d; restore the folder from a copy",
				list[i-1].Name, list[i].Name, list[i].Sequence)
		}
	}
	return list, nil
}

// sidecars reads every sidecar in the order of landing, also those whose bytes
// have not come because a run was stopped between the two.
func sidecars(landing string) ([]File, error) {
	names, err := filepath.Glob(filepath.Join(landing, "*.json"))
	if err != nil {
		return nil, err
	}
	var list []File
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read sidecar: %w", err)
		}
		var f File
		if err := json.Unmarshal(data, &f); err != nil {
			return nil, fmt.Errorf("read sidecar %s: %w", name, err)
		}
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b File) int {
		if a.Sequence != b.Sequence {
			return int(a.Sequence - b.Sequence)
		}
		return strings.Compare(a.SHA256, b.SHA256)
	})
	return list, nil
}
