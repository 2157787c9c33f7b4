package transforms_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"

	"tranche/pipeline/config"
	"tranche/pipeline/programme"
	"tranche/transforms/oracle"
)

// readConfigured is the programme that a case writes as a configuration does. The slow calculation gets it in its own
// words, and nothing may be lost on the way.
func readConfigured(t *testing.T, text string) oracle.Programme {
	t.Helper()
	path := filepath.Join(t.TempDir(), "programme.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := config.ReadProgramme(path, programme.Programme{Currency: "USD", FXMaxAge: 5})
	if err != nil {
		t.Fatal(err)
	}
	said := ours(p)
	for i, v := range theirs(said).Versions {
		v.Name = p.Versions[i].Name
		if got, want := theirs(said).Hash(v), p.Hash(p.Versions[i]); got != want {
			t.Fatalf("the slow calculation is not told all of version %d", i+1)
		}
	}
	return said
}

func decimalOf(c programme.Cents) apd.Decimal { return dec(int64(c), 2) }

// orNil is nil for zero.
func orNil(c programme.Cents) *apd.Decimal {
	if c == 0 {
		return nil
	}
	d := decimalOf(c)
	return &d
}

// ours is the program's programme as the oracle has it.
func ours(p programme.Programme) oracle.Programme {
	out := oracle.Programme{Currency: p.Currency, YearStarts: p.YearStarts, FXMaxAge: p.FXMaxAge,
		MinPayable: decimalOf(p.MinPayable), SettleAfter: p.SettleAfter, UnnamedReturns: p.UnnamedReturns,
		Levels: p.Names.Levels, Modules: p.Names.Modules}
	for _, v := range p.Versions {
		out.Versions = append(out.Versions, ourVersion(v))
	}
	return out
}

func ourVersion(v programme.Version) oracle.Version {
	out := oracle.Version{From: v.From, Admissions: admissions(v),
		Points: oracle.Points{StatusMonths: v.Points.StatusMonths, ExpireMonths: v.Points.ExpireMonths,
			ByAmount: map[string]oracle.PointRate{}, Certifications: map[string]oracle.CertificationPoints{},
			PersonCap: v.Points.PersonCap, CategoryCaps: byCategory(v.Points.CategoryCaps)},
		Levels: oracle.Levels{Computed: v.Levels.Computed, ReviewMonth: v.Levels.ReviewMonth,
			GraceMonths: v.Levels.GraceMonths}}
	for _, r := range v.Points.ByAmount {
		rate := oracle.PointRate{Points: r.Points, Per: decimalOf(r.Per), From: r.From, Most: r.Most}
		for _, x := range r.Times {
			rate.Times = append(rate.Times, oracle.Times{From: x.From, To: x.To, By: int64(x.By) / 100})
		}
		out.Points.ByAmount[r.Incentive] = rate
	}
	for _, c := range v.Points.Certifications {
		out.Points.Certifications[c.Code] = oracle.CertificationPoints{Category: c.Category, Points: c.Points}
	}
	for _, in := range v.Incentives {
		out.Incentives = append(out.Incentives, ourIncentive(in))
	}
	for _, q := range v.Levels.Requirements {
		r := oracle.Requirement{Level: q.Level, Points: q.Points, Certifications: q.Certifications,
			Minimums: byCategory(q.Minimums)}
		for _, c := range q.Conditions {
			r.Conditions = append(r.Conditions, oracle.Condition{Way: c.Way, Measure: c.Measure, Least: decimalOf(c.Least)})
		}
		out.Levels.Requirements = append(out.Levels.Requirements, r)
	}
	for _, m := range v.Levels.Measures {
		said := oracle.Measure{Name: m.Name, Counts: m.Counts, Category: m.Category, Incentive: m.Incentive,
			Months: m.Months, Ago: m.Ago, Of: m.Of, To: m.To, Times: int64(m.Times) / 100}
		for _, x := range m.Score {
			said.Score = append(said.Score, oracle.ScorePart{Measure: x.Measure, Points: x.Points, Per: decimalOf(x.Per),
				Most: x.Most})
		}
		out.Levels.Measures = append(out.Levels.Measures, said)
	}
	return out
}

func ourIncentive(in programme.Incentive) oracle.Incentive {
	c, d := in.Counts, in.Deals
	out := oracle.Incentive{Name: in.Name, Credits: in.Credits, Module: in.Module, Basis: c.Basis, Families: c.Families,
		SKUs: c.SKUs, Types: c.Types, Contracts: c.Contracts, PartnerTypes: c.PartnerTypes, Countries: c.Countries,
		LeastLine: orNil(c.Line), LeastDocument: orNil(c.Document), LeastDeal: orNil(c.Deal), Base: in.Base,
		Method: in.Method, Period: in.Period, Target: in.Target,
		ByAgreement: in.Terms == programme.Agreement, UpperBounds: in.Bounds != "", From: in.From, To: in.To,
		NotWith: in.NotWith, Cap: orNil(in.Cap), CapEach: in.CapEach, Guaranteed: orNil(in.Guaranteed),
		Deals: oracle.Deals{LeadDays: d.LeadDays, WindowDays: d.WindowDays, OwnDeals: d.OwnDeals, Rescale: d.Rescale,
			Weights: map[string]int64{}},
		MoneyFrom: in.Money}
	for _, w := range d.Weights {
		out.Deals.Weights[w.Role] = w.Weight
	}
	switch {
	case in.Line != programme.Limits{}:
		out.LimitEach, out.Least, out.Most = "line", orNil(in.Line.Minimum), orNil(in.Line.Maximum)
	case in.Document != programme.Limits{}:
		out.LimitEach, out.Least, out.Most = "document", orNil(in.Document.Minimum), orNil(in.Document.Maximum)
	}
	for _, s := range in.Schedules {
		out.Schedules = append(out.Schedules, ourSchedule(in, s))
	}
	return out
}

func ourSchedule(in programme.Incentive, s programme.Schedule) oracle.Schedule {
	out := oracle.Schedule{Level: s.Level, Family: s.Family, Width: orNil(s.Width)}
	for _, x := range s.Tranches {
		rate := dec(int64(x.Rate), 6)
		if in.Base == programme.Quantity || in.Base == programme.Activities {
			rate = decimalOf(x.PerUnit)
		}
		if s.Width != 0 {
			out.Rates, out.Flats = append(out.Rates, rate), append(out.Flats, decimalOf(x.Flat))
			continue
		}
		tranche := oracle.Tranche{From: decimalOf(x.From), To: orNil(x.To), Rate: rate, Flat: decimalOf(x.Flat)}
		out.Tranches = append(out.Tranches, tranche)
	}
	return out
}

func admissions(v programme.Version) map[string]time.Time {
	out := map[string]time.Time{}
	for _, a := range v.Admissions {
		out[a.PartnerType] = a.From
	}
	return out
}

func byCategory(list []programme.CategoryPoints) map[string]int64 {
	out := map[string]int64{}
	for _, c := range list {
		out[c.Category] = c.Points
	}
	return out
}

// TestTheProgrammesOfTheFixturesAreCases makes sure that each says that its figures are invented.
func TestTheProgrammesOfTheFixturesAreCases(t *testing.T) {
	paths := programmes(t)
	if len(paths) < 12 {
		t.Errorf("%d programmes", len(paths))
	}
	for _, path := range paths {
		c := readCase(t, path)
		if c.part("programme.yaml") == "" || c.part("want") == "" || !slices.Contains(c.lines("programme.yaml"),
			"vendor: Invented") {
			t.Errorf("%s has no programme of an invented vendor, or no figures", path)
		}
	}
}

func programmes(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../fixtures/programmes/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
