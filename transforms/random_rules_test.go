package transforms_test

import (
	"strings"
	"time"

	"github.com/cockroachdb/apd/v3"
	"pgregory.net/rapid"

	"tranche/transforms/oracle"
)

func drawProgramme(t *rapid.T) oracle.Programme {
	p := oracle.Programme{Currency: "USD", YearStarts: rapid.SampledFrom([]int{1, 1, 4}).Draw(t, "year starts"),
		FXMaxAge:       rapid.IntRange(0, 5).Draw(t, "fx age"),
		MinPayable:     dec(rapid.SampledFrom([]int64{0, 5000, 100000}).Draw(t, "minimum"), 2),
		SettleAfter:    rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(t, "settle after"),
		UnnamedReturns: rapid.SampledFrom([]string{"", "", "own_day", "hold"}).Draw(t, "unnamed returns")}
	from, lives := firstDay, []int{1, 3, 0}
	for range rapid.IntRange(1, 3).Draw(t, "versions") {
		lives = lives[rapid.IntRange(0, len(lives)-1).Draw(t, "life of points"):]
		v := drawVersion(t, from)
		v.Points.ExpireMonths = lives[0]
		p.Versions = append(p.Versions, v)
		from = from.AddDate(0, 0, rapid.IntRange(20, 150).Draw(t, "version days"))
	}
	return p
}

func drawVersion(t *rapid.T, from time.Time) oracle.Version {
	v := oracle.Version{From: from, Admissions: map[string]time.Time{}}
	for _, in := range exampleIncentives() {
		if rapid.IntRange(0, 4).Draw(t, in.Name) > 0 {
			drawIncentive(t, &in)
		}
		in.ByAgreement = in.Credits != "claims" && in.Guaranteed == nil && rapid.IntRange(0, 2).Draw(t, "by agreement") == 0
		if in.Credits == "claims" {
			drawClaimRules(t, &in)
		}
		v.Incentives = append(v.Incentives, in)
	}
	drawMore(t, &v)
	if rapid.Bool().Draw(t, "csp later") {
		v.Admissions["csp"] = drawDay(t, "csp from", 0, 250)
	}
	v.Points = oracle.Points{StatusMonths: rapid.IntRange(1, 6).Draw(t, "status months"),
		ByAmount: map[string]oracle.PointRate{}, PersonCap: rapid.SampledFrom([]int64{0, 50, 100}).Draw(t, "person cap"),
		CategoryCaps: map[string]int64{},
		Certifications: map[string]oracle.CertificationPoints{"A1": {Category: "technical", Points: 40},
			"S1": {Category: "sales", Points: rapid.Int64Range(1, 60).Draw(t, "S1")}}}
	for _, name := range []string{"distribution", "resell", "sell_with"} {
		if rapid.IntRange(0, 3).Draw(t, name+" points") > 0 {
			rate := oracle.PointRate{Points: rapid.Int64Range(1, 7).Draw(t, "points"),
				Per: dec(rapid.SampledFrom([]int64{100, 33333, 250000}).Draw(t, "per"), 2)}
			rate.Most = rapid.SampledFrom([]int64{0, 0, 40, 3000}).Draw(t, "most points")
			if rapid.IntRange(0, 2).Draw(t, "points later") == 0 {
				rate.From = drawDay(t, "points from", -10, 100)
			}
			if rapid.IntRange(0, 2).Draw(t, "multiplied") == 0 {
				begins := drawDay(t, "multiplied from", 101, 200)
				rate.Times = []oracle.Times{{By: rapid.Int64Range(1, 3).Draw(t, "times"), From: begins,
					To: begins.AddDate(0, 0, rapid.IntRange(0, 60).Draw(t, "multiplied days"))}}
			}
			v.Points.ByAmount[name] = rate
		}
	}
	if rapid.Bool().Draw(t, "A2") {
		v.Points.Certifications["A2"] = oracle.CertificationPoints{Category: "technical", Points: 70}
	}
	if rapid.Bool().Draw(t, "category cap") {
		v.Points.CategoryCaps["technical"] = rapid.Int64Range(1, 150).Draw(t, "technical cap")
	}
	v.Levels = oracle.Levels{Computed: rapid.IntRange(0, 3).Draw(t, "computed") > 0,
		ReviewMonth: rapid.IntRange(1, 12).Draw(t, "review"), GraceMonths: rapid.IntRange(1, 4).Draw(t, "grace"),
		Requirements: []oracle.Requirement{{Level: "ready"},
			{Level: "advanced", Points: rapid.Int64Range(1, 150).Draw(t, "advanced"),
				Certifications: rapid.Int64Range(0, 2).Draw(t, "certifications")},
			{Level: "premier", Points: rapid.Int64Range(150, 500).Draw(t, "premier"),
				Minimums: map[string]int64{"technical": rapid.Int64Range(0, 60).Draw(t, "minimum technical")}}}}
	if rapid.Bool().Draw(t, "measures") {
		drawMeasures(t, &v.Levels)
	}
	return v
}

// drawMeasures lets levels ask for measures.
func drawMeasures(t *rapid.T, l *oracle.Levels) {
	l.Measures = []oracle.Measure{
		{Name: "people", Counts: "certifications", Category: rapid.SampledFrom([]string{"", "technical"}).Draw(t, "of")},
		{Name: "sold", Counts: "points", Category: "sales"},
		{Name: "bought", Counts: "base", Incentive: "resell", Months: rapid.IntRange(1, 4).Draw(t, "over months")},
		{Name: "before", Counts: "base", Incentive: "resell", Months: 2, Ago: rapid.IntRange(1, 3).Draw(t, "ago")},
		{Name: "grown", Counts: "ratio", Of: "bought", To: "before", Times: 100},
		{Name: "staffed", Counts: "ratio", Of: "people", To: "bought", Times: 100000},
		{Name: "whole", Counts: "score", Score: []oracle.ScorePart{
			{Measure: "people", Points: 20, Per: dec(1, 0), Most: rapid.Int64Range(0, 60).Draw(t, "most")},
			{Measure: "bought", Points: rapid.Int64Range(1, 30).Draw(t, "score"), Per: dec(2500000, 2)},
			{Measure: "grown", Points: 1, Per: dec(10, 0), Most: 30}}},
	}
	for i := range l.Requirements {
		for way := range rapid.IntRange(0, 3).Draw(t, "ways") {
			l.Requirements[i].Conditions = append(l.Requirements[i].Conditions, oracle.Condition{
				Way:     rapid.SampledFrom([]int{way, way, 1}).Draw(t, "way"),
				Measure: rapid.SampledFrom(l.Measures).Draw(t, "measure").Name,
				Least:   dec(rapid.SampledFrom([]int64{0, 1, 40, 2500001}).Draw(t, "least of it"), 0)})
		}
	}
}

// exampleIncentives are those of the example programme, without what they pay.
func exampleIncentives() []oracle.Incentive {
	licences := []string{"licence"}
	return []oracle.Incentive{
		{Name: "distribution", Credits: "distributor", Module: "distribution", Basis: licences, Method: "marginal",
			Period: "year"},
		{Name: "resell", Credits: "buyer", Module: "resell", Basis: licences, Method: "marginal", Period: "year"},
		{Name: "sell_with", Credits: "claims", Module: "sell_with", Basis: licences, Method: "marginal", Period: "year",
			Deals: oracle.Deals{WindowDays: 365, Weights: map[string]int64{}}},
	}
}

func drawClaimRules(t *rapid.T, in *oracle.Incentive) {
	in.Deals = oracle.Deals{LeadDays: rapid.SampledFrom([]int{0, 10, 3}).Draw(t, "lead"),
		OwnDeals: rapid.Bool().Draw(t, "own"), Rescale: rapid.Bool().Draw(t, "rescale"),
		Weights: map[string]int64{"sourced": 50, "influenced": 30, "delivered": rapid.Int64Range(1, 20).Draw(t, "weight")}}
	in.Deals.WindowDays = rapid.SampledFrom([]int{10, 40, 120, 300, 300}).Draw(t, "window")
	if rapid.Bool().Draw(t, "money later") {
		in.MoneyFrom = drawDay(t, "money from", -10, 200)
	}
}

func drawIncentive(t *rapid.T, m *oracle.Incentive) {
	m.Method = rapid.SampledFrom([]string{"marginal", "marginal", "block", "document", "volume"}).Draw(t, "method")
	m.Period = rapid.SampledFrom([]string{"year", "year", "half", "quarter", "month"}).Draw(t, "period")
	if rapid.IntRange(0, 3).Draw(t, "capped") == 0 {
		limit := dec(rapid.Int64Range(100, 300000).Draw(t, "cap"), 2)
		m.Cap = &limit
		m.CapEach = rapid.SampledFrom([]string{"", "period"}).Draw(t, "cap each")
	}
	drawLimits(t, m)
	if rapid.IntRange(0, 4).Draw(t, "guaranteed") == 0 {
		least := dec(rapid.Int64Range(1, 100000).Draw(t, "least"), 2)
		m.Guaranteed = &least
	}
	m.Target = rapid.SampledFrom([]string{"", "", "", "own", "last_year"}).Draw(t, "target")
	for _, level := range []string{"ready", "advanced", "premier"} {
		if rapid.IntRange(0, 9).Draw(t, "has "+level) > 0 {
			m.Schedules = append(m.Schedules, drawSchedule(t, m, level, ""))
		}
		if rapid.IntRange(0, 4).Draw(t, "family "+level) == 0 {
			m.Schedules = append(m.Schedules, drawSchedule(t, m, level, "storage"))
		}
	}
}

// drawMore adds incentives of other kinds, all of them with names that mean nothing.
func drawMore(t *rapid.T, v *oracle.Version) {
	for _, name := range []string{"alpha", "beta", "gamma", "delta"} {
		if rapid.IntRange(0, 2).Draw(t, "has "+name) == 0 {
			continue
		}
		in := oracle.Incentive{Name: name, Module: rapid.SampledFrom([]string{"", "resell"}).Draw(t, "module"),
			Credits: map[string]string{"alpha": "buyer", "beta": "claims", "gamma": "distributor", "delta": "buyer"}[name],
			Method:  "marginal", Period: "year"}
		if name == "alpha" {
			in.Base = "quantity" // an incentive counts the same in every version
		}
		if name == "delta" {
			in.Base = "activities"
		}
		if name == "gamma" {
			in.Base = "recurring"
			in.Module = strings.Replace(in.Module, "resell", "distribution", 1)
		}
		if rapid.IntRange(0, 3).Draw(t, "pays") > 0 {
			drawIncentive(t, &in)
		}
		if in.Credits == "claims" {
			drawClaimRules(t, &in)
		}
		v.Incentives = append(v.Incentives, in)
	}
	for i := range v.Incentives {
		if rapid.IntRange(0, 2).Draw(t, "has conditions") == 0 {
			drawConditions(t, &v.Incentives[i], v)
		}
	}
}

// drawConditions narrows what an incentive counts.
func drawConditions(t *rapid.T, in *oracle.Incentive, v *oracle.Version) {
	sometimes := func(what string) bool { return rapid.IntRange(0, 4).Draw(t, what) == 0 }
	value := func() *apd.Decimal {
		d := dec(rapid.SampledFrom([]int64{2, 99999, 2500001}).Draw(t, "least"), 2)
		return &d
	}
	if sometimes("families") {
		in.Families = []string{"storage", "services"}
	}
	if sometimes("skus") {
		in.SKUs = []string{"A", "C", "WORKSHOP"}
	}
	if sometimes("contracts") {
		in.Contracts = []string{"new", "expansion"}
	}
	if sometimes("sales only") {
		in.Types = []string{"sale"}
	}
	if sometimes("types") {
		in.PartnerTypes = []string{"csp"}
	}
	if sometimes("countries") {
		in.Countries = []string{"FR", "DE"}
	}
	if sometimes("promotion") {
		in.From = drawDay(t, "promotion from", -10, 150)
		in.To = in.From.AddDate(0, 0, rapid.IntRange(0, 120).Draw(t, "promotion days"))
	}
	if sometimes("least line") {
		in.LeastLine = value()
	}
	if sometimes("least document") {
		in.LeastDocument = value()
	}
	if sometimes("least deal") {
		in.LeastDeal = value()
	}
	if other := rapid.SampledFrom(v.Incentives).Draw(t, "other").Name; sometimes("not with") && other != in.Name {
		in.NotWith = []string{other}
	}
}

// drawLimits bounds what an incentive pays.
func drawLimits(t *rapid.T, in *oracle.Incentive) {
	if rapid.IntRange(0, 3).Draw(t, "limited") == 0 {
		least := dec(rapid.Int64Range(0, 500).Draw(t, "least earned"), 2)
		most := dec(rapid.Int64Range(500, 200000).Draw(t, "most earned"), 2)
		in.LimitEach, in.Least, in.Most = rapid.SampledFrom([]string{"line", "document"}).Draw(t, "limit each"), &least, &most
	}
	in.UpperBounds = rapid.IntRange(0, 3).Draw(t, "upper bounds") == 0
}

func drawSchedule(t *rapid.T, in *oracle.Incentive, level, family string) oracle.Schedule {
	s := oracle.Schedule{Level: level, Family: family}
	rate := func() apd.Decimal { return dec(rapid.Int64Range(0, 200000).Draw(t, "rate"), 6) }
	flat := func() apd.Decimal {
		return dec(rapid.SampledFrom([]int64{0, 0, 5000, 99999}).Draw(t, "flat"), 2)
	}
	if in.Base == "quantity" || in.Base == "activities" {
		in.Target = ""
		return drawUnits(t, s, flat)
	}
	if in.Target == "" && rapid.IntRange(0, 3).Draw(t, "bounds") > 0 {
		width := dec(rapid.SampledFrom([]int64{2500000, 1000000, 333333}).Draw(t, "width"), 2)
		s.Width = &width
		for range rapid.IntRange(1, 4).Draw(t, "rates") {
			s.Rates, s.Flats = append(s.Rates, rate()), append(s.Flats, flat())
		}
		return s
	}
	from := int64(0)
	for range rapid.IntRange(0, 3).Draw(t, "tranches") {
		to := from + rapid.Int64Range(1, 3000000).Draw(t, "to")
		upper := dec(to, 2)
		s.Tranches = append(s.Tranches, oracle.Tranche{From: dec(from, 2), To: &upper, Rate: rate(), Flat: flat()})
		from = to
	}
	s.Tranches = append(s.Tranches, oracle.Tranche{From: dec(from, 2), Rate: rate(), Flat: flat()})
	return s
}

// drawUnits draws a schedule for a few units.
func drawUnits(t *rapid.T, s oracle.Schedule, flat func() apd.Decimal) oracle.Schedule {
	width := dec(rapid.SampledFrom([]int64{100, 300, 1000}).Draw(t, "units wide"), 2)
	s.Width = &width
	for range rapid.IntRange(1, 3).Draw(t, "amounts") {
		s.Rates = append(s.Rates, dec(rapid.Int64Range(0, 50000).Draw(t, "per unit"), 2))
		s.Flats = append(s.Flats, flat())
	}
	return s
}
