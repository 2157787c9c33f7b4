package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/store"
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
)

// remembered is how many runs the history keeps.
const remembered = 1000

// remember writes down that a run has ended, and returns its error. What cannot be
// written down is no reason for a run to fail whose figures are published; the summary
// says so.
func (r *run) remember(did string, began time.Time, failed error) error {
	p := Past{At: r.Now.Add(time.Since(began)).UTC().Truncate(time.Second), Took: time.Since(began).Milliseconds(), Did: did, Program: r.Program, RunID: r.summary.RunID,
		Outcome: Done, Stages: r.took, Feeds: r.summary.Feeds, Waiting: r.summary.Waiting, Written: r.summary.Written}
	if !r.summary.Month.IsZero() {
		p.Month = MonthName(r.summary.Month)
	}
	switch {
	case failed != nil:
		p.Outcome, p.Error = Failed, failed.Error()
	case r.summary.Waits():
		p.Outcome = Waiting
	}
	line, err := json.Marshal(p)
	if err == nil {
		err = files.Append(r.Config.Folders.History(), line)
	}
	if err != nil {
		r.summary.Unremembered = err.Error()
	}
	return failed
}

// History is the runs that have ended, oldest first. A line that a crash has cut short
// is passed over.
func History(c *config.Config) ([]Past, error) {
	data, err := os.ReadFile(c.Folders.History())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Past
	for line := range bytes.Lines(data) {
		var p Past
		if json.Unmarshal(line, &p) == nil && p.Outcome != "" {
			all = append(all, p)
		}
	}
	return all, nil
}

// LastSuccess is when a run last ended well.
func LastSuccess(past []Past) (time.Time, bool) {
	for _, p := range slices.Backward(past) {
		if p.Outcome != Failed {
			return p.At, true
		}
	}
	return time.Time{}, false
}

// Tidy shortens the history to what it is to remember.
func Tidy(c *config.Config) error {
	all, err := History(c)
	if err != nil || len(all) <= remembered {
		return err
	}
	var text bytes.Buffer
	for _, p := range slices.Clone(all[len(all)-remembered:]) {
		line, err := json.Marshal(p)
		if err != nil {
			return err
		}
		text.Write(append(line, '\n'))
	}
	return files.Write(c.Folders.History(), text.Bytes(), files.Private)
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

// Fresh says for every feed when it last sent something.
func Fresh(ctx context.Context, c *config.Config) ([]Freshness, error) {
	s, err := OpenPublished(ctx, c)
	if errors.Is(err, ErrNothingPublished) {
		return fresh(ctx, c, nil)
	}
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return fresh(ctx, c, s)
}

// fresh asks the published file; of none, nothing ever came.
func fresh(ctx context.Context, c *config.Config, s *store.Session) ([]Freshness, error) {
	last := map[string]time.Time{}
	if s != nil {
		err := each(ctx, s, "select feed, max(landed_at) from mart.reconciliation where feed is not null group by feed order by feed", func(scan func(...any) error) error {
			var feed string
			var at time.Time
			err := scan(&feed, &at)
			last[feed] = at
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read when feeds last came: %w", err)
		}
	}
	var list []Freshness
	for _, f := range c.Feeds {
		list = append(list, Freshness{Feed: f.Name, Expected: f.Expected, Last: last[f.Name]})
	}
	return list, nil
}
