package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/feed"
)

// Past is an ended run in the history. `tranche status` and the metrics read it.
type Past struct {
	At      time.Time        `json:"at"` // when it ended
	Took    int64            `json:"took_ms"`
	Did     string           `json:"did"` // run, close, ...
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

// remember records that a run has ended, and returns its error. A run that cannot be recorded has still published,
// so it does not fail; the summary says so.
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

// History is the ended runs, oldest first. It skips a line that a crash cut short.
func History(c *config.Config) ([]Past, error) {
	all, err := files.Lines[Past](c.Folders.History())
	return slices.DeleteFunc(all, func(p Past) bool { return p.Outcome == "" }), err
}

// LastSuccess is when a run last published. A time ahead of now comes from a wrong clock and does not count.
func LastSuccess(past []Past, now time.Time) (time.Time, bool) {
	for _, p := range slices.Backward(past) {
		if p.Published() && !p.At.After(now.Add(time.Hour)) {
			return p.At, true
		}
	}
	return time.Time{}, false
}

// Published says whether a run built everything and published it.
func (p Past) Published() bool {
	return (p.Outcome == Done || p.Outcome == Waiting) && (p.Did == "run" || p.Did == "close" || p.Did == "rebuild")
}

// Tidy removes the oldest runs from the history.
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

// Overdue says that a file is late.
func (f Freshness) Overdue(now time.Time) bool {
	return f.Expected > 0 && now.Sub(f.Last) > f.Expected
}

// Often is how often the feed should send something, as the configuration says it: 26h, or 35d.
func (f Freshness) Often() string {
	const day = 24 * time.Hour
	switch {
	case f.Expected > day && f.Expected%day == 0:
		return fmt.Sprintf("%dd", f.Expected/day)
	case f.Expected%time.Hour == 0:
		return fmt.Sprintf("%dh", f.Expected/time.Hour)
	}
	return f.Expected.String()
}

// Fresh says when each feed's last file landed. It reads the landed files, so that a failed run makes no sender
// late.
func Fresh(c *config.Config, now time.Time) ([]Freshness, error) {
	landed, err := Landed(c)
	if err != nil {
		return nil, err
	}
	last := map[string]time.Time{}
	for _, file := range landed {
		if file.Dropped.Who != "" || file.LandedAt.After(now.Add(time.Hour)) { // which comes from a wrong clock
			continue
		}
		for _, f := range feed.Of(c.Feeds, file.Name, file.From) {
			if file.LandedAt.After(last[f.Name]) {
				last[f.Name] = file.LandedAt
			}
		}
	}
	var list []Freshness
	for _, f := range c.Feeds {
		list = append(list, Freshness{Feed: f.Name, Expected: f.Expected, Last: last[f.Name]})
	}
	return list, nil
}
