// Package publish puts new files in the places where people look, and takes them back.
//
// A *publication* is a new published file and the folders of months, made aside. The file is read back (Verify),
// then everything is renamed into place (Publish). A *month* is a folder of workbooks with a manifest of their
// hashes. A *previous publication* keeps the replaced files, so that a publication can be taken back: at once if it
// fails, by the next command if it was interrupted, or on request (Rollback).
//
// The package refuses to replace a published file that somebody has open for writing, to go back across a decision
// on a month, and to use folders or a configuration that others could change (Prepare).
package publish

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tranche/pipeline/files"
	"tranche/pipeline/store"
)

// Target is the place of publications.
type Target struct {
	Database   string // the published file
	Statements string // has a folder for each month
	Replaced   string // where previous publications are kept
	Keep       int    // how many
}

// Publication is the files to publish.
type Publication struct {
	RunID     string
	At        time.Time
	Decisions int    // on months, so far
	Database  string // the new database, aside; empty: the published file stays
	Months    []*Month
}

// Done counts the changes of a publication.
type Done struct {
	Written, Unchanged, Removed int    // workbooks
	Unremembered                string // why the mark of completeness may not survive a power cut; empty: it does
}

var (
	// ErrHalfPublished says that a failed publication could not be undone.
	ErrHalfPublished = errors.New("part of what was being published stands beside what stood before, " +
		"and could not be put back; the next command tries again")
	// ErrNothingBefore says that there is no previous publication.
	ErrNothingBefore = errors.New("nothing is kept to go back to")
	// ErrDecided says that a decision came after the previous publication.
	ErrDecided = errors.New("a month was closed, approved or reopened since; " +
		"what was published before says otherwise of it, and would be believed")
)

// Publish publishes, keeps the replaced files, and undoes everything if it fails.
func Publish(to Target, p Publication) (done Done, err error) {
	before, err := keepPrevious(to, p)
	if err != nil {
		return done, err
	}
	if err = put(to, p, before, &done); err == nil {
		if err = before.finish(); err != nil && before.isComplete() {
			// The next run finds the mark of completeness. If a power cut takes the mark, the next run publishes
			// the same again.
			done.Unremembered, err = err.Error(), nil
		}
	}
	if err == nil {
		return done, nil
	}
	if back := before.takeBack(); back != nil {
		err = errors.Join(err, fmt.Errorf("%w: %w", ErrHalfPublished, back))
	}
	return done, err
}

func put(to Target, p Publication, before *previous, done *Done) error {
	if p.Database != "" {
		if err := os.Chmod(p.Database, files.Shared); err != nil {
			return err
		}
		if err := files.Place(p.Database, to.Database); err != nil {
			return err
		}
	}
	for _, m := range p.Months {
		if err := m.putOut(before, done); err != nil {
			return err
		}
	}
	return nil
}

// Replaceable refuses a published file beside a write-ahead log, which would make the new file unreadable.
func (to Target) Replaceable() error {
	if log := to.Database + ".wal"; files.Exists(log) {
		return fmt.Errorf("%s: %w; somebody opened the published file for writing; remove the log and run again",
			log, store.ErrStaleLog)
	}
	return nil
}

// Unfinished names the run whose publication has not ended; empty: none. Until the next run, the published files can
// be partly of the run before.
func Unfinished(to Target) (runID string, err error) {
	all, err := listPrevious(to)
	if n := len(all); n > 0 && !all[n-1].was.Complete {
		return all[n-1].was.RunID, err
	}
	return "", err
}

// TakeBackUnfinished undoes an interrupted publication, and names its run; empty: there was none.
func TakeBackUnfinished(to Target) (runID string, err error) {
	all, err := listPrevious(to)
	if err != nil {
		return "", err
	}
	for _, p := range slices.Backward(all) {
		if p.was.Complete {
			break
		}
		if err := p.takeBack(); err != nil {
			return "", fmt.Errorf("take back what run %s had begun to publish: %w: %w", p.was.RunID, ErrHalfPublished, err)
		}
		runID = p.was.RunID
	}
	return runID, nil
}

// Rollback undoes the last publication, and names its run. decisions counts the decisions on months so far.
func Rollback(to Target, decisions int) (runID string, err error) {
	all, err := listPrevious(to)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", ErrNothingBefore
	}
	p := all[len(all)-1]
	if p.was.Decisions != decisions {
		return "", ErrDecided
	}
	published := filepath.Join(p.dir, to.name())
	if p.was.Complete && !files.Exists(published) && !files.Exists(filepath.Join(p.dir, "statements")) {
		return "", fmt.Errorf("%w: the last run was the first that published", ErrNothingBefore)
	}
	if err := to.Replaceable(); err != nil {
		return "", err
	}
	// An interrupted rollback is finished by the next command.
	p.was.Complete = false
	if err := p.write(); err != nil {
		return "", err
	}
	if err := p.takeBack(); err != nil {
		return "", fmt.Errorf("%w: %w", ErrHalfPublished, err)
	}
	return p.was.RunID, nil
}
