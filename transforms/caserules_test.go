package transforms_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tranche/transforms/oracle"
)

// plainProgramme has one version from the first day of 2024, which pays ready
// resellers 5, 6 and 7 % by 25,000 a year. Nothing else pays, nothing gives
// points, and levels are the directory's.
func plainProgramme(t *testing.T) oracle.Programme {
	incentives := exampleIncentives()
	incentives[1].Schedules = []oracle.Schedule{widthSchedule(t, "ready", []string{"25000", "0.05", "0.06", "0.07"})}
	return oracle.Programme{Currency: "USD", YearStarts: 1, FXMaxAge: 5, Versions: []oracle.Version{{
		From:       firstDay,
		Incentives: incentives,
		Points: oracle.Points{StatusMonths: 12, ByAmount: map[string]oracle.PointRate{}, CategoryCaps: map[string]int64{},
			Certifications: map[string]oracle.CertificationPoints{}},
		Levels:     oracle.Levels{ReviewMonth: 12, GraceMonths: 3, Requirements: []oracle.Requirement{{Level: "ready"}}},
		Admissions: map[string]time.Time{},
	}}}
}

// ruleLine is one kind of line of a case's programme: the words it may have after
// the first, and what it changes.
type ruleLine struct {
	fewest, most int
	apply        func(t *testing.T, p *oracle.Programme, v *oracle.Version, words []string)
}

// manyWords is more than a line has.
const manyWords = 99

// ruleLines is every kind of line, by its first word. Lines change the version
// they stand under; `version` begins another one, which goes on as the one before.
func ruleLines() map[string]ruleLine {
	return map[string]ruleLine{
		// through 2024-03: the month of the run; otherwise that of the newest sale or entry.
		"through":         {1, 1, func(*testing.T, *oracle.Programme, *oracle.Version, []string) {}},
		"year_starts":     {1, 1, whole(func(p *oracle.Programme, _ *oracle.Version, n int64) { p.YearStarts = int(n) })},
		"fx_max_age":      {1, 1, whole(func(p *oracle.Programme, _ *oracle.Version, n int64) { p.FXMaxAge = int(n) })},
		"minimum_payable": {1, 1, minimumPayable},
		"version":         {1, 1, nextVersion},

		// incentive resell volume quarter; incentive resell marginal year cap 1000.00
		"incentive": {3, 5, setIncentive},
		// schedule resell ready 25000 0.05 0.06; schedule resell ready/storage 10000 0.03
		"schedule": {4, manyWords, setSchedule},
		// bounds resell ready 0 0.05 10000 0.06: each rate from its bound on
		"bounds": {4, manyWords, setBounds},

		// flats resell ready 0 500.00 1000.00: an amount for reaching each tranche of that schedule
		"flats": {3, manyWords, setFlats},
		// add storage_bonus buyer resell: another incentive, behind the others; - asks for no module
		"add": {3, 3, addIncentive},
		// set storage_bonus families storage,backup; set storage_bonus limit line 5.00 100.00
		"set": {2, 5, setPart},

		"admit": {2, 2, admit},
		"own_deals": {1, 1, choice("allow", "refuse",
			func(v *oracle.Version, yes bool) { eachDeals(v, func(d *oracle.Deals) { d.OwnDeals = yes }) })},
		"unclaimed": {1, 1, choice("rescale", "drop",
			func(v *oracle.Version, yes bool) { eachDeals(v, func(d *oracle.Deals) { d.Rescale = yes }) })},
		"unnamed_returns": {1, 1, unnamedReturns},
		"settle_after":    {1, 1, whole(func(p *oracle.Programme, _ *oracle.Version, n int64) { p.SettleAfter = int(n) })},
		"lead_days": {1, 1, whole(func(_ *oracle.Programme, v *oracle.Version,
			n int64) {
			eachDeals(v, func(d *oracle.Deals) { d.LeadDays = int(n) })
		})},
		"window_days": {1, 1, whole(func(_ *oracle.Programme, v *oracle.Version,
			n int64) {
			eachDeals(v, func(d *oracle.Deals) { d.WindowDays = int(n) })
		})},
		"weight": {2, 2, named(func(v *oracle.Version, role string, n int64) {
			eachDeals(v, func(d *oracle.Deals) { d.Weights[role] = n })
		})},
		"money_from": {2, 2, moneyFrom},

		// points resell 1 per 1000; points sell_with 1 per 1000 from 2024-02-01; certification A1 technical 40
		"points": {4, 6, pointsByAmount},
		// times resell 2 2024-03-01 2024-03-31: a multiple of the points in a span
		"times":         {4, 4, multiplePoints},
		"certification": {3, 3, certificationPoints},
		"person_cap":    {1, 1, whole(func(_ *oracle.Programme, v *oracle.Version, n int64) { v.Points.PersonCap = n })},
		"category_cap": {2, 2, named(func(v *oracle.Version, category string,
			n int64) {
			v.Points.CategoryCaps[category] = n
		})},
		"status_months": {1, 1, whole(func(_ *oracle.Programme, v *oracle.Version,
			n int64) {
			v.Points.StatusMonths = int(n)
		})},
		"expire_months": {1, 1, whole(func(_ *oracle.Programme, v *oracle.Version,
			n int64) {
			v.Points.ExpireMonths = int(n)
		})},

		"levels": {1, 1, choice("computed", "directory",
			func(v *oracle.Version, yes bool) { v.Levels.Computed = yes })},
		"review_month": {1, 1, whole(func(_ *oracle.Programme, v *oracle.Version,
			n int64) {
			v.Levels.ReviewMonth = int(n)
		})},
		"grace_months": {1, 1, whole(func(_ *oracle.Programme, v *oracle.Version,
			n int64) {
			v.Levels.GraceMonths = int(n)
		})},
		// measure people certifications technical; measure sales base resell 12 0; measure quota ratio people sales 100000;
		// measure cloud score sales 1 per 1000 most 40 people 10 per 1
		"measure": {2, manyWords, addMeasure},
		// condition gold 0 cloud 70: way 0 is needed, and one of the other ways; stands after its level
		"condition": {4, 4, addCondition},
		// level advanced 100 certifications 2 technical 40: points, how many, points of a category
		"level": {2, manyWords, addLevel},
	}
}

// readProgramme is the plain programme with what the case changes.
func readProgramme(t *testing.T, c namedCase) oracle.Programme {
	t.Helper()
	if text := c.part("programme.yaml"); text != "" {
		return readConfigured(t, text)
	}
	p, known := plainProgramme(t), ruleLines()
	for _, line := range c.lines("programme") {
		words := strings.Fields(line)
		rule, ok := known[words[0]]
		if n := len(words) - 1; !ok || n < rule.fewest || n > rule.most {
			t.Fatalf("programme: %q is no rule, or has too many or too few words", line)
		}
		rule.apply(t, &p, &p.Versions[len(p.Versions)-1], words[1:])
	}
	if faults := theirs(p).Validate(); len(faults) > 0 {
		t.Fatalf("programme: %v", faults)
	}
	return p
}

// readThrough is the month of the run.
func readThrough(t *testing.T, c namedCase, f oracle.Facts) time.Time {
	t.Helper()
	for _, line := range c.lines("programme") {
		if month, ok := strings.CutPrefix(line, "through "); ok {
			return dayIn(t, line, month+"-01")
		}
	}
	newest := firstDay
	for _, s := range f.Sales {
		newest = later(newest, s.Date)
	}
	for _, e := range f.Entries {
		newest = later(newest, e.Date)
	}
	return time.Date(newest.Year(), newest.Month(), 1, 0, 0, 0, 0, time.UTC)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

type apply = func(t *testing.T, p *oracle.Programme, v *oracle.Version, words []string)

func whole(set func(*oracle.Programme, *oracle.Version, int64)) apply {
	return func(t *testing.T, p *oracle.Programme, v *oracle.Version, words []string) {
		set(p, v, numberIn(t, "programme", words[0]))
	}
}

func named(set func(*oracle.Version, string, int64)) apply {
	return func(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
		set(v, words[0], numberIn(t, "programme", words[1]))
	}
}

// eachDeals changes the rules of every incentive for claims.
func eachDeals(v *oracle.Version, change func(*oracle.Deals)) {
	for i := range v.Incentives {
		if v.Incentives[i].Credits == "claims" {
			change(&v.Incentives[i].Deals)
		}
	}
}

func moneyFrom(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	incentiveIn(t, v, words[0]).MoneyFrom = dayIn(t, "programme", words[1])
}

func incentiveIn(t *testing.T, v *oracle.Version, name string) *oracle.Incentive {
	t.Helper()
	i := slices.IndexFunc(v.Incentives, func(in oracle.Incentive) bool { return in.Name == name })
	if i < 0 {
		t.Fatalf("programme: there is no incentive %s", name)
	}
	return &v.Incentives[i]
}

func choice(yes, no string, set func(*oracle.Version, bool)) apply {
	return func(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
		if words[0] != yes && words[0] != no {
			t.Fatalf("programme: %q is neither %s nor %s", words[0], yes, no)
		}
		set(v, words[0] == yes)
	}
}

func unnamedReturns(_ *testing.T, p *oracle.Programme, _ *oracle.Version, words []string) {
	p.UnnamedReturns = words[0]
}

func minimumPayable(t *testing.T, p *oracle.Programme, _ *oracle.Version, words []string) {
	p.MinPayable = amountIn(t, "programme", words[0])
}

// nextVersion copies every map and list, or the version before would change with it.
func nextVersion(t *testing.T, p *oracle.Programme, v *oracle.Version, words []string) {
	next := *v
	next.From = dayIn(t, "programme", words[0])
	next.Incentives = slices.Clone(v.Incentives)
	for i := range next.Incentives {
		in := &next.Incentives[i]
		in.Schedules, in.Deals.Weights = slices.Clone(in.Schedules), maps.Clone(in.Deals.Weights)
	}
	next.Points.ByAmount = maps.Clone(v.Points.ByAmount)
	next.Points.CategoryCaps = maps.Clone(v.Points.CategoryCaps)
	next.Points.Certifications = maps.Clone(v.Points.Certifications)
	next.Levels.Requirements = slices.Clone(v.Levels.Requirements)
	next.Admissions = maps.Clone(v.Admissions)
	p.Versions = append(p.Versions, next)
}

func admit(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	v.Admissions[words[0]] = dayIn(t, "programme", words[1])
}

func setIncentive(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	in := incentiveIn(t, v, words[0])
	in.Method, in.Period, in.Cap = words[1], words[2], nil
	if len(words) > 3 {
		if words[3] != "cap" || len(words) != 5 {
			t.Fatalf("programme: what is %v of an incentive?", words[3:])
		}
		limit := amountIn(t, "programme", words[4])
		in.Cap = &limit
	}
}

// addSchedule replaces the schedule of the same level and family.
func addSchedule(t *testing.T, v *oracle.Version, name string, s oracle.Schedule) {
	in := incentiveIn(t, v, name)
	in.Schedules = slices.DeleteFunc(in.Schedules, func(o oracle.Schedule) bool {
		return o.Level == s.Level &&
			o.Family == s.Family
	})
	in.Schedules = append(in.Schedules, s)
}

func setSchedule(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	addSchedule(t, v, words[0], widthSchedule(t, words[1], words[2:]))
}

func widthSchedule(t *testing.T, whose string, words []string) oracle.Schedule {
	width := amountIn(t, "programme", words[0])
	s := oracle.Schedule{Width: &width}
	s.Level, s.Family, _ = strings.Cut(whose, "/")
	for _, rate := range words[1:] {
		s.Rates = append(s.Rates, amountIn(t, "programme", rate))
	}
	return s
}

func setBounds(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	var s oracle.Schedule
	s.Level, s.Family, _ = strings.Cut(words[1], "/")
	list := words[2:]
	if len(list)%2 != 0 {
		t.Fatal("programme: every bound has a rate")
	}
	for i := 0; i < len(list); i += 2 {
		tranche := oracle.Tranche{From: amountIn(t, "programme", list[i]), Rate: amountIn(t, "programme", list[i+1])}
		if i+2 < len(list) {
			to := amountIn(t, "programme", list[i+2])
			tranche.To = &to
		}
		s.Tranches = append(s.Tranches, tranche)
	}
	addSchedule(t, v, words[0], s)
}

func pointsByAmount(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	if words[2] != "per" {
		t.Fatal("programme: so many points per so much")
	}
	rate := oracle.PointRate{Points: numberIn(t, "programme", words[1]), Per: amountIn(t, "programme", words[3])}
	if len(words) == 6 && words[4] == "from" {
		rate.From = dayIn(t, "programme", words[5])
	}
	if len(words) == 6 && words[4] == "most" {
		rate.Most = numberIn(t, "programme", words[5])
	}
	v.Points.ByAmount[words[0]] = rate
}

func multiplePoints(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	rate := v.Points.ByAmount[words[0]]
	rate.Times = append(slices.Clone(rate.Times), oracle.Times{By: numberIn(t, "programme", words[1]),
		From: dayIn(t, "programme", words[2]), To: dayIn(t, "programme", words[3])})
	v.Points.ByAmount[words[0]] = rate
}

func certificationPoints(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	v.Points.Certifications[words[0]] = oracle.CertificationPoints{Category: words[1],
		Points: numberIn(t, "programme", words[2])}
}

// addLevel replaces what the level asked for before.
func addLevel(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	q := oracle.Requirement{Level: words[0], Points: numberIn(t, "programme", words[1]), Minimums: map[string]int64{}}
	more := words[2:]
	if len(more)%2 != 0 {
		t.Fatal("programme: every minimum has a number")
	}
	for i := 0; i < len(more); i += 2 {
		if n := numberIn(t, "programme", more[i+1]); more[i] == "certifications" {
			q.Certifications = n
		} else {
			q.Minimums[more[i]] = n
		}
	}
	v.Levels.Requirements = slices.DeleteFunc(v.Levels.Requirements,
		func(o oracle.Requirement) bool { return o.Level == q.Level })
	v.Levels.Requirements = append(v.Levels.Requirements, q)
}
