package pipeline

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ledger"
	"tranche/pipeline/publish"
	"tranche/reports"
)

// report makes the workbooks of every month aside, from the new database. A workbook of the same figures stays.
func (r *run) report(ctx context.Context) ([]*publish.Month, error) {
	defer r.session.Spare(ctx)()
	keys, err := reports.Index(ctx, r.session)
	if err != nil {
		return nil, err
	}
	all, err := reports.Months(ctx, r.session)
	if err != nil {
		return nil, err
	}
	w := newWorkbooks(r.Config, r.session, r.ledger)
	made, err := drafts(ctx, w, all, keys, r.progress("report"))
	if err != nil {
		return nil, err
	}
	left, err := leftovers(r.Config, all)
	if err != nil {
		return nil, err
	}
	for _, m := range made {
		r.summary.Withheld = append(r.summary.Withheld, m.Withheld()...)
	}
	made = append(made, left...)
	for _, closed := range r.ledger.Months {
		if closed.Approved == "" {
			continue
		}
		m, err := final(r.Config, closed)
		if err != nil {
			return nil, err
		}
		made = append(made, m)
	}
	return made, nil
}

// drafts makes the workbooks of the months that are not final.
func drafts(
	ctx context.Context, w *workbooks, all []time.Time, keys []reports.Key, progress func(done, total int),
) (made []*publish.Month, err error) {
	var several sync.Mutex
	done, total := 0, len(keys)
	step := func() {
		several.Lock()
		defer several.Unlock()
		done++
		progress(done, total)
	}
	for _, month := range all {
		end := slices.IndexFunc(keys, func(k reports.Key) bool { return k.Month.After(month) })
		if end < 0 {
			end = len(keys)
		}
		theirs := keys[:end]
		keys = keys[end:]
		closed, isClosed := w.ledger.Of(month)
		if isClosed && closed.Approved != "" {
			continue
		}
		m, err := openMonth(w.config, month)
		if err != nil {
			return nil, err
		}
		made = append(made, m)
		e := w.edition(month)
		if isClosed {
			e.Approval, e.Version = true, closed.Version
		}
		withheld, err := w.month(ctx, month, theirs, e, m, step)
		if err != nil {
			return nil, err
		}
		m.Withhold(withheld)
	}
	return made, nil
}

// leftovers are drafts of months later than the run's. They are emptied, because the new database has no figures for
// them.
func leftovers(c *config.Config, all []time.Time) (empty []*publish.Month, err error) {
	entries, err := os.ReadDir(c.Folders.Statements)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		month, err := time.Parse("2006-01", e.Name())
		if err != nil || slices.ContainsFunc(all, month.Equal) {
			continue
		}
		m, err := openMonth(c, month)
		if err != nil {
			return nil, err
		}
		empty = append(empty, m)
	}
	return empty, nil
}

// final prepares the workbooks of a closed month.
func final(c *config.Config, closed ledger.Closed) (*publish.Month, error) {
	m, err := openMonth(c, closed.First)
	if err != nil {
		return nil, err
	}
	hashes := map[string]string{}
	for name, hash := range closed.Files {
		if workbook, ok := strings.CutPrefix(name, ledger.Statements+"/"); ok {
			hashes[workbook] = hash
		}
	}
	err = m.Copy(filepath.Join(closed.Folder, ledger.Statements), hashes)
	return m, cmp.Or(m.Wait(), err)
}

// openMonth begins a month's folder aside.
func openMonth(c *config.Config, month time.Time) (*publish.Month, error) {
	name := ledger.Folder(month)
	return publish.OpenMonth(publish.MonthFolder{
		Name:   name,
		Folder: filepath.Join(c.Folders.Statements, name),
		Aside:  filepath.Join(c.Folders.Work(), "statements", name),
	})
}
