package pipeline_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tranche/fixtures/machine"
	"tranche/pipeline"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/programme"
	"tranche/pipeline/store"
)

// flat is the configured programme at one rate for every purchase of a reseller.
func flat(p programme.Programme, rate programme.PPM) programme.Programme {
	p.Versions = slices.Clone(p.Versions)
	for i := range p.Versions {
		v := &p.Versions[i]
		v.Incentives = slices.Clone(v.Incentives)
		for j := range v.Incentives {
			m := &v.Incentives[j]
			m.Schedules = slices.Clone(m.Schedules)
			for k := range m.Schedules {
				s := m.Schedules[k]
				m.Schedules[k] = programme.Wide(s.Level, s.Family, s.Width, programme.Tranche{Rate: rate})
			}
		}
	}
	return p
}

func TestAComparisonIsWhatARunUnderTheOtherProgrammeStates(t *testing.T) {
	long(t)
	w := sampleWorld(t)
	july := time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	o := pipeline.Options{Config: w.config, Now: now, Month: july}
	c, err := pipeline.Compare(t.Context(), o, flat(w.config.Programme, 30_000))
	if err != nil {
		t.Fatal(err)
	}
	other := newWorld(t, t.TempDir(), asItIs)
	other.config.Programme = flat(other.config.Programme, 30_000)
	other.run(t)
	stated := func(w *world) map[string]string {
		found := map[string]string{}
		for _, row := range w.rows(t, `select partner_id || ' ' || incentive, earned::varchar from mart.statements
			where month = '2024-07-01' and lines > 0`) {
			found[row[0]] = row[1]
		}
		return found
	}
	now, then := stated(w), stated(other)
	if len(c.Rows) != len(now) || len(c.Rows) < 10 {
		t.Errorf("%d rows compared, %d stated", len(c.Rows), len(now))
	}
	for _, d := range c.Rows {
		if key := d.Partner + " " + d.Incentive; d.Now.Earned.String() != now[key] || d.Other.Earned.String() != then[key] {
			t.Errorf("%s: compared %s and %s, stated %s and %s", key, d.Now.Earned, d.Other.Earned, now[key], then[key])
		}
	}

	machine.Works(t, "soffice", "--version")
	machine.Works(t, "/usr/bin/python3", "-c", "import openpyxl")
	originals, again := t.TempDir(), t.TempDir()
	path := filepath.Join(originals, "comparison.xlsx")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := pipeline.WriteComparison(out, c); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	recalculate(t, []string{path}, again)
	if got := checkWorkbooks(t, originals, again); len(got.Problems) > 0 || got.Formulas < 20 {
		t.Errorf("%d formulas; %v", got.Formulas, got.Problems)
	}
}

func TestAComparisonWorksInFilesAsARunDoesAndLeavesNone(t *testing.T) {
	long(t)
	w := newWorld(t, t.TempDir(), asItIs)
	w.run(t)
	seen := 0
	o := pipeline.Options{Config: w.config, Now: now, Progress: func(string, int, int) {
		if _, err := os.Stat(filepath.Join(w.config.Folders.Work(), "published.duckdb")); err == nil {
			seen++
		}
	}}
	c, err := pipeline.Compare(t.Context(), o, w.config.Programme)
	if err != nil || len(c.Rows) == 0 || seen == 0 {
		t.Errorf("%v; the marts were in the work folder at %d steps", err, seen)
	}
	if _, err := os.Stat(w.config.Folders.Work()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the work folder is still there (%v)", err)
	}
}

func TestAComparisonOfMonthsThatAreNotThereIsRefused(t *testing.T) {
	w := sampleWorld(t)
	late := w.config.Programme
	late.Versions = slices.Clone(late.Versions[:1])
	late.Versions[0].From = time.Date(2024, 9, 1, 0, 0, 0, 0, time.UTC)
	const nothing = "there is nothing to compare: "
	for _, c := range []struct {
		month time.Time
		other programme.Programme
		says  string
	}{
		{day("2024-09-01"), w.config.Programme, "2024-09: " + nothing + "the months there are go from 2024-01 to 2024-08"},
		{day("2023-12-01"), w.config.Programme, "2023-12: " + nothing + "the months there are go from 2024-01 to 2024-08"},
		{day("2024-07-01"), late, "2024-07: " + nothing + "the other programme begins on 2024-09-01"},
		{time.Time{}, late, "2024-08: " + nothing + "the other programme begins on 2024-09-01"},
	} {
		_, err := pipeline.Compare(t.Context(), pipeline.Options{Config: w.config, Now: now, Month: c.month}, c.other)
		if !errors.Is(err, pipeline.ErrNothingToCompare) || err.Error() != c.says {
			t.Errorf("it says %v, it should say %s", err, c.says)
		}
	}
}

func TestAProgrammeThatBeginsInsideTheMonthsComparedIsPointedOut(t *testing.T) {
	long(t)
	w := sampleWorld(t)
	late := w.config.Programme
	late.Versions = slices.Clone(late.Versions[:1])
	late.Versions[0].From = time.Date(2024, 7, 15, 0, 0, 0, 0, time.UTC)
	c, err := pipeline.Compare(t.Context(), pipeline.Options{Config: w.config, Now: now}, late)
	if err != nil || !strings.Contains(c.Caution(), "The other programme begins on 2024-07-15") {
		t.Errorf("%v; it says %+v", err, c)
	}
	c, err = pipeline.Compare(t.Context(), pipeline.Options{Config: w.config, Now: now}, w.config.Programme)
	if err != nil || c.Caution() != "" {
		t.Errorf("%v; two programmes of the same day: %q", err, c.Caution())
	}
}

func TestAStoreThatARunHasToMendFirstIsNotCompared(t *testing.T) {
	long(t)
	compare := func(w *world) error {
		_, err := pipeline.Compare(t.Context(), pipeline.Options{Config: w.config, Now: now}, w.config.Programme)
		return err
	}
	// Nothing has run, with and without a state folder.
	w := newWorld(t, t.TempDir(), asItIs)
	for range 2 {
		if err := compare(w); !errors.Is(err, loading.ErrRunFirst) {
			t.Errorf("without a store it says %v", err)
		}
		if _, err := os.Stat(filepath.Join(w.config.Folders.State, "lock")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a lock was left behind (%v)", err)
		}
		if err := os.MkdirAll(w.config.Folders.State, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w.run(t)
	for _, c := range []struct{ damage, mend, says string }{
		{
			"update store.raw.version set version = 'older'",
			"update store.raw.version set version = '" + loading.Version() + "'",
			"another version",
		},
		{"alter table store.raw.version rename to gone", "alter table store.raw.gone rename to version", "another version"},
		{
			"create table store.raw.sales_0000000000000000 (x integer)",
			"drop table store.raw.sales_0000000000000000",
			"stopped before it had loaded everything",
		},
		{
			"update store.raw.files set feed_hash = 'x' || feed_hash where file_id = 3",
			"update store.raw.files set feed_hash = feed_hash[2:] where file_id = 3",
			"not loaded yet",
		},
	} {
		w.inStore(t, c.damage)
		if err := compare(w); !errors.Is(err, loading.ErrRunFirst) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("after %s it says %v", c.damage, err)
		}
		w.inStore(t, c.mend)
		if err := compare(w); err != nil {
			t.Error(err)
		}
	}
}

// inStore changes the store behind the program's back.
func (w *world) inStore(t *testing.T, query string) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Attach(t.Context(), w.config.Folders.Store(), "store"); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}
