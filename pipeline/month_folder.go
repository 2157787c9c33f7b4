package pipeline

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
	"time"

	"golang.org/x/sync/errgroup"

	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
)

// manifest names every file of a month with the hash of its bytes.
type manifest struct {
	Month string            `json:"month"`
	Files map[string]string `json:"files"`          // name -> sha256
	Made  map[string]string `json:"made,omitempty"` // name -> hash of the figures it was made of, and of how
}

// monthWriter makes one month's folder aside and puts it out when told.
type monthWriter struct {
	dir    string
	aside  string
	before manifest
	key    ed25519.PrivateKey
	disk   *files.Aside

	several sync.Mutex // put at once, for what follows
	now     manifest
	wrote   []string
	kept    int
}

// openMonth begins a month's folder; it is put out with the others once it is among those
// that were made.
func (r *run) openMonth(month time.Time) (*monthWriter, error) {
	name := ledger.Folder(month)
	w := &monthWriter{dir: filepath.Join(r.Config.Folders.Statements, name), aside: filepath.Join(r.Config.Folders.Work(), "statements", name), key: r.Config.Statement.SigningKey,
		now: manifest{Month: name, Files: map[string]string{}, Made: map[string]string{}}, disk: files.NewAside()}
	data, err := os.ReadFile(filepath.Join(w.dir, ledger.ManifestName))
	if err == nil {
		err = json.Unmarshal(data, &w.before)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", filepath.Join(w.dir, ledger.ManifestName), err)
	}
	return w, files.Folder(w.aside)
}

// holds remembers what a workbook is made of, and says that the same is there
// already.
func (w *monthWriter) holds(name, figures string) bool {
	hash := w.before.Files[name]
	stands := w.before.Made[name] == figures && w.stands(name, hash)
	w.several.Lock()
	defer w.several.Unlock()
	w.now.Made[name] = figures
	if stands {
		w.now.Files[name] = hash
		w.kept++
	}
	return stands
}

// put writes a workbook unless the very same one is there.
func (w *monthWriter) put(name string, data []byte) error {
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:])
	stands := w.stands(name, hash)
	w.several.Lock()
	defer w.several.Unlock()
	if w.now.Files[name] = hash; stands {
		w.kept += workbooks([]string{name})
		return nil
	}
	return w.add(name, data)
}

// add begins to write a file aside.
func (w *monthWriter) add(name string, data []byte) error {
	w.wrote = append(w.wrote, name)
	return w.disk.Put(filepath.Join(w.aside, name), data)
}

// copy does so with workbooks that are files of another folder, by their hashes.
func (w *monthWriter) copy(folder string, hashes map[string]string) error {
	names := slices.Sorted(maps.Keys(hashes))
	standing := make([]bool, len(names))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, name := range names {
		group.Go(func() error { standing[i] = w.stands(name, hashes[name]); return nil })
	}
	_ = group.Wait() // none of them fails
	for i, name := range names {
		if w.now.Files[name] = hashes[name]; standing[i] {
			w.kept += workbooks(names[i : i+1])
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil {
			err = w.add(name, data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stands says that the very same file is there.
func (w *monthWriter) stands(name, hash string) bool {
	if w.before.Files[name] != hash {
		return false
	}
	there, err := files.Hash(filepath.Join(w.dir, name))
	return err == nil && there == hash
}

// putOut renames what was made into place, removes what the month no longer holds
// and writes its manifest last, unless that would say the same.
func (w *monthWriter) putOut(s *Summary, before *previous) error {
	slices.Sort(w.wrote)
	var gone []string
	for name := range w.before.Files {
		if _, ok := w.now.Files[name]; !ok {
			gone = append(gone, name)
		}
	}
	s.Written, s.Unchanged, s.Removed = s.Written+workbooks(w.wrote), s.Unchanged+w.kept, s.Removed+workbooks(gone)
	if len(w.wrote)+len(gone) == 0 && maps.Equal(w.now.Made, w.before.Made) {
		return w.sign(false, before)
	}
	if err := files.Folder(w.dir); err != nil {
		return err
	}
	if err := before.plan(w, slices.Concat(w.wrote, gone, []string{ledger.ManifestName, ledger.ManifestName + ".sig"})); err != nil {
		return err
	}
	if err := before.write(); err != nil {
		return err
	}
	for _, name := range w.wrote {
		if err := files.Rename(filepath.Join(w.aside, name), filepath.Join(w.dir, name)); err != nil {
			return err
		}
	}
	for _, name := range gone {
		if err := files.Remove(filepath.Join(w.dir, name)); err != nil {
			return err
		}
	}
	if len(w.now.Files) == 0 {
		return w.removeFolder()
	}
	data, err := json.MarshalIndent(w.now, "", "  ")
	if err != nil {
		return err
	}
	if err := files.Write(filepath.Join(w.dir, ledger.ManifestName), append(data, '\n'), files.Private); err != nil {
		return err
	}
	return w.sign(true, before)
}

// removeFolder removes a month of which nothing is left. What somebody else has put into
// the folder stays.
func (w *monthWriter) removeFolder() error {
	for _, name := range []string{ledger.ManifestName, ledger.ManifestName + ".sig"} {
		if err := files.Remove(filepath.Join(w.dir, name)); err != nil {
			return err
		}
	}
	_ = os.Remove(w.dir) // unless it holds something
	return nil
}

// sign writes a detached ed25519 signature of the manifest's bytes beside it. One that
// fits no longer is removed where nobody signs.
func (w *monthWriter) sign(changed bool, before *previous) error {
	path := filepath.Join(w.dir, ledger.ManifestName+".sig")
	if w.key == nil {
		if !changed {
			return nil
		}
		return files.Remove(path)
	}
	data, err := os.ReadFile(filepath.Join(w.dir, ledger.ManifestName))
	if err != nil {
		return err
	}
	signature := ed25519.Sign(w.key, data)
	if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, signature) {
		return nil
	}
	if err := errors.Join(before.plan(w, []string{filepath.Base(path)}), before.write()); err != nil {
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
