package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tranche/pipeline/ledger"
	"tranche/reports"
	"tranche/reports/xlsx"
)

// So many statements are read at a time, or so many lines of them: the lines of twenty
// thousand take some ten megabytes. The lines of a partner stand together in their marts, as
// far as these are made at a time.
const (
	batch      = 1000
	batchLines = 20_000
)

// report makes the workbooks of every month from the new database, aside. A
// workbook whose bytes would be the same is left as it is. Nothing is put where
// anybody looks before all are made.
func (r *run) report(ctx context.Context) error {
	defer r.session.Spare(ctx)()
	keys, err := reports.Index(ctx, r.session)
	if err != nil {
		return err
	}
	all, err := reports.Months(ctx, r.session)
	if err != nil {
		return err
	}
	var several sync.Mutex
	done, total := 0, len(keys)
	step := func() {
		several.Lock()
		defer several.Unlock()
		done++
		r.progress("report", done, total)
	}
	// Putting out what is final needs no database, and goes on beside what is made.
	var beside errgroup.Group
	var final []*monthWriter
	beside.Go(func() (err error) {
		final, err = r.finals()
		return err
	})
	err = r.drafts(ctx, all, keys, step)
	if err := cmp.Or(err, beside.Wait()); err != nil {
		return err
	}
	r.made = append(r.made, final...)
	return nil
}

// drafts makes the workbooks of the months that are not final, and takes away what nothing
// stands behind any more.
func (r *run) drafts(ctx context.Context, all []time.Time, keys []reports.Key, step func()) error {
	for _, month := range all {
		end := slices.IndexFunc(keys, func(k reports.Key) bool { return k.Month.After(month) })
		if end < 0 {
			end = len(keys)
		}
		if err := r.reportMonth(ctx, month, keys[:end], step); err != nil {
			return err
		}
		keys = keys[end:]
	}
	return r.leftovers(all)
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
		w, err := r.openMonth(month)
		if err != nil {
			return err
		}
		r.made = append(r.made, w)
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
	w, err := r.openMonth(month)
	if err != nil {
		return err
	}
	r.made = append(r.made, w)
	e := r.edition(month)
	if isClosed {
		e.Approval, e.Version = true, closed.Version
	}
	if err = r.statements(ctx, month, keys, e, w, step); err == nil {
		err = errors.Join(r.register(ctx, month, e, w), r.journal(ctx, month, e, w))
	}
	return cmp.Or(w.disk.Wait(), err) // what could not be written is why no more was made
}

// edition is the version that closing a month makes, and the one it replaces.
func (r *run) edition(month time.Time) reports.Edition {
	version, _ := r.ledger.Version(month)
	told, _ := r.ledger.Told(month)
	return reports.Edition{Version: version, Replaces: told.Version}
}

// finals makes ready the workbooks of final months for where partners and finance look.
func (r *run) finals() (made []*monthWriter, err error) {
	for _, closed := range r.ledger.Months {
		if closed.Approved == "" {
			continue
		}
		w, err := r.final(closed)
		if err != nil {
			return nil, err
		}
		made = append(made, w)
	}
	return made, nil
}

func (r *run) final(closed ledger.Closed) (*monthWriter, error) {
	w, err := r.openMonth(closed.First)
	if err != nil {
		return nil, err
	}
	books := map[string]string{}
	for name, hash := range closed.Files {
		if book, ok := strings.CutPrefix(name, ledger.Statements+"/"); ok {
			books[book] = hash
		}
	}
	err = w.copy(filepath.Join(closed.Folder, ledger.Statements), books)
	return w, cmp.Or(w.disk.Wait(), err)
}

// statements makes the statements of a month and puts each. While some are made the next
// are read.
func (r *run) statements(ctx context.Context, month time.Time, keys []reports.Key, e reports.Edition, to shelf, step func()) error {
	group, ctx := errgroup.WithContext(ctx)
	read := make(chan []*reports.Statement)
	group.Go(func() error {
		defer close(read)
		for part := range batches(keys) {
			list, err := reports.Statements(ctx, r.session, r.letterhead(), month, part[0].Partner, part[len(part)-1].Partner)
			if err != nil {
				return err
			}
			if len(list) != len(part) {
				return fmt.Errorf("%s: %d statements were announced and %d came", month.Format("2006-01"), len(part), len(list))
			}
			select {
			case read <- list:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	group.Go(func() error {
		err := xlsx.Many(oneByOne(ctx, read), func(st *reports.Statement) error {
			st.Edition = e
			err := r.shelve(st, to)
			step()
			return err
		})
		return cmp.Or(err, ctx.Err()) // of a run that is stopped not all have been made
	})
	return group.Wait()
}

// oneByOne takes statements out of the lists that come, and leaves nothing of them behind.
func oneByOne(ctx context.Context, lists <-chan []*reports.Statement) func() (*reports.Statement, bool) {
	var list []*reports.Statement
	return func() (st *reports.Statement, ok bool) {
		for len(list) == 0 {
			if list, ok = <-lists; !ok {
				return nil, false
			}
		}
		st, list[0], list = list[0], nil, list[1:]
		return st, ctx.Err() == nil
	}
}

// batches are keys to be read at a time.
func batches(keys []reports.Key) iter.Seq[[]reports.Key] {
	return func(yield func([]reports.Key) bool) {
		for len(keys) > 0 {
			n, lines := 1, keys[0].Lines
			for n < min(batch, len(keys)) && lines+keys[n].Lines <= batchLines {
				lines += keys[n].Lines
				n++
			}
			if !yield(keys[:n]) {
				return
			}
			keys = keys[n:]
		}
	}
}

// shelve makes and puts a workbook that is not there yet.
func (r *run) shelve(st *reports.Statement, to shelf) error {
	password, name := r.Config.Statement.Passwords[st.Partner.ID], fileName(st.Partner.ID)
	if password != "" {
		st.PasswordHash = secretHash(st.Partner.ID, password)
	}
	made, err := figures(st)
	if err != nil || to.holds(name, made) {
		return err
	}
	var book bytes.Buffer
	if err := xlsx.Statement(&book, st); err != nil {
		return err
	}
	data := book.Bytes()
	if password != "" {
		if data, err = xlsx.Encrypt(data, password); err != nil {
			return err
		}
	}
	return to.put(name, data)
}

// unknownIDs names whom passwords are for that are no partners: a slip in an id leaves a
// workbook open that was to be locked.
func (r *run) unknownIDs(ctx context.Context) error {
	for _, id := range slices.Sorted(maps.Keys(r.Config.Statement.Passwords)) {
		var known bool
		if err := r.session.Row(ctx, "select count(*) > 0 from mart.partners where partner_id = ?", []any{&known}, id); err != nil {
			return err
		}
		if !known {
			r.summary.OpenIDs = append(r.summary.OpenIDs, id)
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

// shelf is where workbooks are put, by several at once.
type shelf interface {
	// holds says that the workbook made of those very figures is there.
	holds(name, figures string) bool
	put(name string, data []byte) error
}

// figures names everything that a workbook is made of.
func figures(st *reports.Statement) (string, error) {
	sum := sha256.New()
	to, but := json.NewEncoder(sum), *st
	but.Lines = nil // one by one: all together they are megabytes of text
	err := to.Encode(but)
	for i := range st.Lines {
		err = cmp.Or(err, to.Encode(&st.Lines[i]))
	}
	if err != nil {
		return "", err
	}
	sum.Write([]byte(xlsx.Fingerprint()))
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// secretHash tells one password from another without saying either.
func secretHash(partner, password string) string {
	sum := sha256.Sum256([]byte(partner + "\x00" + password))
	return hex.EncodeToString(sum[:])
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

// putOut puts out every month that was made.
func (r *run) putOut(before *previous) error {
	for _, w := range r.made {
		if err := w.putOut(r.summary, before); err != nil {
			return err
		}
	}
	r.facts["written"], r.facts["unchanged"] = r.summary.Written, r.summary.Unchanged
	return nil
}
