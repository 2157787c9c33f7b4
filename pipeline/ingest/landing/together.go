package landing

import (
	"encoding/json"

	"tranche/pipeline/files"
)

// together is what lands at the same time: sidecars that are being written and synced aside, and the renames that wait
// for them. After a stop in the middle a sidecar may have no bytes, or bytes no sidecar, and both land again.
type together struct {
	aside   *files.Aside
	renames [][2]string
}

func (t *together) write(path string, f File) error {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	if t.aside == nil {
		t.aside = files.NewAside()
	}
	t.renames = append(t.renames, [2]string{path + part, path})
	return t.aside.Put(path+part, append(data, '\n'))
}

// place gives the copy its name.
func (l *lander) place(f File) error {
	if l.together != nil {
		return l.together.place(l.aside, f.Path(l.Landing))
	}
	return files.Place(l.aside, f.Path(l.Landing))
}

// place renames a file that is synced already.
func (t *together) place(from, to string) error {
	t.renames = append(t.renames, [2]string{from, to})
	return nil
}

func (t *together) flush(folder string) error {
	if t.aside != nil {
		if err := t.aside.Wait(); err != nil {
			return err
		}
	}
	for _, r := range t.renames {
		if err := files.Rename(r[0], r[1]); err != nil {
			return err
		}
	}
	if len(t.renames) == 0 {
		return nil
	}
	return files.Sync(folder)
}
