package publish

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"tranche/pipeline/files"
)

// manifest lists every file of a month with its hash.
type manifest struct {
	Month string            `json:"month"`
	Files map[string]string `json:"files"`          // name -> sha256
	Made  map[string]string `json:"made,omitempty"` // name -> hash of its figures and of the code that draws them

	Withheld map[string]string `json:"withheld,omitempty"` // name of a workbook that cannot be made -> why
}

// manifestName is the manifest's file.
const manifestName = "manifest.json"

// signature is what earlier versions of Tranche wrote beside it.
const signature = manifestName + ".sig"

// Month is the folder of a month's workbooks. Its files are made aside until the month is published.
type Month struct {
	MonthFolder
	before manifest
	disk   *files.Aside

	several   sync.Mutex // several goroutines put workbooks
	now       manifest
	wrote     []string
	unchanged int
}

// MonthFolder says where a month's workbooks are.
type MonthFolder struct {
	Name   string // as 2024-08
	Folder string // the published one
	Aside  string // where files are made
}

// OpenMonth begins a month's folder aside.
func OpenMonth(f MonthFolder) (*Month, error) {
	m := &Month{
		MonthFolder: f,
		now:         manifest{Month: f.Name, Files: map[string]string{}, Made: map[string]string{}},
		disk:        files.NewAside(),
	}
	path := filepath.Join(f.Folder, manifestName)
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &m.before)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return m, files.Folder(f.Aside)
}

// Files are the published files in a month's folder, with the hashes of their manifest; none where there is no folder.
func Files(folder string) (map[string]string, error) {
	var m manifest
	path := filepath.Join(folder, manifestName)
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return m.Files, nil
}

// Wait waits until every file is on the disk aside, and returns the first error.
func (m *Month) Wait() error { return m.disk.Wait() }

// Holds notes the figures of a workbook, and says whether it is published already.
func (m *Month) Holds(name, figures string) bool {
	m.several.Lock()
	m.now.Made[name] = figures
	m.several.Unlock()
	hash := m.before.Files[name]
	return m.before.Made[name] == figures && m.stands(name, hash) && m.note(name, hash, true)
}

// Put writes a workbook aside unless the same bytes are published.
func (m *Month) Put(name string, data []byte) error {
	hash := files.HashBytes(data)
	if m.note(name, hash, m.stands(name, hash)) {
		return nil
	}
	return m.disk.Put(filepath.Join(m.Aside, name), data)
}

// Copy puts files of another folder, given with their hashes.
func (m *Month) Copy(folder string, hashes map[string]string) error {
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for name, hash := range hashes {
		group.Go(func() error {
			if m.note(name, hash, m.stands(name, hash)) {
				return nil
			}
			data, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				return err
			}
			return m.disk.Put(filepath.Join(m.Aside, name), data)
		})
	}
	return group.Wait()
}

// stands says whether a file with that hash is published.
func (m *Month) stands(name, hash string) bool {
	if m.before.Files[name] != hash {
		return false
	}
	there, err := files.Hash(filepath.Join(m.Folder, name))
	return err == nil && there == hash
}

// note records a file of the month, and whether it is published or written.
func (m *Month) note(name, hash string, stands bool) bool {
	m.several.Lock()
	defer m.several.Unlock()
	m.now.Files[name] = hash
	if stands {
		m.unchanged += workbooks([]string{name})
	} else {
		m.wrote = append(m.wrote, name)
	}
	return stands
}

// putOut renames the new files into place and removes the old ones. It writes the manifest last, and only if it
// changes.
func (m *Month) putOut(before *previous, done *Done) error {
	slices.Sort(m.wrote)
	var gone []string
	for name := range m.before.Files {
		if _, ok := m.now.Files[name]; !ok {
			gone = append(gone, name)
		}
	}
	done.Written += workbooks(m.wrote)
	done.Unchanged += m.unchanged
	done.Removed += workbooks(gone)
	if len(m.wrote)+len(gone) == 0 && maps.Equal(m.now.Made, m.before.Made) &&
		maps.Equal(m.now.Withheld, m.before.Withheld) {
		return nil
	}
	if err := files.Folder(m.Folder); err != nil {
		return err
	}
	signed := []string{manifestName, signature}
	if err := before.keep("statements/"+m.Name, slices.Concat(m.wrote, gone, signed)...); err != nil {
		return err
	}
	for _, name := range m.wrote {
		if err := files.Rename(filepath.Join(m.Aside, name), filepath.Join(m.Folder, name)); err != nil {
			return err
		}
	}
	empty := len(m.now.Files)+len(m.now.Withheld) == 0
	if empty {
		gone = append(gone, signed...)
	}
	for _, name := range gone {
		if err := files.Remove(filepath.Join(m.Folder, name)); err != nil {
			return err
		}
	}
	if empty {
		_ = os.Remove(m.Folder) // fails where it holds other files
		return nil
	}
	if err := files.WriteJSONBy(m.Aside, filepath.Join(m.Folder, manifestName), m.now, files.Private); err != nil {
		return err
	}
	return files.Remove(filepath.Join(m.Folder, signature)) // of an earlier version: nothing is signed here any more
}

// workbooks counts the workbooks among files.
func workbooks(names []string) (n int) {
	for _, name := range names {
		if strings.HasSuffix(name, ".xlsx") {
			n++
		}
	}
	return n
}
