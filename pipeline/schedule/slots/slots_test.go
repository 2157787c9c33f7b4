package slots

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// clock is a table, a job and a time that a test turns.
type clock struct {
	t    *testing.T
	path string
	zone *time.Location
	job  Job
	ran  map[string]int

	table    *Table
	asked    int
	attended time.Time
}

func newClock(t *testing.T, zone, at string) *clock {
	t.Helper()
	where, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	schedule, err := Schedule(at)
	if err != nil {
		t.Fatal(err)
	}
	return &clock{
		t: t, path: filepath.Join(t.TempDir(), "slots.jsonl"), zone: where, job: Job{Name: "night", At: schedule},
		ran: map[string]int{},
	}
}

// ask does what is due. Now and then, and whenever a test asks for something of its own,
// it opens the table anew, as after a restart.
func (c *clock) ask(now time.Time) string {
	c.t.Helper()
	var err error
	if c.asked++; c.table == nil || c.asked%100 < 5 {
		if c.table, err = Open(c.path, c.zone); err != nil {
			c.t.Fatal(err)
		}
	}
	table := c.table
	slot, _, err := table.Due(c.job, c.attended, now)
	if err != nil {
		c.t.Fatal(err)
	}
	if slot == nil {
		return ""
	}
	if err := table.Record(*slot, Begun, now, ""); err != nil {
		c.t.Fatal(err)
	}
	if err := table.Record(*slot, Done, now, ""); err != nil {
		c.t.Fatal(err)
	}
	c.ran[slot.Name()]++
	return slot.Name()
}

func (c *clock) until(from, to time.Time, step time.Duration) {
	for now := from; now.Before(to); now = now.Add(step) {
		c.ask(now)
	}
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestEveryNightOfAYearIsDoneOnceThoughTheClockIsPutForwardAndBack(t *testing.T) {
	for zone, first := range map[string]string{
		"Europe/Berlin": "2026-01-01T00:00:00Z", "America/New_York": "2026-01-01T06:00:00Z",
		"Australia/Lord_Howe": "2026-01-01T00:00:00Z",
	} {
		c := newClock(t, zone, "30 2 * * *")
		from := at(t, first)
		c.until(from, from.AddDate(1, 0, 0), time.Hour)
		if len(c.ran) != 365 {
			t.Errorf("%s: %d nights were done, of 365", zone, len(c.ran))
		}
		for slot, times := range c.ran {
			if times != 1 {
				t.Errorf("%s: %s was done %d times", zone, slot, times)
			}
		}
	}
}

func TestANightThatTheClockLeavesOutIsDueAsSoonAsItHasPassed(t *testing.T) {
	c := newClock(t, "Europe/Berlin", "30 2 * * *")
	c.ask(at(t, "2026-03-28T12:00:00Z"))
	if got := c.ask(at(t, "2026-03-29T00:59:00Z")); got != "" {
		t.Errorf("at 01:59 %s was due", got)
	}
	if got := c.ask(at(t, "2026-03-29T01:00:00Z")); got != "2026-03-29T02:30" {
		t.Errorf("at 03:00, which follows 01:59, %q was due", got)
	}
}

func TestTheTwentyNinthOfFebruaryComesEveryFourYears(t *testing.T) {
	c := newClock(t, "UTC", "0 3 29 2 *")
	c.until(at(t, "2026-01-01T00:00:00Z"), at(t, "2033-01-01T00:00:00Z"), 12*time.Hour)
	if len(c.ran) != 2 || c.ran["2028-02-29T03:00"] != 1 || c.ran["2032-02-29T03:00"] != 1 {
		t.Errorf("done were %v", c.ran)
	}
}

func TestExpressionsThatNeverComeOrNameAZoneAreRefused(t *testing.T) {
	for _, text := range []string{"0 3 30 2 *", "TZ=Europe/Paris 0 3 * * *", "TZ=", "0 3 * *", "61 3 * * *", ""} {
		if _, err := Schedule(text); err == nil {
			t.Errorf("%q passes", text)
		}
	}
}

func TestAfterAMonthOffTheLastNightIsCaughtUpAndTheOthersAreWrittenDown(t *testing.T) {
	c := newClock(t, "Europe/Paris", "30 2 * * *")
	c.ask(at(t, "2026-01-01T12:00:00Z"))
	if got := c.ask(at(t, "2026-02-01T12:00:00Z")); got != "2026-02-01T02:30" {
		t.Errorf("due was %q", got)
	}
	table, err := Open(c.path, c.zone)
	if err != nil {
		t.Fatal(err)
	}
	skipped := 0
	for _, r := range table.Last(1000) {
		if r.State == Skipped {
			skipped++
		}
	}
	if skipped != 30 {
		t.Errorf("%d nights are written down as left out, of 30", skipped)
	}
}

func TestAJobThatIsNotToBeCaughtUpLeavesOutWhatItMissed(t *testing.T) {
	c := newClock(t, "UTC", "30 2 * * *")
	c.job.Skip = true
	c.ask(at(t, "2026-01-01T12:00:00Z"))
	if got := c.ask(at(t, "2026-01-02T03:00:00Z")); got != "" {
		t.Errorf("half an hour late %q was due", got)
	}
	if got := c.ask(at(t, "2026-01-03T02:39:00Z")); got != "2026-01-03T02:30" {
		t.Errorf("nine minutes late %q was due", got)
	}
}

func TestAJobThatFellDueWhileAnotherWasAtWorkWasNotMissed(t *testing.T) {
	c := newClock(t, "UTC", "30 2 * * *")
	c.job.Skip = true
	c.ask(at(t, "2026-01-01T12:00:00Z"))
	c.asked = 10 // the table stays open
	c.attended = at(t, "2026-01-02T02:29:30Z")
	if got := c.ask(at(t, "2026-01-02T04:00:00Z")); got != "2026-01-02T02:30" {
		t.Errorf("after another job of an hour and a half %q was due", got)
	}
	c.attended = at(t, "2026-01-03T04:00:00Z")
	if got := c.ask(at(t, "2026-01-03T04:30:00Z")); got != "" {
		t.Errorf("what was missed before anybody was there was done: %q", got)
	}
}

func TestYearsOfMissedSlotsAreWrittenDownInOneLine(t *testing.T) {
	c := newClock(t, "UTC", "* * * * *")
	c.ask(at(t, "1970-01-01T12:00:00Z"))
	if got := c.ask(at(t, "2026-01-02T03:00:00Z")); got != "2026-01-02T03:00" {
		t.Errorf("%q was due", got)
	}
	rows := c.table.Last(1 << 20)
	if len(rows) > 2*oneByOne || rows[1].State != Skipped ||
		rows[1].Detail != "this and all since 1970-01-01T12:00: later ones were due as well" {
		t.Errorf("%d lines: %+v", len(rows), rows[1])
	}
	if got := c.ask(at(t, "2026-01-02T03:00:30Z")); got != "" {
		t.Errorf("%q was due again", got)
	}
}

func TestAClockThatJumpsDoesNoNightTwiceAndLosesNoneForLong(t *testing.T) {
	c := newClock(t, "Europe/Paris", "30 2 * * *")
	start := at(t, "2026-05-01T12:00:00Z")
	c.until(start, start.AddDate(0, 0, 9), time.Hour)
	// A month ahead, for an hour.
	c.ask(start.AddDate(0, 1, 9))
	// And right again; then a day back.
	c.until(start.AddDate(0, 0, 9), start.AddDate(0, 0, 20), time.Hour)
	c.until(start.AddDate(0, 0, 19), start.AddDate(0, 0, 60), time.Hour)
	for slot, times := range c.ran {
		if times != 1 {
			t.Errorf("%s was done %d times", slot, times)
		}
	}
	if len(c.ran) != 60 {
		t.Errorf("%d nights were done, of 60", len(c.ran))
	}
}

func TestASlotThatNeverEndsIsGivenUpAfterThreeAttempts(t *testing.T) {
	c := newClock(t, "UTC", "30 2 * * *")
	c.ask(at(t, "2026-01-01T12:00:00Z"))
	now := at(t, "2026-01-02T03:00:00Z")
	for attempt := range 5 {
		table, err := Open(c.path, c.zone)
		if err != nil {
			t.Fatal(err)
		}
		slot, _, err := table.Due(c.job, time.Time{}, now.Add(time.Duration(attempt)*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if (slot != nil) != (attempt < Attempts) {
			t.Fatalf("attempt %d: due is %v", attempt+1, slot)
		}
		if slot != nil {
			if err := table.Record(*slot, Begun, now, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestALineThatACrashCutShortIsPassedOver(t *testing.T) {
	c := newClock(t, "UTC", "30 2 * * *")
	c.ask(at(t, "2026-01-01T12:00:00Z"))
	c.ask(at(t, "2026-01-02T03:00:00Z"))
	data, err := os.ReadFile(c.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.path, data[:len(data)-9], 0o600); err != nil {
		t.Fatal(err)
	}
	c.table = nil
	if got := c.ask(at(t, "2026-01-02T04:00:00Z")); got != "2026-01-02T02:30" {
		t.Errorf("what was begun and not said to be done is not due again: %q", got)
	}
	if got := c.ask(at(t, "2026-01-02T05:00:00Z")); got != "" {
		t.Errorf("%s is due twice", got)
	}
}

func TestATidyTableRemembersTheNewest(t *testing.T) {
	c := newClock(t, "UTC", "30 2 * * *")
	start := at(t, "2026-01-01T12:00:00Z")
	c.until(start, start.AddDate(0, 0, 100), 6*time.Hour)
	table, err := Open(c.path, c.zone)
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Tidy(20); err != nil {
		t.Fatal(err)
	}
	c.table = nil
	if got := c.ask(start.AddDate(0, 0, 100)); got != "" {
		t.Errorf("%s is due again", got)
	}
	c.until(start.AddDate(0, 0, 100), start.AddDate(0, 0, 110), 6*time.Hour)
	if len(c.ran) != 110 {
		t.Errorf("%d nights were done, of 110", len(c.ran))
	}
}
