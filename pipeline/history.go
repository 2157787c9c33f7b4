package pipeline

import (
	"errors"
	"os"
	"slices"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/landing"
)

// Past is a run that has ended, as the history remembers it: what `tranche status` and
// the metrics say of it, whoever started it.
type Past struct {
	At      time.Time        `json:"at"` // when it ended
	Took    int64            `json:"took_ms"`
	Did     string           `json:"did"` // its stages, in a word: run, close, ...
	Program string           `json:"program"`
	RunID   string           `json:"run_id,omitempty"`
	Month   string           `json:"month,omitempty"`
	Outcome string           `json:"outcome"`
	Error   string           `json:"error,omitempty"`
	Stages  map[string]int64 `json:"stages_ms,omitempty"`
	Feeds   []FeedTally      `json:"feeds,omitempty"`
	Waiting []Amount         `json:"waiting,omitempty"`
	Written int              `json:"written"`
}

// Amount is money that waits: held, or rejected, in one currency.
type Amount struct {
	What     string `json:"what"` // held or rejected
	Currency string `json:"currency"`
	Amount   string `json:"amount"` // an exact decimal
	Rows     int64  `json:"rows"`
}

// The outcomes of a run.
const (
	Done    = "done"
	Waiting = "waiting" // done, and something waits for a person
	Failed  = "failed"
	Refused = "refused" // a decision that something speaks against
)

// remembered is how many runs the history keeps.
const remembered = 1000

// remember writes down that a run has ended, and returns its error. If it cannot be written down, the run has still
// published its figures and does not fail; the summary says so.
func (r *run) remember(did string, began time.Time, failed error) error {
	s, took := r.summary, time.Since(began)
	p := Past{
		At:      r.Now.Add(took).UTC().Truncate(time.Second),
		Took:    took.Milliseconds(),
		Did:     did,
		Program: r.Program,
		RunID:   s.RunID,
		Outcome: Done,
		Stages:  r.took,
		Feeds:   s.Feeds,
		Waiting: s.Waiting,
		Written: s.Written,
	}
	if !s.Month.IsZero() {
		p.Month = MonthName(s.Month)
	}
	switch {
	case failed != nil:
		p.Outcome, p.Error = Failed, failed.Error()
		if o := new(Obstacles); errors.As(failed, &o) || errors.Is(failed, ErrDecision) {
			p.Outcome = Refused
		}
	case s.Waits():
		p.Outcome = Waiting
	}
	if err := files.AddLine(r.Config.Folders.History(), p); err != nil {
		s.Unremembered = err.Error()
	}
	return failed
}

// History is the runs that have ended, oldest first. A line that a crash has cut short
// is passed over.
func History(c *config.Config) ([]Past, error) {
	all, err := files.Lines[Past](c.Folders.History())
	return slices.DeleteFunc(all, func(p Past) bool { return p.Outcome == "" }), err
}

// LastSuccess is when figures were last worked out well, as far as the clock can be
// believed: what lies ahead of now was written by one that was wrong.
func LastSuccess(past []Past, now time.Time) (time.Time, bool) {
	for _, p := range slices.Backward(past) {
		if p.Published() && !p.At.After(now.Add(time.Hour)) {
			return p.At, true
		}
	}
	return time.Time{}, false
}

// Published says whether a run worked everything out and published it.
func (p Past) Published() bool {
	return (p.Outcome == Done || p.Outcome == Waiting) && (p.Did == "run" || p.Did == "close" || p.Did == "rebuild")
}

// Tidy shortens the history to what it is to remember.
func Tidy(c *config.Config) error {
	all, err := History(c)
	if err != nil || len(all) <= remembered {
		return err
	}
	return files.WriteLines(c.Folders.History(), all[len(all)-remembered:])
}

// Freshness is when a feed last sent something.
type Freshness struct {
	Feed     string
	Expected time.Duration // how often it should; zero: nobody expects anything
	Last     time.Time     // zero: never
}

// Overdue says that a feed should have sent something by now.
func (f Freshness) Overdue(now time.Time) bool {
	return f.Expected > 0 && now.Sub(f.Last) > f.Expected
}

// Fresh says for every feed when a file of its last landed. It asks the landed files, so
// that no sender is called late for a run of ours that failed.
func Fresh(c *config.Config, now time.Time) ([]Freshness, error) {
	landed, err := landing.List(c.Folders.Landing)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var list []Freshness
	for _, f := range c.Feeds {
		last := Freshness{Feed: f.Name, Expected: f.Expected}
		for _, file := range landed {
			// What lies ahead of now was landed by a clock that was wrong.
			if f.Matches(file.Name) && file.LandedAt.After(last.Last) && !file.LandedAt.After(now.Add(time.Hour)) {
				last.Last = file.LandedAt
			}
		}
		list = append(list, last)
	}
	return list, nil
}
