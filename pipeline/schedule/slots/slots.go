// Package slots is the table of due times and their results.
//
// A *job* runs at the times of a cron expression. A *slot* is one such time on the local clock: night
// 2026-03-29T02:30. Operators think in local time, and it makes each slot unique: a time that comes twice when the
// clock goes back is one slot, and one that the clock skips is due right after it.
//
// The table is a file to which lines are appended. It alone decides what is due, whenever the program was started.
package slots

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"tranche/pipeline/files"
)

// Job is something done at certain times.
type Job struct {
	Name string
	At   cron.Schedule
	Skip bool // skip a slot missed by more than Grace; otherwise catch up the last missed one
}

// Grace is how late a slot may start. A slot that became due during another job is never missed.
const Grace = 10 * time.Minute

// Attempts is how often a slot may begin without an end before it is given up.
const Attempts = 3

// oneByOne is how many missed slots get a line each.
const oneByOne = 100

// Slot is one time of a job, by the local clock.
type Slot struct {
	Job string
	At  time.Time // the local time, written as UTC
}

// Name is the slot for people.
func (s Slot) Name() string { return s.At.Format(layout) }

const layout = "2006-01-02T15:04"

// The states of a slot.
const (
	Enrolled = "enrolled" // the job is new; earlier times are not due
	Begun    = "begun"
	Done     = "done"
	Failed   = "failed"
	Skipped  = "skipped"
	PutOff   = "put off" // another run was at work, or the program stopped; due again
)

// Record is a line of the table.
type Record struct {
	Job    string    `json:"job"`
	Slot   string    `json:"slot"`
	State  string    `json:"state"`
	At     time.Time `json:"at"` // by the machine's clock
	Detail string    `json:"detail,omitempty"`
}

// Table is the table of slots in a file.
type Table struct {
	path string
	zone *time.Location
	rows []Record
}

// Open reads the table at path; a missing file is an empty table.
func Open(path string, zone *time.Location) (*Table, error) {
	rows, err := files.Lines[Record](path)
	if err != nil {
		return nil, fmt.Errorf("read the table of slots: %w", err)
	}
	rows = slices.DeleteFunc(rows, func(r Record) bool { return r.Job == "" })
	return &Table{path: path, zone: zone, rows: rows}, nil
}

// Schedule reads a cron expression of five fields. It refuses one without any date.
func Schedule(text string) (cron.Schedule, error) {
	if strings.Contains(text, "TZ=") {
		return nil, errors.New("the time zone is named once, in serve.timezone")
	}
	s, err := cron.ParseStandard(text)
	if err == nil && s.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		err = fmt.Errorf("%q names a day that never comes", text)
	}
	return s, err
}

// local is the local clock's time, written as UTC.
func (t *Table) local(now time.Time) time.Time {
	_, offset := now.In(t.zone).Zone()
	return now.UTC().Add(time.Duration(offset) * time.Second)
}

// history is a job's records, by slot.
type history struct {
	state    map[string]string
	attempts map[string]int
	last     time.Time // the last slot with a record; zero: the job is new
}

// history reads the records of a job. A record ahead of now is from a wrong clock: done stays done, but a skipped
// slot is due.
func (t *Table) history(job string, local, now time.Time) history {
	h := history{state: map[string]string{}, attempts: map[string]int{}}
	for _, r := range t.rows {
		at, err := time.Parse(layout, r.Slot)
		if r.Job != job || err != nil || r.State == Skipped && r.At.After(now.Add(Grace)) {
			continue
		}
		h.state[r.Slot] = r.State
		switch r.State {
		case Begun:
			h.attempts[r.Slot]++
		case PutOff:
			h.attempts[r.Slot]-- // it ended
		}
		if at.After(h.last) && !at.After(local) {
			h.last = at
		}
	}
	return h
}

// Due returns the slot of a job that is due now, and those given up. It records those and the skipped ones. A new
// job is enrolled, and is due at its next time. attended is since when the table was read without a break.
func (t *Table) Due(j Job, attended, now time.Time) (due *Slot, givenUp []Slot, err error) {
	local := t.local(now)
	h := t.history(j.Name, local, now)
	if h.last.IsZero() {
		return nil, nil, t.Record(Slot{j.Name, local}, Enrolled, now, "")
	}
	var open []Slot
	add := func(s Slot) {
		if state := h.state[s.Name()]; state == "" || state == Begun || state == PutOff {
			open = append(open, s)
		}
	}
	add(Slot{j.Name, h.last})
	from, err := t.skipOld(j, h.last, local, now)
	if err != nil {
		return nil, nil, err
	}
	for at := j.At.Next(from); !at.IsZero() && !at.After(local); at = j.At.Next(at) {
		add(Slot{j.Name, at})
	}
	// After a long stop, one line for each slot would take long: the oldest share one.
	if old := len(open) - oneByOne; old > 0 {
		if err := t.skipSince(open[0], open[old-1], now); err != nil {
			return nil, nil, err
		}
		open = open[old:]
	}
	for i, s := range open {
		state, why := Skipped, ""
		switch {
		case h.attempts[s.Name()] >= Attempts:
			state, why = Failed, fmt.Sprintf("it was begun %d times and never ended", Attempts)
		case i < len(open)-1:
			why = "a later one was due as well, and does its work"
		case j.Skip && local.Sub(s.At) > Grace && (attended.IsZero() || s.At.Before(t.local(attended))):
			why = "its time had passed"
		default:
			return &s, givenUp, nil
		}
		if err := t.Record(s, state, now, why); err != nil {
			return nil, givenUp, err
		}
		if state == Failed {
			givenUp = append(givenUp, s)
		}
	}
	return nil, givenUp, nil
}

// skipOld skips slots older than 40 days, if a newer one is due: a clock that was years behind would leave millions.
// It returns the slot after which others are due.
func (t *Table) skipOld(j Job, last, local, now time.Time) (time.Time, error) {
	until := local.AddDate(0, 0, -40).Truncate(time.Minute)
	if newer := j.At.Next(until); !last.Before(until) || newer.IsZero() || newer.After(local) {
		return last, nil
	}
	return until, t.skipSince(Slot{j.Name, last}, Slot{j.Name, until}, now)
}

func (t *Table) skipSince(first, last Slot, now time.Time) error {
	return t.Record(last, Skipped, now, "this and all since "+first.Name()+": later ones were due as well")
}

// Record adds a line with a slot's new state.
func (t *Table) Record(s Slot, state string, now time.Time, detail string) error {
	r := Record{Job: s.Job, Slot: s.Name(), State: state, At: now.UTC(), Detail: detail}
	if err := files.AddLine(t.path, r); err != nil {
		return err
	}
	t.rows = append(t.rows, r)
	return nil
}

// Last is the newest records, oldest first.
func (t *Table) Last(n int) []Record { return slices.Clone(t.rows[max(0, len(t.rows)-n):]) }

// Tidy keeps the newest records of each job.
func (t *Table) Tidy(keep int) error {
	count := map[string]int{}
	var newest []Record
	for _, r := range slices.Backward(t.rows) {
		if count[r.Job]++; count[r.Job] <= keep {
			newest = append(newest, r)
		}
	}
	if len(newest) == len(t.rows) {
		return nil
	}
	slices.Reverse(newest)
	t.rows = newest
	return files.WriteLines(t.path, newest)
}
