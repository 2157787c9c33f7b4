package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"

	"golang.org/x/sync/errgroup"

	"tranche/pipeline/files"
	"tranche/pipeline/months"
	"tranche/reports"
	"tranche/reports/xlsx"
)

// batch is how many partners are read at a time.
const batch = 250

// manifest names every file of a month with the hash of its bytes.
type manifest struct {
	Month string            `json:"month"`
	Files map[string]string `json:"files"`          // name -> sha256
	Made  map[string]string `json:"made,omitempty"` // name -> hash of the figures and the template it was made of
}

// report makes the workbooks of every month from the new database, aside. A
// workbook whose bytes would be the same is left as it is. Nothing is put where
// anybody looks before all are made.
func (r *run) report(ctx context.Context) error {
	keys, err := reports.Index(ctx, r.session)
	if err != nil {
		return err
	}
	all, err := reports.Months(ctx, r.session)
	if err != nil {
		return err
	}
	done, total := 0, len(keys)
	for _, month := range all {
		end := slices.IndexFunc(keys, func(k reports.Key) bool { return k.Month.After(month) })
		if end < 0 {
			end = len(keys)
		}
		if err := r.reportMonth(ctx, month, keys[:end], func() { done++; r.progress("report", done, total) }); err != nil {
			return err
		}
		keys = keys[end:]
	}
	if err := r.leftovers(all); err != nil {
		return err
	}
	for _, closed := range r.ledger.Months {
		if closed.Approved == "" {
			continue
		}
		if err := r.finals(closed); err != nil {
			return err
		}
	}
	return nil
}

// leftovers are drafts of months that the published file does not have any more, because
// the run is for an earlier one. Nothing stands behind their figures.
func (r *run) leftovers(all []time.Time) error {
	entries, err := os.ReadDir(r.Config.Folders.Statements)
	if err != nil {
		return err
	}
	for _, e := range entries {
		month, err := time.Parse("2006-01", e.Name())
		if err != nil || slices.ContainsFunc(all, month.Equal) {
			continue
		}
		if _, err := r.openMonth(month); err != nil {
			return err
		}
	}
	return nil
}

// reportMonth writes a month's drafts. What is final was written when the month was
// closed and is only put out.
func (r *run) reportMonth(ctx context.Context, month time.Time, keys []reports.Key, step func()) error {
	closed, isClosed := r.ledger.Of(month)
	if isClosed && closed.Approved != "" {
		return nil
	}
	version, _ := r.ledger.Version(month)
	if isClosed {
		version = closed.Version
	}
	w, err := r.openMonth(month)
	if err != nil {
		return err
	}
	e := reports.Edition{Approval: isClosed, Version: version}
	if err := r.statements(ctx, month, keys, e, w, step); err != nil {
		return err
	}
	return errors.Join(r.register(ctx, month, e, w), r.journal(ctx, month, e, w))
}

// finals puts the workbooks of a closed month where partners and finance look.
func (r *run) finals(closed months.Closed) error {
	w, err := r.openMonth(closed.First)
	if err != nil {
		return err
	}
	for name, hash := range closed.Files {
		book, isBook := strings.CutPrefix(name, months.Statements+"/")
		if !isBook {
			continue
		}
		if err := w.copy(book, hash, filepath.Join(closed.Folder, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	return nil
}

// statements makes the statements of a month and puts each.
func (r *run) statements(ctx context.Context, month time.Time, keys []reports.Key, e reports.Edition, to shelf, step func()) error {
	for part := range slices.Chunk(keys, batch) {
		list, err := reports.Statements(ctx, r.session, r.letterhead(), month, part[0].Partner, part[len(part)-1].Partner)
		if err != nil {
			return err
		}
		if len(list) != len(part) {
			return fmt.Errorf("%s: %d statements were announced and %d came", month.Format("2006-01"), len(part), len(list))
		}
		var changed []*reports.Statement
		for _, st := range list {
			st.Edition = e
			if password := r.Config.Statement.Passwords[st.Partner.ID]; password != "" {
				st.Lock = secretHash(st.Partner.ID, password)
			}
			of, err := figures(st)
			if err != nil {
				return err
			}
			if to.holds(fileName(st.Partner.ID), of) {
				step()
				continue
			}
			changed = append(changed, st)
		}
		books, err := renderAll(changed, r.Config.Statement.Passwords)
		if err != nil {
			return err
		}
		for i, st := range changed {
			if err := to.put(fileName(st.Partner.ID), books[i]); err != nil {
				return err
			}
			step()
		}
	}
	return nil
}

// letterhead is whose paper the workbooks are on.
func (r *run) letterhead() reports.Letterhead {
	s := r.Config.Statement
	head := reports.Letterhead{Vendor: r.Config.Vendor, Address: s.Address, Accent: s.Accent, Font: s.Font, Logo: s.Logo}
	if len(s.Logo) > 0 {
		sum := sha256.Sum256(s.Logo)
		head.LogoHash = hex.EncodeToString(sum[:])
	}
	return head
}

// shelf is where workbooks are put.
type shelf interface {
	// holds says that the workbook made of those very figures is there.
	holds(name, figures string) bool
	put(name string, data []byte) error
}

// figures names everything that a workbook is made of.
func figures(st *reports.Statement) (string, error) {
	data, err := json.Marshal(st)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append(data, xlsx.Template()...))
	return hex.EncodeToString(sum[:]), nil
}

// secretHash tells one password from another without saying either.
func secretHash(partner, password string) string {
	sum := sha256.Sum256([]byte(partner + "\x00" + password))
	return hex.EncodeToString(sum[:])
}

// renderAll makes workbooks on every processor, one workbook a goroutine.
func renderAll(list []*reports.Statement, passwords map[string]string) ([][]byte, error) {
	books := make([][]byte, len(list))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, st := range list {
		group.Go(func() error {
			var book bytes.Buffer
			err := xlsx.Statement(&book, st)
			books[i] = book.Bytes()
			if password := passwords[st.Partner.ID]; password != "" && err == nil {
				books[i], err = xlsx.Lock(books[i], password)
			}
			return err
		})
	}
	return books, group.Wait()
}

// fileName makes a file name of a partner's id, which is data: whatever is not a
// plain letter, digit, dot or dash is written as its code, capitals too where
// folding them could make twins.
func fileName(id string) string {
	var name strings.Builder
	for i, c := range []byte(id) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c == '-', c == '.' && i > 0:
			name.WriteByte(c)
		default:
			fmt.Fprintf(&name, "_%02x", c)
		}
	}
	if name.Len() > 120 {
		sum := sha256.Sum256([]byte(id))
		return "_long_" + hex.EncodeToString(sum[:16]) + ".xlsx"
	}
	return "statement_" + name.String() + ".xlsx"
}

// monthWriter makes one month's folder aside and puts it out when told.
type monthWriter struct {
	dir    string
	aside  string
	before manifest
	now    manifest
	wrote  []string
	kept   int
	key    ed25519.PrivateKey
}

func (r *run) openMonth(month time.Time) (*monthWriter, error) {
	name := months.Folder(month)
	w := &monthWriter{dir: filepath.Join(r.Config.Folders.Statements, name), aside: filepath.Join(r.Config.Folders.Work(), "statements", name), key: r.Config.Statement.SigningKey,
		now: manifest{Month: name, Files: map[string]string{}, Made: map[string]string{}}}
	r.made = append(r.made, w)
	data, err := os.ReadFile(filepath.Join(w.dir, "manifest.json"))
	if err == nil {
		err = json.Unmarshal(data, &w.before)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", filepath.Join(w.dir, "manifest.json"), err)
	}
	return w, files.Folder(w.aside)
}

// holds remembers what a workbook is made of, and says that the same is there
// already.
func (w *monthWriter) holds(name, figures string) bool {
	w.now.Made[name] = figures
	if w.before.Made[name] != figures {
		return false
	}
	hash := w.before.Files[name]
	if there, err := files.Hash(filepath.Join(w.dir, name)); err != nil || there != hash {
		return false
	}
	w.now.Files[name] = hash
	w.kept++
	return true
}

// put writes a workbook unless the very same one is there.
func (w *monthWriter) put(name string, data []byte) error {
	sum := sha256.Sum256(data)
	if w.keeps(name, hex.EncodeToString(sum[:])) {
		return nil
	}
	return w.add(name, data)
}

// add writes a file aside.
func (w *monthWriter) add(name string, data []byte) error {
	w.wrote = append(w.wrote, name)
	path := filepath.Join(w.aside, name)
	if err := os.WriteFile(path, data, files.Private); err != nil {
		return err
	}
	return files.Sync(path)
}

// copy does so with a workbook that is a file elsewhere.
func (w *monthWriter) copy(name, hash, from string) error {
	if w.keeps(name, hash) {
		return nil
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return w.add(name, data)
}

// keeps says that the very same workbook is there, and counts.
func (w *monthWriter) keeps(name, hash string) bool {
	w.now.Files[name] = hash
	if w.before.Files[name] == hash {
		if there, err := files.Hash(filepath.Join(w.dir, name)); err == nil && there == hash {
			w.kept += workbooks([]string{name})
			return true
		}
	}
	return false
}

// putOut renames what was made into place, removes what the month no longer holds
// and writes its manifest last, unless that would say the same.
func (w *monthWriter) putOut(s *Summary) error {
	var gone []string
	for name := range w.before.Files {
		if _, ok := w.now.Files[name]; !ok {
			gone = append(gone, name)
		}
	}
	s.Written, s.Unchanged, s.Removed = s.Written+workbooks(w.wrote), s.Unchanged+w.kept, s.Removed+workbooks(gone)
	if len(w.wrote)+len(gone) == 0 && maps.Equal(w.now.Made, w.before.Made) {
		return w.sign(false)
	}
	if err := files.Folder(w.dir); err != nil {
		return err
	}
	for _, name := range w.wrote {
		if err := os.Rename(filepath.Join(w.aside, name), filepath.Join(w.dir, name)); err != nil {
			return fmt.Errorf("put out %s: %w", filepath.Join(w.dir, name), err)
		}
	}
	for _, name := range gone {
		if err := os.Remove(filepath.Join(w.dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
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
	if err := files.Write(filepath.Join(w.dir, "manifest.json"), append(data, '\n'), files.Private); err != nil {
		return err
	}
	return w.sign(true)
}

// removeFolder removes a month of which nothing is left. What somebody else has put into
// the folder stays.
func (w *monthWriter) removeFolder() error {
	for _, name := range []string{"manifest.json", "manifest.json.sig"} {
		if err := os.Remove(filepath.Join(w.dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	_ = os.Remove(w.dir) // unless it holds something
	return nil
}

// sign writes a detached ed25519 signature of the manifest's bytes beside it. One that
// fits no longer is removed where nobody signs.
func (w *monthWriter) sign(changed bool) error {
	path := filepath.Join(w.dir, "manifest.json.sig")
	if w.key == nil {
		if !changed {
			return nil
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	data, err := os.ReadFile(filepath.Join(w.dir, "manifest.json"))
	if err != nil {
		return err
	}
	signature := ed25519.Sign(w.key, data)
	if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, signature) {
		return nil
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

// putOut puts out every month that was made.
func (r *run) putOut() error {
	for _, w := range r.made {
		if err := w.putOut(r.summary); err != nil {
			return err
		}
	}
	r.facts["written"], r.facts["unchanged"] = r.summary.Written, r.summary.Unchanged
	return nil
}
