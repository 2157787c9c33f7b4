package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/programme"
	"tranche/reports/currency"
)

func (r *reader) programme(f file) programme.Programme {
	p := programme.Programme{
		Currency: f.Currency, YearStarts: cmp.Or(f.YearStarts, 1), FXMaxAge: f.FX.MaxAgeDays,
		MinPayable:  r.money("$.pay.minimum_payable", f.Pay.MinimumPayable),
		SettleAfter: f.Pay.SettleAfter, PaysOwn: f.Pay.Currency == "partner",
	}
	r.oneOf("$", "unnamed_returns", f.Returns, true)
	if f.Returns != programme.UnnamedReturns()[0] { // the same rules have one fingerprint
		p.UnnamedReturns = f.Returns
	}
	if known := words("paid_in"); f.Pay.Currency != "" && !slices.Contains(known, f.Pay.Currency) {
		r.fault("$.pay.currency", "%q is not known here; write one of %s", f.Pay.Currency, strings.Join(known, ", "))
	}
	if p.MinPayable < 0 {
		r.fault("$.pay.minimum_payable", "the minimum is 0 or more")
	}
	if p.SettleAfter < 0 {
		r.fault("$.pay.settle_after", "%d is not a number of months", p.SettleAfter)
	}
	r.currency("$.currency", p.Currency)
	if n := currency.Decimals(p.Currency); n != currency.Usual {
		r.fault("$.currency", "amounts of the programme have two decimals, and %s has %d: choose a currency with two; "+
			"sales and partners may have any", p.Currency, n)
	}
	if p.YearStarts < 1 || p.YearStarts > 12 {
		r.fault("$.year_starts", "the programme year begins in a month from 1 to 12")
	}
	if p.FXMaxAge < 0 {
		r.fault("$.fx.max_age_days", "a rate's age is at least 0 days")
	}
	if p.Names = r.others; p.Names.Levels == nil || f.Names.Levels != nil {
		p.Names = r.names(f.Names, f.Programme)
	}
	for i, v := range f.Programme {
		p.Versions = append(p.Versions, r.version(fmt.Sprintf("$.programme[%d]", i), v, p.Names))
	}
	for _, fault := range append(p.Validate(), p.Unpaid()...) {
		r.fault("$.programme"+fault.Path, "%s", fault.Text)
	}
	return p
}

func (r *reader) version(at string, f versionFile, names programme.Names) programme.Version {
	v := programme.Version{Name: f.Name, From: r.day(at+".from", f.From)}
	for i, in := range f.Incentives {
		v.Incentives = append(v.Incentives, r.incentive(fmt.Sprintf("%s.incentives[%d]", at, i), in, names))
	}
	v.Points = r.points(at+".points", f.Points)
	v.Levels = programme.Levels{
		Computed:    f.Levels.Source != "directory",
		ReviewMonth: f.Levels.ReviewMonth,
		GraceMonths: f.Levels.GraceMonths,
	}
	r.oneOf(at+".levels", "source", f.Levels.Source, false)
	for i, q := range f.Levels.Requirements {
		v.Levels.Requirements = append(v.Levels.Requirements, programme.Requirement{
			Level: q.Level, Points: q.Points, Certifications: q.Certifications, Minimums: categories(q.Minimums),
			Conditions: r.conditions(fmt.Sprintf("%s.levels.requirements[%d]", at, i), q)})
	}
	v.Levels.Measures = r.measures(at+".levels.measures", f.Levels.Measures)
	for i, a := range f.Admissions {
		v.Admissions = append(v.Admissions, programme.Admission{
			PartnerType: a.PartnerType, From: r.day(fmt.Sprintf("%s.admissions[%d].from", at, i), a.From)})
	}
	return v
}

func (r *reader) points(at string, f pointsFile) programme.Points {
	p := programme.Points{
		StatusMonths: f.StatusMonths, ExpireMonths: f.ExpireMonths, PersonCap: f.PersonCap,
		RedemptionRate: r.money(at+".redemption_value", f.RedemptionValue), CategoryCaps: categories(f.CategoryCaps),
	}
	for i, q := range f.ByAmount {
		var times []programme.Times
		for j, t := range q.Times {
			there := fmt.Sprintf("%s.by_amount[%d].times[%d]", at, i, j)
			times = append(times, programme.Times{From: r.day(there+".from", t.From), To: r.day(there+".to", t.To),
				By: r.money(there+".by", t.By)})
		}
		p.ByAmount = append(p.ByAmount, programme.PointRate{Times: times,
			Incentive: q.Incentive, Points: q.Points, Most: q.Most,
			Per:  r.money(fmt.Sprintf("%s.by_amount[%d].per", at, i), q.Per),
			From: r.optionalDay(fmt.Sprintf("%s.by_amount[%d].from", at, i), q.From)})
	}
	for _, c := range f.Certifications {
		p.Certifications = append(p.Certifications, programme.Certification(c))
	}
	return p
}

func categories(m map[string]int64) []programme.CategoryPoints {
	var list []programme.CategoryPoints
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, programme.CategoryPoints{Category: name, Points: m[name]})
	}
	return list
}

// money reads an amount of at most two decimals.
func (r *reader) money(at string, text exact) programme.Cents {
	if text == "" {
		return 0
	}
	units, code := feed.Feed{}.ParseNumber(string(text), 2)
	if code != "" {
		r.fault(at, "%q is not an amount; write 25000 or 49.90", string(text))
	}
	return programme.Cents(units)
}

// percent reads a rate of at most four decimals.
func (r *reader) percent(at string, text exact) programme.PPM {
	units, code := feed.Feed{}.ParseNumber(strings.TrimSpace(strings.TrimSuffix(string(text), "%")), 4)
	if code != "" {
		r.fault(at, "%q is not a rate; write 7.5 for 7.5 %%", string(text))
	}
	return programme.PPM(units)
}

// currency refuses what is no code of a currency.
func (r *reader) currency(at, code string) {
	if !currency.Known(code) {
		r.fault(at, "%q is not a currency code such as USD", code)
	}
}

func (r *reader) optionalDay(at string, text exact) time.Time {
	if text == "" {
		return time.Time{}
	}
	return r.day(at, text)
}

func (r *reader) day(at string, text exact) time.Time {
	d, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		r.fault(at, "%q is not a date; write 2024-07-01", string(text))
	}
	return d
}
