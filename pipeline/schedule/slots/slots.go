// Package slots is the table of what was due and what became of it.
//
// A *job* is done at times that a cron expression names. A *slot* is one such time, as a
// clock on the wall shows it: night 2026-03-29T02:30. The wall is what an operator
// thinks in, and it makes every slot one: where the clock is put back the same reading
// comes twice and is one slot, where it is put forward a reading is left out and its
// slot is due as soon as the wall is past it.
//
// The table is a file to which lines are appended. It says what is due, whatever was
// started when; a clock, or a person, only asks it.
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
	Skip bool // a slot that was missed by more than Grace is left out; otherwise the last missed one is caught up
}

// Grace is how late a slot may be and still be no missed one. One that fell due while
// whoever asks was at work is not missed, however late that makes it.
const Grace = 10 * time.Minute

// Attempts is how often a slot is begun that never ends, because the machine or the
// program stops, before it is given up.
const Attempts = 3

// oneByOne is how many missed slots have a line of their own.
const oneByOne = 100

// Slot is one time of a job, by the clock on the wall.
type Slot struct {
	Job string
	At  time.Time // the reading of the wall, in UTC whatever the zone
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
	At     time.Time `json:"at"` // when that was written down, by the machine's clock
	Detail string    `json:"detail,omitempty"`
}

// Table is the table of slots in a file.
type Table struct {
	path string
	zone *time.Location
	rows []Record
	from time.Time // since when somebody has asked without a stop
}

// Attended says since when somebody has been there to ask.
func (t *Table) Attended(from time.Time) { t.from = from }

// Open reads the table at path; one that is not there is empty. A line that a crash has
// cut short is passed over: what it would have said had not happened yet.
func Open(path string, zone *time.Location) (*Table, error) {
	rows, err := files.Lines[Record](path)
	if err != nil {
		return nil, fmt.Errorf("read the table of slots: %w", err)
	}
	rows = slices.DeleteFunc(rows, func(r Record) bool { return r.Job == "" })
	return &Table{path: path, zone: zone, rows: rows}, nil
}

// Schedule reads a cron expression of five fields. The error says what is wrong with
// it: also that it names no day there ever is.
func Schedule(text string) (cron.Schedule, error) {
	if strings.Contains(text, "TZ=") {
		return nil, errors.New("the time zone is named once, in serve.timezone")
	}
	s, err := cron.ParseStandard(text)
	if err != nil {
		return nil, err
	}
	if s.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, fmt.Errorf("%q names a day that never comes", text)
	}
	return s, nil
}

// wall is what the clock on the wall shows, as if it were in UTC.
func (t *Table) wall(now time.Time) time.Time {
	at := now.In(t.zone)
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
}

// history is what the table says of a job's slots.
type history struct {
	state    map[string]string
	attempts map[string]int
	from     time.Time // the last slot that was dealt with
}

// believed reads the records of a job as they are believed now. What is done stays done
// even if it lies ahead, because the clock was wrong; that something ahead was skipped is
// not believed.
func (t *Table) believed(job string, now time.Time) (history, bool) {
	h, wall, any := history{state: map[string]string{}, attempts: map[string]int{}}, t.wall(now), false
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
			h.attempts[r.Slot]-- // it ended, and said so
		}
		if !at.After(wall) {
			any = true
			if at.After(h.from) {
				h.from = at
			}
		}
	}
	return h, any
}

// Due says which slot of a job is to be done now, and writes down which ones are left
// out; those that were begun again and again and never ended are given up, and named. A
// job that the table does not know is enrolled, and nothing of it is due before its next
// time.
func (t *Table) Due(j Job, now time.Time) (due *Slot, given []Slot, err error) {
	h, known := t.believed(j.Name, now)
	wall := t.wall(now)
	if !known {
		return nil, nil, t.add(Record{Job: j.Name, Slot: wall.Format(layout), State: Enrolled, At: now.UTC()})
	}
	var open []Slot
	if state := h.state[h.from.Format(layout)]; state == Begun || state == PutOff {
		open = append(open, Slot{j.Name, h.from})
	}
	if err := t.passOver(j, &h, wall, now); err != nil {
		return nil, nil, err
	}
	for at := j.At.Next(h.from); !at.IsZero() && !at.After(wall); at = j.At.Next(at) {
		if state := h.state[at.Format(layout)]; state == "" || state == Begun || state == PutOff {
			open = append(open, Slot{j.Name, at})
		}
	}
	// After a long stop a line for each would be a long wait: the oldest share one.
	if old := len(open) - oneByOne; old > 0 {
		first, last := open[0].Name(), open[old-1]
		if err := t.End(last, Skipped, now, fmt.Sprintf("this and all since %s: later ones were due as well", first)); err != nil {
			return nil, nil, err
		}
		open = open[old:]
	}
	for i, s := range open {
		last := i == len(open)-1
		switch {
		case h.attempts[s.Name()] >= Attempts:
			if err := t.End(s, Failed, now, fmt.Sprintf("it was begun %d times and never ended", Attempts)); err != nil {
				return nil, given, err
			}
			given = append(given, s)
		case !last:
			if err := t.End(s, Skipped, now, "a later one was due as well, and does its work"); err != nil {
				return nil, given, err
			}
		case j.Skip && wall.Sub(s.At) > Grace && (t.from.IsZero() || s.At.Before(t.wall(t.from))):
			if err := t.End(s, Skipped, now, "its time had passed"); err != nil {
				return nil, given, err
			}
		default:
			return &s, given, nil
		}
	}
	return nil, given, nil
}

// passOver leaves out what is older than recent, if anything newer is due: a clock that
// was years behind would make a list of millions.
func (t *Table) passOver(j Job, h *history, wall, now time.Time) error {
	const recent = 40 * 24 * time.Hour
	until := wall.Add(-recent).Truncate(time.Minute)
	if newer := j.At.Next(until); !h.from.Before(until) || newer.IsZero() || newer.After(wall) {
		return nil
	}
	since := h.from
	h.from = until
	return t.End(Slot{j.Name, until}, Skipped, now, "this and all since "+since.Format(layout)+": later ones were due as well")
}

// Begin writes down that a slot is begun.
func (t *Table) Begin(s Slot, now time.Time) error {
	return t.add(Record{Job: s.Job, Slot: s.Name(), State: Begun, At: now.UTC()})
}

// End writes down what became of a slot.
func (t *Table) End(s Slot, state string, now time.Time, detail string) error {
	return t.add(Record{Job: s.Job, Slot: s.Name(), State: state, At: now.UTC(), Detail: detail})
}

func (t *Table) add(r Record) error {
	if err := files.AddLine(t.path, r); err != nil {
		return err
	}
	t.rows = append(t.rows, r)
	return nil
}

// Last is the newest records, oldest first.
func (t *Table) Last(n int) []Record { return slices.Clone(t.rows[max(0, len(t.rows)-n):]) }

// Tidy forgets all but the newest records of each job.
func (t *Table) Tidy(keep int) error {
	count := map[string]int{}
	var kept []Record
	for _, r := range slices.Backward(t.rows) {
		if count[r.Job]++; count[r.Job] <= keep {
			kept = append(kept, r)
		}
	}
	if len(kept) == len(t.rows) {
		return nil
	}
	slices.Reverse(kept)
	t.rows = kept
	return files.WriteLines(t.path, kept)
}
