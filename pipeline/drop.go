package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
)

// LandedFile is a file that has landed, and the decision that took it out again.
type LandedFile struct {
	landing.File
	Dropped audit.Decision // without a name: it counts
}

// Landed lists every file that has landed, also those that were dropped.
func Landed(c *config.Config) ([]LandedFile, error) {
	log, err := audit.Read(c.Folders.Audit())
	if err != nil {
		return nil, err
	}
	all, err := landing.List(c.Folders.Landing)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var list []LandedFile
	dropped := ledger.Dropped(log)
	for _, f := range all {
		list = append(list, LandedFile{f, dropped[f.SHA256]})
	}
	return list, nil
}

// counted lists the landed files that nobody has dropped.
func counted(folder string, log []audit.Decision) ([]landing.File, error) {
	dropped := ledger.Dropped(log)
	list, err := landing.List(folder)
	return slices.DeleteFunc(list, func(f landing.File) bool { return dropped[f.SHA256].Who != "" }), err
}

// whyDropped is what the landing says of dropped bytes that come again.
func whyDropped(log []audit.Decision) map[string]string {
	why := map[string]string{}
	for sha256, d := range ledger.Dropped(log) {
		why[sha256] = fmt.Sprintf("these bytes were dropped by %s on %s (%s); take the file away, or let them count "+
			"again: tranche landing restore %s", d.Who, d.At.Format(time.DateOnly), d.Reason, sha256[:12])
	}
	return why
}

// Drop takes a landed file out of all figures, from the next run on. Its bytes stay in the landing folder, and the
// audit log is what takes it out: a rebuild reads the same log. A file that closed months were worked out from is
// refused: what is stated does not move because of a file that is taken away.
func Drop(ctx context.Context, o Options, name, who, reason string) (LandedFile, error) {
	return decideOnFile(ctx, o, name, audit.Drop, who, reason, func(r *run, f LandedFile) error {
		last := r.ledger.Last()
		switch {
		case f.Dropped.Who != "":
			return fmt.Errorf("%w: %s was dropped by %s on %s", ErrDecision, f.Name, f.Dropped.Who,
				f.Dropped.At.Format(time.DateOnly))
		case last == nil || f.Sequence > last.Landed:
			return nil
		}
		counts, err := r.counts(ctx, f.File)
		if err == nil && counts {
			err = fmt.Errorf("%w: %s had landed when %s was closed, and what is stated was worked out from it; ask its "+
				"sender for a corrected file, or enter the difference by hand: both become adjustments", ErrDecision,
				f.Name, last.Month)
		}
		return err
	})
}

// counts says whether any figure can depend on a landed file: it was not refused, and has rows or is complete.
func (r *run) counts(ctx context.Context, f landing.File) (counts bool, err error) {
	if r.session, err = openSession(ctx, r.Config); err != nil {
		return true, err
	}
	if err := loading.OpenStoreToRead(ctx, r.session, r.Config.Folders.Store()); err != nil {
		return true, err
	}
	err = r.session.Row(ctx, `select count(*) filter (where status = 'refused' or typed = 0 and not replaces) = 0
		from store.raw.files where file_id = ? and sha256 = ?`, []any{&counts}, f.Sequence, f.SHA256)
	return counts, err
}

// Restore lets a dropped file count again, from the next run on.
func Restore(ctx context.Context, o Options, name, who, reason string) (LandedFile, error) {
	return decideOnFile(ctx, o, name, audit.Restore, who, reason, func(_ *run, f LandedFile) error {
		if f.Dropped.Who == "" {
			return fmt.Errorf("%w: nobody has dropped %s", ErrDecision, f.Name)
		}
		return nil
	})
}

// decideOnFile writes a decision on a landed file into the audit log, if it may be taken.
func decideOnFile(
	ctx context.Context, o Options, name, act, who, reason string, may func(*run, LandedFile) error,
) (f LandedFile, err error) {
	r, err := beginProven(ctx, o)
	if err != nil {
		return f, err
	}
	defer r.release()
	if f, err = landedFile(o.Config, name); err != nil {
		return f, err
	}
	if err := may(r, f); err != nil {
		return f, err
	}
	d := o.by(who)
	d.Act, d.What, d.File, d.Reason = act, f.Name, f.SHA256, reason
	return f, audit.Append(o.Config.Folders.Audit(), d)
}

// ErrNoFile says that a name fits no landed file, or several.
var ErrNoFile = errors.New("tranche landing list names the files that have landed")

// landedFile finds a landed file by its name, its number, or the beginning of its SHA-256.
func landedFile(c *config.Config, name string) (LandedFile, error) {
	all, err := Landed(c)
	if err != nil {
		return LandedFile{}, err
	}
	const enough = 8 // digits of a hash
	for _, fits := range []func(LandedFile) bool{
		func(f LandedFile) bool { return f.Name == name },
		func(f LandedFile) bool { return strconv.FormatInt(f.Sequence, 10) == name },
		func(f LandedFile) bool { return len(name) >= enough && strings.HasPrefix(f.SHA256, name) },
	} {
		var found []LandedFile
		for _, f := range all {
			if fits(f) {
				found = append(found, f)
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], nil
		}
		var numbers []string
		for _, f := range found {
			numbers = append(numbers, fmt.Sprintf("%d (landed %s)", f.Sequence, f.LandedAt.Format("2006-01-02 15:04")))
		}
		return LandedFile{}, fmt.Errorf("%q fits %d landed files; give the number of one: %s; %w", name, len(found),
			strings.Join(numbers, ", "), ErrNoFile)
	}
	return LandedFile{}, fmt.Errorf("no landed file is called %q; %w", name, ErrNoFile)
}
