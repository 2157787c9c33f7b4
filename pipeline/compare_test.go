package pipeline_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/programme"
)

// flat is the configured programme at one rate for every purchase of a reseller.
func flat(p programme.Programme, rate programme.PPM) programme.Programme {
	p.Versions = slices.Clone(p.Versions)
	for i := range p.Versions {
		v := &p.Versions[i]
		v.Modules = slices.Clone(v.Modules)
		for j := range v.Modules {
			m := &v.Modules[j]
			m.Schedules = slices.Clone(m.Schedules)
			for k := range m.Schedules {
				m.Schedules[k].Rates = []programme.PPM{rate}
			}
		}
	}
	return p
}

func TestAComparisonIsWhatARunUnderTheOtherProgrammeStates(t *testing.T) {
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
		for _, row := range w.rows(t, "select partner_id || ' ' || module, earned::varchar from mart.statements where month = '2024-07-01' and lines > 0") {
			found[row[0]] = row[1]
		}
		return found
	}
	now, then := stated(w), stated(other)
	if len(c.Rows) != len(now) || len(c.Rows) < 10 {
		t.Errorf("%d rows compared, %d stated", len(c.Rows), len(now))
	}
	for _, d := range c.Rows {
		if key := d.Partner + " " + d.Module; d.Now.Earned.String() != now[key] || d.Other.Earned.String() != then[key] {
			t.Errorf("%s: compared %s and %s, stated %s and %s", key, d.Now.Earned, d.Other.Earned, now[key], then[key])
		}
	}

	need(t, "soffice", "--version")
	need(t, "/usr/bin/python3", "-c", "import openpyxl")
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
