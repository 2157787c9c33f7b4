package programme

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
)

// Fault is a rule that cannot hold, and its path.
type Fault struct {
	Path string // such as [0].modules.resell.schedules[1].rates
	Text string
}

const wholePPM PPM = 1_000_000

// Validate finds every fault in the versions.
func (p Programme) Validate() []Fault {
	c := &checker{names: p.Names}
	if len(p.Versions) == 0 {
		c.fault("", "there is no programme version")
	}
	c.sameNames(p)
	for i, v := range p.Versions {
		at := fmt.Sprintf("[%d]", i)
		if v.From.IsZero() {
			c.fault(at, "a version needs a from date")
		}
		if i > 0 && !v.From.After(p.Versions[i-1].From) {
			c.fault(at+".from", "versions are in the order of their dates, each on a day of its own")
		}
		c.version(at, v)
		if i > 0 && sooner(v.Points.ExpireMonths, p.Versions[i-1].Points.ExpireMonths) {
			c.fault(at+".points.expire_months", "points may not lapse sooner than under the version before")
		}
	}
	return c.faults
}

// sooner compares how long points are valid; zero is for ever.
func sooner(months, before int) bool { return months != 0 && (before == 0 || months < before) }

type checker struct {
	names  Names
	faults []Fault
}

func (c *checker) fault(path, format string, args ...any) {
	c.faults = append(c.faults, Fault{Path: path, Text: fmt.Sprintf(format, args...)})
}

// sameNames finds incentives that are something else in a later version: what was stated under a name stays with it.
func (c *checker) sameNames(p Programme) {
	first := map[string]Incentive{}
	for i, v := range p.Versions {
		for j, in := range v.Incentives {
			before, known := first[in.Name]
			if !known {
				first[in.Name] = in
				continue
			}
			if before.Credits != in.Credits || before.base() != in.base() {
				c.fault(fmt.Sprintf("[%d].incentives[%d].name", i, j), "%s credits %s by %s in an earlier version, and %s by %s "+
					"here; an incentive of another kind needs another name", in.Name, before.Credits, before.base(), in.Credits,
					in.base())
			}
		}
	}
}

func (in Incentive) base() string { return cmp.Or(in.Base, Amount) }

// inUnits says that the base is a number of units, for which rates in per cent mean nothing.
func (in Incentive) inUnits() bool { return in.base() == Quantity || in.base() == Activities }

func (c *checker) version(at string, v Version) {
	if len(v.Incentives) > mostIncentives {
		c.fault(at+".incentives", "a version has at most %d incentives", mostIncentives)
	}
	names := map[string]bool{}
	for i, in := range v.Incentives {
		where := fmt.Sprintf("%s.incentives[%d]", at, i)
		c.incentive(where, v, in)
		if names[in.Name] {
			c.fault(where+".name", "%s is there twice", in.Name)
		}
		names[in.Name] = true
	}
	c.points(at+".points", v)
	c.levels(at+".levels", v)
	seen := map[string]bool{}
	for i, a := range v.Admissions {
		if seen[a.PartnerType] {
			c.fault(fmt.Sprintf("%s.admissions[%d].partner_type", at, i), "%q has two dates", a.PartnerType)
		}
		seen[a.PartnerType] = true
	}
}

// mostIncentives fit, a bit each, into a whole number.
const mostIncentives = 60

func (c *checker) incentive(at string, v Version, in Incentive) {
	if !plainName.MatchString(in.Name) {
		c.fault(at+".name", "%q is no name; write small letters, digits and _, and what statements call it under "+
			"names.labels", in.Name)
	}
	c.oneOf(at+".credits", "word for credits", in.Credits, Credited())
	c.oneOf(at+".base", "base", in.base(), Bases())
	c.oneOf(at+".method", "method", in.Method, Methods())
	c.oneOf(at+".period", "period", in.Period, Periods())
	if in.base() == Activities && in.Credits != Buyer {
		c.fault(at+".credits", "activities credit the partner itself; write credits: buyer")
	}
	if in.base() == Recurring && in.Credits == Claims {
		c.fault(at+".base", "claims share an amount or a quantity, no recurring value")
	}
	if in.Module != "" {
		c.oneOf(at+".module", "module", in.Module, c.names.Modules)
	}
	if in.Credits == Claims {
		c.deals(at+".deals", in.Deals)
	} else if in.Deals.WindowDays != 0 || len(in.Deals.Weights) > 0 {
		c.fault(at+".deals", "deals are for an incentive with credits: claims")
	}
	if !in.To.IsZero() && in.To.Before(in.From) {
		c.fault(at+".to", "the last day is not before the first")
	}
	if len(in.Counts.Types) > 0 && !slices.Contains(in.Counts.Types, "sale") {
		c.fault(at+".counts.types", "returns count only with their sales; write [sale], or leave it out for both")
	}
	for _, name := range in.NotWith {
		known := slices.ContainsFunc(v.Incentives, func(o Incentive) bool { return o.Name == name })
		if !known || name == in.Name {
			c.fault(at+".not_with", "%s is no other incentive of this version", name)
		}
	}
	c.limits(at+".line", in.Line)
	c.limits(at+".document", in.Document)
	if in.Line != (Limits{}) && in.Document != (Limits{}) {
		c.fault(at+".document", "limits are for each line, or for each document, not for both")
	}
	if in.Terms == Agreement && (in.Credits == "claims" || in.Guaranteed != 0) {
		c.fault(at+".terms", "claims and guaranteed minimums go by the rules of the day; leave terms out")
	}
	if in.Guaranteed < 0 {
		c.fault(at+".guaranteed", "a guaranteed minimum is above 0")
	}
	if in.PaysNothing && len(in.Schedules) > 0 {
		c.fault(at+".pays", "pays: nothing stands alone, without schedules")
	}
	seen := map[string]bool{}
	for i, s := range in.Schedules {
		where := fmt.Sprintf("%s.schedules[%d]", at, i)
		c.oneOf(where+".level", "level", s.Level, c.names.Levels)
		key := s.Level + "/" + s.Family
		if seen[key] {
			c.fault(where+".level", "%s has two schedules for the same level and family", in.Name)
		}
		seen[key] = true
		c.schedule(where, in, s)
	}
}

// plainName is a name that journals, files and queries can hold.
var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (c *checker) limits(at string, l Limits) {
	if l.Minimum < 0 || l.Maximum < 0 || l.Maximum != 0 && l.Maximum < l.Minimum {
		c.fault(at, "a minimum and a maximum are above 0, and the maximum is the larger one")
	}
}

func (c *checker) schedule(at string, in Incentive, s Schedule) {
	switch {
	case s.Width > 0 && in.Target != "":
		c.fault(at+".width", "bounds that are percents of a target are written as tranches")
	case s.Width < 0:
		c.fault(at+".width", "a width is above 0")
	case len(s.Tranches) == 0:
		c.fault(at, "a schedule needs a width with rates, or tranches")
	}
	for i, t := range s.Tranches {
		where := fmt.Sprintf("%s.tranches[%d]", at, i)
		if s.Width > 0 {
			where = at
		}
		c.tranche(where, in, t)
		last := i == len(s.Tranches)-1
		switch {
		case s.Width > 0: // they are as they should be
		case i == 0 && t.From != 0:
			c.fault(where+".from", "the first tranche begins at 0")
		case i > 0 && t.From != s.Tranches[i-1].To:
			c.fault(where+".from", "a tranche begins where the one before it ends, without gap or overlap")
		case !last && t.To <= t.From:
			c.fault(where+".to", "a tranche ends above where it begins")
		case last && t.To != 0:
			c.fault(where+".to", "the last tranche has no end")
		}
	}
}

// tranche checks what one tranche pays.
func (c *checker) tranche(at string, in Incentive, t Tranche) {
	switch {
	case t.Rate < 0 || t.Rate > wholePPM:
		c.fault(at, "a rate lies between 0 and 100 %%")
	case t.Rate != 0 && in.inUnits():
		c.fault(at, "%s counts units, so it pays an amount per_unit or flat, and no rate", in.Name)
	case t.PerUnit != 0 && !in.inUnits():
		c.fault(at, "%s counts amounts, so it pays a rate or flat; per_unit needs base: quantity", in.Name)
	case t.PerUnit < 0 || t.PerUnit > mostPerUnit:
		c.fault(at, "an amount for a unit lies between 0 and %s", mostPerUnit)
	case t.Flat < 0:
		c.fault(at, "a flat amount is 0 or more")
	}
}

// mostPerUnit leaves room for its product with any number of units.
const mostPerUnit Cents = 1_000_000_00

func (c *checker) deals(at string, s Deals) {
	if s.LeadDays < 0 || s.WindowDays < s.LeadDays {
		c.fault(at+".window_days", "the window ends when the lead days end, or later")
	}
	seen := map[string]bool{}
	for _, w := range s.Weights {
		where := at + ".weights." + w.Role
		if w.Weight <= 0 || w.Weight > 1_000_000 {
			c.fault(where, "a weight is a whole number from 1 to 1,000,000")
		}
		if seen[w.Role] {
			c.fault(where, "%q has two weights", w.Role)
		}
		seen[w.Role] = true
	}
}

func (c *checker) points(at string, v Version) {
	p := v.Points
	if p.StatusMonths < 1 {
		c.fault(at+".status_months", "status points count for at least one month")
	}
	seen := map[string]bool{}
	for i, r := range p.ByAmount {
		where := fmt.Sprintf("%s.by_amount[%d]", at, i)
		var names []string
		for _, in := range v.Incentives {
			names = append(names, in.Name)
		}
		c.oneOf(where+".incentive", "incentive", r.Incentive, names)
		if r.Per <= 0 {
			c.fault(where+".per", "points are given per an amount above 0")
		}
		if r.Points < 0 || r.Points > 1_000_000 {
			c.fault(where+".points", "points lie between 0 and 1,000,000")
		}
		for j, t := range r.Times {
			there := fmt.Sprintf("%s.times[%d]", where, j)
			switch {
			case t.To.Before(t.From) || t.From.Before(r.From) || j > 0 && !t.From.After(r.Times[j-1].To):
				c.fault(there, "spans stand in the order of their days, do not overlap, and lie within those of the rule")
			case t.By <= 0 || t.By > 100_00 || r.Points*int64(t.By)%100 != 0:
				c.fault(there+".by", "a multiple lies above 0, is at most 100, and gives whole points; 3 points per 500 times "+
					"1.5 are none, 6 per 1000 are")
			}
		}
		if seen[r.Incentive] {
			c.fault(where+".incentive", "%s has two rules", r.Incentive)
		}
		seen[r.Incentive] = true
	}
	codes := map[string]bool{}
	for i, cert := range p.Certifications {
		if codes[cert.Code] {
			c.fault(fmt.Sprintf("%s.certifications[%d].code", at, i), "%q is there twice", cert.Code)
		}
		codes[cert.Code] = true
	}
}

func (c *checker) levels(at string, v Version) {
	l := v.Levels
	if l.ReviewMonth < 1 || l.ReviewMonth > 12 {
		c.fault(at+".review_month", "the review month lies between 1 and 12")
	}
	if l.GraceMonths < 1 {
		c.fault(at+".grace_months", "the grace is at least one month-end")
	}
	c.measures(at+".measures", v)
	last := int64(-1)
	for i, r := range l.Requirements {
		where := fmt.Sprintf("%s.requirements[%d]", at, i)
		c.oneOf(where+".level", "level", r.Level, c.names.Levels)
		if i > 0 && slices.Index(c.names.Levels, r.Level) <= slices.Index(c.names.Levels, l.Requirements[i-1].Level) {
			c.fault(where+".level", "levels are in order from the lowest to the highest")
		}
		if r.Points < last {
			c.fault(where+".points", "a higher level needs as many points or more")
		}
		last = r.Points
		for _, x := range r.Conditions {
			if !slices.ContainsFunc(l.Measures, func(m Measure) bool { return m.Name == x.Measure }) {
				c.fault(where, "no measure is called %q; name it under levels.measures", x.Measure)
			}
		}
	}
}

// measures checks that each measure has what it is made of. A ratio is of counts, a score of counts and ratios.
func (c *checker) measures(at string, v Version) {
	kinds := map[string]string{}
	for i, m := range v.Levels.Measures {
		where := fmt.Sprintf("%s[%d]", at, i)
		c.oneOf(where+".counts", "measure", m.Counts, Measures())
		if _, twice := kinds[m.Name]; twice || m.Name == "" {
			c.fault(where+".name", "every measure needs a name of its own")
		}
		kinds[m.Name] = m.Counts
	}
	isCount := func(name string) bool { k := kinds[name]; return k != "" && k != "ratio" && k != "score" }
	for i, m := range v.Levels.Measures {
		where := fmt.Sprintf("%s[%d]", at, i)
		named := slices.ContainsFunc(v.Incentives, func(in Incentive) bool { return in.Name == m.Incentive })
		switch {
		case m.Counts == "base" && (!named || m.Months < 1 || m.Ago < 0):
			c.fault(where, "a base is that of an incentive of this version over at least one month")
		case m.Counts == "points" && m.Category == "":
			c.fault(where, "points are those of a category")
		case m.Counts == "ratio" && (!isCount(m.Of) || !isCount(m.To) || m.Times <= 0):
			c.fault(where, "a ratio is of one count to another, times a number above 0")
		case m.Counts == "score" && len(m.Score) == 0:
			c.fault(where, "a score needs parts")
		}
		for j, p := range m.Score {
			if k := kinds[p.Measure]; k == "" || k == "score" || p.Per <= 0 || p.Points < 0 || p.Points > 1_000_000 {
				c.fault(fmt.Sprintf("%s.score[%d]", where, j), "a part of a score gives points for each amount above 0 of another "+
					"measure, which is no score")
			}
		}
	}
}

func (c *checker) oneOf(at, what, got string, known []string) {
	if !slices.Contains(known, got) {
		c.fault(at, "unknown %s %q; known are %v", what, got, known)
	}
}
