package transforms_test

import (
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
		out.Points.ByAmount = append(out.Points.ByAmount, programme.PointRate{Incentive: name, Points: r.Points,
			Per: centsOf(&r.Per), From: r.From})
	}
	for _, code := range slices.Sorted(maps.Keys(v.Points.Certifications)) {
		c := v.Points.Certifications[code]
		out.Points.Certifications = append(out.Points.Certifications,
			programme.Certification{Code: code, Category: c.Category, Points: c.Points})
	}
	for _, q := range v.Levels.Requirements {
		out.Levels.Requirements = append(out.Levels.Requirements, programme.Requirement{Level: q.Level, Points: q.Points,
			Certifications: q.Certifications, Minimums: categories(q.Minimums)})
	}
	for _, kind := range slices.Sorted(maps.Keys(v.Admissions)) {
		out.Admissions = append(out.Admissions, programme.Admission{PartnerType: kind, From: v.Admissions[kind]})
	}
	return out
}

func incentive(in oracle.Incentive) programme.Incentive {
	d := in.Deals
	out := programme.Incentive{Name: in.Name, Credits: in.Credits, Module: in.Module,
		Counts: programme.Counts{Basis: in.Basis}, Method: in.Method, Period: in.Period, Cap: centsOf(in.Cap),
		Deals: programme.Deals{LeadDays: d.LeadDays, WindowDays: d.WindowDays, OwnDeals: d.OwnDeals, Rescale: d.Rescale},
		Money: in.MoneyFrom, PaysNothing: len(in.Schedules) == 0}
	for _, role := range slices.Sorted(maps.Keys(d.Weights)) {
		out.Deals.Weights = append(out.Deals.Weights, programme.Weight{Role: role, Weight: d.Weights[role]})
	}
	for _, s := range in.Schedules {
		out.Schedules = append(out.Schedules, schedule(s))
	}
	return out
}

func schedule(s oracle.Schedule) programme.Schedule {
	if s.Width != nil {
		var each []programme.Tranche
		for _, r := range s.Rates {
			each = append(each, programme.Tranche{Rate: programme.PPM(units(r, 6))})
		}
		return programme.Wide(s.Level, s.Family, centsOf(s.Width), each...)
	}
	t := programme.Schedule{Level: s.Level, Family: s.Family}
	for _, x := range s.Tranches {
		t.Tranches = append(t.Tranches, programme.Tranche{From: centsOf(&x.From), To: centsOf(x.To),
			Rate: programme.PPM(units(x.Rate, 6))})
	}
	return t
}

func categories(m map[string]int64) []programme.CategoryPoints {
	var out []programme.CategoryPoints
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, programme.CategoryPoints{Category: name, Points: m[name]})
	}
	return out
}
