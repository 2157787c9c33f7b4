package landing

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"
)

type candidate struct {
	Arrival
	info   fs.FileInfo // nil when it cannot be read
	origin *Origin     // of a fetched file
}

// from is the source that it was fetched from; empty: none.
func (c candidate) from() string {
	if c.origin == nil {
		return ""
	}
	return c.origin.Source
}

func (c candidate) time() (t time.Time) {
	if c.info != nil {
		t = c.info.ModTime()
	}
	return t
}

// cannotBeRead leaves a file or folder to a person.
func (c *candidate) cannotBeRead(err error) {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	c.Fate, c.Detail = Refused, fmt.Sprintf("it cannot be read (%v); repair that, or take it away", err)
}

// unchanged says that a file is the same as when it was found.
func (c candidate) unchanged(now fs.FileInfo) bool {
	return os.SameFile(now, c.info) && now.Size() == c.info.Size() && now.ModTime().Equal(c.info.ModTime())
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

// look lists the inbox in the order of landing: by time, then by name.
func (o Options) look(root *os.Root) ([]candidate, error) {
	var found []candidate
	err := fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case path == ".":
			return err
		case strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() && err == nil, o.ReadyMarker != "" && strings.HasSuffix(path, o.ReadyMarker):
			return nil
		}
		c := candidate{Arrival: Arrival{Source: path}}
		if err == nil {
			c.info, err = root.Lstat(path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the sender removed it
		}
		if err != nil {
			c.cannotBeRead(err)
		}
		found = append(found, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(a.time().Compare(b.time()), strings.Compare(a.Source, b.Source))
	})
	return found, nil
}

func plain(info fs.FileInfo) bool {
	if !info.Mode().IsRegular() {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || stat.Nlink == 1
}

// showable says that a screen and a workbook can show a name.
func showable(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF
	})
}

// skew is how far the clocks of two machines may differ.
const skew = time.Minute

// judgeWholeness says why a file is incomplete. A file that an interrupted run found complete, and that has not
// changed since, is complete.
func (l *lander) judgeWholeness(c *candidate) {
	age := l.Now.Sub(c.info.ModTime())
	switch {
	case l.seenWhole[c.sight()]:
	case l.ReadyMarker != "":
		l.judgeMarker(c)
	case age < -l.Settle-skew:
		c.Fate = Refused
		c.Detail = fmt.Sprintf("its time, %s, lies in the future, so that it may still be growing; "+
			"correct its time, or the clock of the machine that writes it",
			c.info.ModTime().UTC().Format("2006-01-02 15:04 MST"))
	case age < l.Settle:
		c.Fate, c.Detail = Growing, "it changed a moment ago and may still be growing"
		c.Whole = c.info.ModTime().Add(l.Settle)
	}
}

// judgeMarker needs a marker that is not older than the file: an older one belongs to an earlier file.
func (l *lander) judgeMarker(c *candidate) {
	marker, err := l.root.Lstat(c.Source + l.ReadyMarker)
	switch {
	case err != nil:
		c.Fate, c.Detail = Growing, "its marker is not there yet"
	case marker.ModTime().Before(c.info.ModTime()):
		c.Fate = Refused
		c.Detail = "it was written after its marker, so that it may still be growing; " +
			"make the marker again when it is complete"
	}
}

// sight is the state of a file without its bytes.
type sight struct {
	source   string
	size     int64
	modified int64
}

func (c candidate) sight() sight { return sight{c.Source, c.info.Size(), c.info.ModTime().UnixNano()} }

func (f File) sight() sight { return sight{f.Source, f.Size, f.ModifiedAt.UnixNano()} }
