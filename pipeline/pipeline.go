// Package pipeline is one run, from the inbox to the statements. It knows the
// order of things and computes nothing itself.
//
// A *run* takes whole files out of the inbox (land), turns them into typed
// facts (load), works out the marts (transform), holds them against every check
// (check), makes the workbooks that changed (report) and puts them and the new
// database where people find them (publish). A run that fails leaves everything
// that anyone reads as it was.
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
	Progress    func(stage string, done, total int) // may be nil
	Stage       func(Stage)                         // told of each stage as it ends; may be nil
	NotBefore   time.Time                           // where no month is given, at least this one
	Plans       string                              // folder for the plan of each model as it was carried out; empty: none
	NoWorkbooks bool                                // publishes without workbooks, to measure what is before them
}

// Stage is one part of a run that has ended.
type Stage struct {
	Name    string
	Attempt string // names this run among all, as soon as it has begun
	RunID   string // once it is known: runs of equal files and rules have the same
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
	// ErrHalfPublished says that what a publication had begun could not be put back.
	ErrHalfPublished = publish.ErrHalfPublished
	// ErrAnybody says that somebody else could change the configuration.
	ErrAnybody = publish.ErrAnybody
	// ErrPlace says that a folder of the configuration cannot be where it is.
	ErrPlace = publish.ErrPlace
)

// Guarded refuses a configuration that others may write, or replace.
func Guarded(c *config.Config) error { return publish.Guarded(c.Path) }

// BeingPublished names the run that is publishing, or was stopped while it was; empty: none.
func BeingPublished(c *config.Config) (runID string, err error) { return publish.Unfinished(target(c)) }

// MonthName names a month as folders and people do: 2024-08.
func MonthName(month time.Time) string { return ledger.Folder(month) }
