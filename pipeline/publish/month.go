package publish

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
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

// manifest names every file of a month with the hash of its bytes.
type manifest struct {
	Month string            `json:"month"`
	Files map[string]string `json:"files"`          // name -> sha256
	Made  map[string]string `json:"made,omitempty"` // name -> hash of the figures it was made of, and of how
}

// manifestName is the file that names every other of a month.
const manifestName = "manifest.json"

// Month is the folder of a month's workbooks. Its files are made aside and put out when the month is published.
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
	Name   string             // as 2024-08
	Folder string             // where people look
	Aside  string             // where it is made
	Key    ed25519.PrivateKey // signs the manifest; nil: nobody does
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

// Wait waits until every file is on the disk aside, and says which failed first.
func (m *Month) Wait() error { return m.disk.Wait() }

// Holds remembers what figures a workbook is made of, and says whether that workbook is there already.
func (m *Month) Holds(name, figures string) bool {
	m.several.Lock()
	m.now.Made[name] = figures
	m.several.Unlock()
	hash := m.before.Files[name]
	return m.before.Made[name] == figures && m.stands(name, hash) && m.note(name, hash, true)
}

// Put writes a workbook aside unless the same bytes are there already.
func (m *Month) Put(name string, data []byte) error {
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:])
	if m.note(name, hash, m.stands(name, hash)) {
		return nil
	}
	return m.disk.Put(filepath.Join(m.Aside, name), data)
}

// Copy puts files of another folder, named with their hashes.
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

// stands says whether a file with that hash is there.
func (m *Month) stands(name, hash string) bool {
	if m.before.Files[name] != hash {
		return false
	}
	there, err := files.Hash(filepath.Join(m.Folder, name))
	return err == nil && there == hash
}

// note remembers a file of the month, and whether it stands there or is written.
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

// putOut renames what was made into place and removes what the month no longer holds. It writes the manifest last,
// and only where it changes.
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
	if len(m.wrote)+len(gone) == 0 && maps.Equal(m.now.Made, m.before.Made) {
		return m.sign(false, before)
	}
	if err := files.Folder(m.Folder); err != nil {
		return err
	}
	signed := []string{manifestName, manifestName + ".sig"}
	if err := before.keep("statements/"+m.Name, slices.Concat(m.wrote, gone, signed)...); err != nil {
		return err
	}
	for _, name := range m.wrote {
		if err := files.Rename(filepath.Join(m.Aside, name), filepath.Join(m.Folder, name)); err != nil {
			return err
		}
	}
	if len(m.now.Files) == 0 {
		gone = append(gone, signed...)
	}
	for _, name := range gone {
		if err := files.Remove(filepath.Join(m.Folder, name)); err != nil {
			return err
		}
	}
	if len(m.now.Files) == 0 {
		_ = os.Remove(m.Folder) // unless it holds something of somebody else's
		return nil
	}
	data, err := json.MarshalIndent(m.now, "", "  ")
	if err != nil {
		return err
	}
	if err := files.Write(filepath.Join(m.Folder, manifestName), append(data, '\n'), files.Private); err != nil {
		return err
	}
	return m.sign(true, before)
}

// sign writes a detached ed25519 signature of the manifest beside it. Where nobody signs, a signature of an earlier
// manifest is removed.
func (m *Month) sign(changed bool, before *previous) error {
	path := filepath.Join(m.Folder, manifestName+".sig")
	if m.Key == nil {
		if !changed {
			return nil
		}
		return files.Remove(path)
	}
	data, err := os.ReadFile(filepath.Join(m.Folder, manifestName))
	if err != nil {
		return err
	}
	signature := ed25519.Sign(m.Key, data)
	if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, signature) {
		return nil
	}
	if err := before.keep("statements/"+m.Name, filepath.Base(path)); err != nil {
		return err
	}
	return files.Write(path, signature, files.Private)
}

// workbooks counts those among files.
func workbooks(names []string) (n int) {
	for _, name := range names {
		if strings.HasSuffix(name, ".xlsx") {
			n++
		}
	}
	return n
}
