package landing

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

type candidate struct {
	Arrival
	info fs.FileInfo
}

// still says that a file is as it was when it was found.
func (c candidate) still(now fs.FileInfo) bool {
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
