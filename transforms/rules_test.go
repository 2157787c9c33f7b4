package transforms_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cockroachdb/apd/v3"

	"tranche/pipeline/programme"
	"tranche/transforms/oracle"
)

// units is a decimal as a whole number of units of 10^-scale.
func units(d apd.Decimal, scale int32) int64 {
	var out apd.Decimal
	if _, err := apd.BaseContext.WithPrecision(40).Quantize(&out, &d, -scale); err != nil {
		panic(err)
	}
	out.Exponent = 0
	n, err := out.Int64()
	if err != nil {
		panic(err)
	}
	return n
}

func centsOf(d *apd.Decimal) programme.Cents {
	if d == nil {
		return 0
	}
	return programme.Cents(units(*d, 2))
}

func version(v oracle.Version) programme.Version {
	out := programme.Version{
		Name: "since " + day(v.From), From: v.From,
		Points: programme.Points{StatusMonths: v.Points.StatusMonths, ExpireMonths: v.Points.ExpireMonths,
			PersonCap:    v.Points.PersonCap,
			CategoryCaps: categories(v.Points.CategoryCaps)},
		Levels: programme.Levels{Computed: v.Levels.Computed, ReviewMonth: v.Levels.ReviewMonth,
			GraceMonths: v.Levels.GraceMonths},
	}
	for _, in := range v.Incentives {
		out.Incentives = append(out.Incentives, incentive(in))
	}
	for _, name := range slices.Sorted(maps.Keys(v.Points.ByAmount)) {
		r := v.Points.ByAmount[name]
		var times []programme.Times
		for _, t := range r.Times {
			times = append(times, programme.Times{From: t.From, To: t.To, By: programme.Cents(100 * t.By)})
		}
		out.Points.ByAmount = append(out.Points.ByAmount, programme.PointRate{Times: times, Incentive: name, Points: r.Points,
			Most: r.Most, Per: centsOf(&r.Per), From: r.From})
	}
	for _, code := range slices.Sorted(maps.Keys(v.Points.Certifications)) {
		c := v.Points.Certifications[code]
		out.Points.Certifications = append(out.Points.Certifications,
			programme.Certification{Code: code, Category: c.Category, Points: c.Points})
	}
	for _, q := range v.Levels.Requirements {
		out.Levels.Requirements = append(out.Levels.Requirements, programme.Requirement{Level: q.Level, Points: q.Points,
			Certifications: q.Certifications, Minimums: categories(q.Minimums), Conditions: conditions(q.Conditions)})
	}
	for _, m := range v.Levels.Measures {
		theirs := programme.Measure{Name: m.Name, Counts: m.Counts, Category: m.Category, Incentive: m.Incentive,
			Months: m.Months, Ago: m.Ago, Of: m.Of, To: m.To, Times: programme.Cents(100 * m.Times)}
		for _, p := range m.Score {
			theirs.Score = append(theirs.Score, programme.ScorePart{Measure: p.Measure, Points: p.Points, Per: centsOf(&p.Per),
				Most: p.Most})
		}
		out.Levels.Measures = append(out.Levels.Measures, theirs)
	}
	for _, kind := range slices.Sorted(maps.Keys(v.Admissions)) {
		out.Admissions = append(out.Admissions, programme.Admission{PartnerType: kind, From: v.Admissions[kind]})
	}
	return out
}

func incentive(in oracle.Incentive) programme.Incentive {
	d := in.Deals
	out := programme.Incentive{Name: in.Name, Credits: in.Credits, Module: in.Module,
		Counts: programme.Counts{Basis: in.Basis, Families: in.Families, SKUs: in.SKUs,
			Contracts: in.Contracts, Types: in.Types,
			PartnerTypes: in.PartnerTypes, Countries: in.Countries, Line: centsOf(in.LeastLine),
			Document: centsOf(in.LeastDocument), Deal: centsOf(in.LeastDeal)},
		Base: in.Base, Target: in.Target, Method: in.Method, Period: in.Period, From: in.From, To: in.To, NotWith: in.NotWith,
		Terms: terms(in), Cap: centsOf(in.Cap), CapEach: in.CapEach, Guaranteed: centsOf(in.Guaranteed),
		Deals: programme.Deals{LeadDays: d.LeadDays, WindowDays: d.WindowDays, OwnDeals: d.OwnDeals, Rescale: d.Rescale},
		Money: in.MoneyFrom, PaysNothing: len(in.Schedules) == 0}
	if in.UpperBounds {
		out.Bounds = programme.UpperInclusive
	}
	limits := programme.Limits{Minimum: centsOf(in.Least), Maximum: centsOf(in.Most)}
	switch in.LimitEach {
	case "line":
		out.Line = limits
	case "document":
		out.Document = limits
	}
	for _, role := range slices.Sorted(maps.Keys(d.Weights)) {
		out.Deals.Weights = append(out.Deals.Weights, programme.Weight{Role: role, Weight: d.Weights[role]})
	}
	for _, s := range in.Schedules {
		out.Schedules = append(out.Schedules, schedule(in, s))
	}
	return out
}

func terms(in oracle.Incentive) string {
	if in.ByAgreement {
		return programme.Agreement
	}
	return ""
}

func schedule(in oracle.Incentive, s oracle.Schedule) programme.Schedule {
	pays := func(rate, flat apd.Decimal) programme.Tranche {
		if in.Base == "quantity" || in.Base == "activities" {
			return programme.Tranche{PerUnit: centsOf(&rate), Flat: centsOf(&flat)}
		}
		return programme.Tranche{Rate: programme.PPM(units(rate, 6)), Flat: centsOf(&flat)}
	}
	if s.Width != nil {
		var each []programme.Tranche
		for i, r := range s.Rates {
			var flat apd.Decimal
			if i < len(s.Flats) {
				flat = s.Flats[i]
			}
			each = append(each, pays(r, flat))
		}
		return programme.Wide(s.Level, s.Family, centsOf(s.Width), each...)
	}
	t := programme.Schedule{Level: s.Level, Family: s.Family}
	for _, x := range s.Tranches {
		tranche := pays(x.Rate, x.Flat)
		tranche.From, tranche.To = centsOf(&x.From), centsOf(x.To)
		t.Tranches = append(t.Tranches, tranche)
	}
	return t
}

func conditions(list []oracle.Condition) (out []programme.Condition) {
	for _, c := range list {
		out = append(out, programme.Condition{Way: c.Way, Measure: c.Measure, Least: centsOf(&c.Least)})
	}
	return out
}

func categories(m map[string]int64) []programme.CategoryPoints {
	var out []programme.CategoryPoints
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, programme.CategoryPoints{Category: name, Points: m[name]})
	}
	return out
}

func wholeOrNull(n int64) string {
	if n == 0 {
		return "null"
	}
	return fmt.Sprint(n)
}

func amountOrNull(d *apd.Decimal) string {
	if d == nil {
		return "null"
	}
	return d.Text('f')
}
