// Package pipeline runs the stages from the inbox to the statements, in their order. The stages themselves are in
// other packages.
//
// A *run* takes new files from the sources (fetch), moves complete files out of the inbox (land), turns them into typed
// facts (load), builds the marts (transform), runs every check (check), makes the changed workbooks (report) and puts
// them and the new database in their places (publish). A failed run changes nothing that anyone reads.
package pipeline

import (
	"errors"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ledger"
	"tranche/pipeline/publish"
)

// Options say what to run.
type Options struct {
	Config      *config.Config
	Month       time.Time // first day of the month to run for; zero: the newest month with sales that has begun
	Now         time.Time
	Program     string                              // name and version, kept with the run
	Account     string                              // of the operating system: who decides, whatever name is given
	Wait        func(holder string)                 // called before waiting for another run; nil: none is waited for
	Progress    func(stage string, done, total int) // may be nil
	Stage       func(Stage)                         // called when a stage has ended; may be nil
	Warn        func(sentence string)               // called once the checks hold, before anything is stated; may be nil
	NotBefore   time.Time                           // where no month is given, at least this one
	Plans       string                              // folder for the query plan of each model; empty: none
	NoWorkbooks bool                                // skips the workbooks, to measure the stages before them
}

// Stage is one part of a run that has ended.
type Stage struct {
	Name    string
	Attempt string // names this run from its beginning
	RunID   string // known after transform; the same for equal files and rules
	Took    time.Duration
	Facts   map[string]any
}

var (
	// ErrLocked says that another run is at work in the same folders.
	ErrLocked = errors.New("another run is at work in these folders")
	// ErrClosed says that a month has been stated and is not worked out again.
	ErrClosed = errors.New("the month is closed, and its statements stand; " +
		"tranche reopen takes the last closed month back")
	// ErrTooEarly says that the month asked for lies before the programme.
	ErrTooEarly = errors.New("the month lies before the first programme version")
	// ErrDecision says that a decision on a month cannot be taken.
	ErrDecision = errors.New("nothing was decided")
	// ErrHalfPublished says that a failed publication could not be undone.
	ErrHalfPublished = publish.ErrHalfPublished
	// ErrAnybody says that somebody else could change the configuration.
	ErrAnybody = publish.ErrAnybody
	// ErrPlace says that a folder of the configuration cannot be where it is.
	ErrPlace = publish.ErrPlace
)

// Guarded refuses a configuration that others may write, or replace.
func Guarded(c *config.Config) error {
	feeds, err := config.FeedFiles(c.Path)
	err = errors.Join(err, publish.Guarded(c.Path))
	for _, path := range feeds {
		err = errors.Join(err, publish.Guarded(path))
	}
	return err
}

// BeingPublished names the run whose publication has not ended; empty: none.
func BeingPublished(c *config.Config) (runID string, err error) { return publish.Unfinished(target(c)) }

// MonthName is a month as 2024-08.
func MonthName(month time.Time) string { return ledger.Folder(month) }
