// Package slots is the table of what was due and what became of it.
//
// A *job* is done at times that a cron expression names. A *slot* is one such time on the
// local clock: night 2026-03-29T02:30. Local time is what an operator thinks in, and it makes
// each slot unique: where the clock is put back, the same time comes twice and is one slot;
// where it is put forward, a slot that is left out is due as soon as the clock is past it.
//
// The table is a file to which lines are appended. What is due follows from it alone, whoever
// asks, and whenever the program was started.
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
	Skip bool // a slot missed by more than Grace is skipped; otherwise the last missed one is caught up
}

// Grace is how late a slot may be without being missed. A slot that fell due while another
// job was at work is never missed.
const Grace = 10 * time.Minute

// Attempts is how often a slot is begun that never ends, before it is given up.
const Attempts = 3

// oneByOne is how many missed slots have a line of their own.
const oneByOne = 100

// Slot is one time of a job, by the local clock.
type Slot struct {
	Job string
	At  time.Time // the local time, written as UTC
}

// Name is the slot as people read it.
func (s Slot) Name() string { return s.At.Format(layout) }

const layout = "2006-01-02T15:04"

// The states of a slot.
const (
	Enrolled = "enrolled" // the job is known from here on; nothing before it is due
	Begun    = "begun"
	Done     = "done"
	Failed   = "failed"
	Skipped  = "skipped"
	PutOff   = "put off" // another run was at work, or the program was stopped; it is due again
)

// Record is a line of the table.
type Record struct {
	Job    string    `json:"job"`
	Slot   string    `json:"slot"`
	State  string    `json:"state"`
	At     time.Time `json:"at"` // when it was written, by the machine's clock
	Detail string    `json:"detail,omitempty"`
}

// Table is the table of slots in a file.
type Table struct {
	path string
	zone *time.Location
	rows []Record
}

// Open reads the table at path; a missing file is an empty table. A line that a crash cut
// short is ignored: what it would have said had not happened yet.
func Open(path string, zone *time.Location) (*Table, error) {
	rows, err := files.Lines[Record](path)
	if err != nil {
		return nil, fmt.Errorf("read the table of slots: %w", err)
	}
	rows = slices.DeleteFunc(rows, func(r Record) bool { return r.Job == "" })
	return &Table{path: path, zone: zone, rows: rows}, nil
}

// Schedule reads a cron expression of five fields. It refuses one that never comes.
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

// local is what the local clock shows, written as UTC.
func (t *Table) local(now time.Time) time.Time {
	_, offset := now.In(t.zone).Zone()
	return now.UTC().Add(time.Duration(offset) * time.Second)
}

// history is what the table says of a job's slots.
type history struct {
	state    map[string]string
	attempts map[string]int
	last     time.Time // the last slot with a record; zero: the job is new
}

// history reads the records of a job. What lies ahead was written by a clock that was wrong:
// a slot done there stays done, a slot skipped there is due all the same.
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

// Due says which slot of a job is to be done now, and which are given up. It records those,
// and the ones that are skipped. A job that is not in the table is enrolled, and is due at its
// next time. Somebody has asked without a break since attended.
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
	// A line for each slot of a long stop would take long: the oldest share one.
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

// skipOld skips what is older than 40 days, if anything newer is due: after a clock that was
// years behind there would be millions. It returns the slot after which others are due.
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

// Record adds a line: a slot is in this state now.
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

// Tidy removes all but the newest records of each job.
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
