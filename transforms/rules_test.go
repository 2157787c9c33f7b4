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
		SellWith: programme.SellWith{LeadDays: v.SellWith.LeadDays, WindowDays: v.SellWith.WindowDays,
			OwnDeals: v.SellWith.OwnDeals,
			Rescale:  v.SellWith.Rescale, PointsFrom: v.SellWith.PointsFrom, MoneyFrom: v.SellWith.MoneyFrom},
		Points: programme.Points{StatusMonths: v.Points.StatusMonths, ExpireMonths: v.Points.ExpireMonths,
			PersonCap:    v.Points.PersonCap,
			CategoryCaps: categories(v.Points.CategoryCaps)},
		Levels: programme.Levels{Computed: v.Levels.Computed, ReviewMonth: v.Levels.ReviewMonth,
			GraceMonths: v.Levels.GraceMonths},
	}
	for _, name := range slices.Sorted(maps.Keys(v.Modules)) {
		out.Modules = append(out.Modules, module(name, v.Modules[name]))
	}
	for _, role := range slices.Sorted(maps.Keys(v.SellWith.Weights)) {
		out.SellWith.Weights = append(out.SellWith.Weights, programme.Weight{Role: role, Weight: v.SellWith.Weights[role]})
	}
	for _, name := range slices.Sorted(maps.Keys(v.Points.ByAmount)) {
		r := v.Points.ByAmount[name]
		out.Points.ByAmount = append(out.Points.ByAmount, programme.PointRate{Module: name, Points: r.Points,
			Per: centsOf(&r.Per)})
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

func module(name string, m oracle.Module) programme.Module {
	out := programme.Module{Name: name, Method: m.Method, Period: m.Period, Cap: centsOf(m.Cap)}
	for _, s := range m.Schedules {
		t := programme.Schedule{Level: s.Level, Family: s.Family, Width: centsOf(s.Width)}
		for _, r := range s.Rates {
			t.Rates = append(t.Rates, programme.PPM(units(r, 6)))
		}
		for _, x := range s.Tranches {
			t.Tranches = append(t.Tranches, programme.Tranche{From: centsOf(&x.From), To: centsOf(x.To),
				Rate: programme.PPM(units(x.Rate, 6))})
		}
		out.Schedules = append(out.Schedules, t)
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
