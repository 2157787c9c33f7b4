package landing

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/files"
)

func (f File) here(landing string) bool {
	_, err := os.Stat(f.Path(landing))
	return err == nil
}

// List is every landed file, in the order of landing.
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

// sidecars reads every sidecar in the order of landing, also those without bytes, after an interrupted run.
func sidecars(landing string) ([]File, error) {
	names, err := files.Glob(landing, "*.json")
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
		return cmp.Or(cmp.Compare(a.Sequence, b.Sequence), strings.Compare(a.SHA256, b.SHA256))
	})
	return list, nil
}

// sidecar writes a file's sidecar, or finds that of an interrupted run.
func (l *lander) sidecar(sum string, c candidate) (File, error) {
	f := File{SHA256: sum}
	data, err := os.ReadFile(f.sidecar(l.Landing))
	if err == nil && json.Unmarshal(data, &f) == nil && f.SHA256 == sum {
		if c.origin == nil || f.cameAs(*c.origin) {
			return f, nil
		}
		f.Origins = append(f.Origins, *c.origin)
		return f, l.write(f)
	}
	f = l.newFile(sum, c)
	return f, l.write(f)
}

// newFile is the next file that lands.
func (l *lander) newFile(sum string, c candidate) File {
	l.last++
	f := File{
		SHA256:     sum,
		Name:       filepath.Base(c.Source),
		Source:     c.Source,
		Size:       c.info.Size(),
		ModifiedAt: c.info.ModTime().UTC(),
		LandedAt:   l.Now.UTC().Truncate(time.Second),
		Sequence:   l.last,
	}
	if c.origin != nil {
		f.From, f.Origins = c.origin.Source, []Origin{*c.origin}
	}
	if !l.FirstOpen.IsZero() {
		f.FirstOpen = l.FirstOpen.Format("2006-01")
	}
	return f
}

func (l *lander) write(f File) error {
	if l.together != nil {
		return l.together.write(f.sidecar(l.Landing), f)
	}
	return files.WriteJSON(f.sidecar(l.Landing), f, files.Private)
}
