package programme

import (
	"fmt"
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
	c := &checker{}
	if len(p.Versions) == 0 {
		c.fault("", "there is no programme version")
	}
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

type checker struct{ faults []Fault }

func (c *checker) fault(path, format string, args ...any) {
	c.faults = append(c.faults, Fault{Path: path, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) version(at string, v Version) {
	for _, m := range v.Modules {
		c.module(at+".modules."+m.Name, m)
	}
	c.sellWith(at+".sell_with", v.SellWith)
	c.points(at+".points", v.Points)
	c.levels(at+".levels", v)
	seen := map[string]bool{}
	for i, a := range v.Admissions {
		if seen[a.PartnerType] {
			c.fault(fmt.Sprintf("%s.admissions[%d].partner_type", at, i), "%q has two dates", a.PartnerType)
		}
		seen[a.PartnerType] = true
	}
}

func (c *checker) module(at string, m Module) {
	c.oneOf(at, "module", m.Name, ModuleNames())
	c.oneOf(at+".method", "method", m.Method, Methods())
	c.oneOf(at+".period", "period", m.Period, Periods())
	seen := map[string]bool{}
	for i, s := range m.Schedules {
		where := fmt.Sprintf("%s.schedules[%d]", at, i)
		c.oneOf(where+".level", "level", s.Level, LevelNames())
		key := s.Level + "/" + s.Family
		if seen[key] {
			c.fault(where+".level", "%s has two schedules for the same level and family", m.Name)
		}
		seen[key] = true
		c.schedule(where, s)
	}
}

func (c *checker) schedule(at string, s Schedule) {
	switch {
	case s.Width < 0:
		c.fault(at+".width", "a width is above 0")
	case s.Width > 0 && len(s.Tranches) > 0:
		c.fault(at+".width", "give a width with rates, or tranches, not both")
	case s.Width > 0 && len(s.Rates) == 0:
		c.fault(at, "a width needs at least one rate")
	case s.Width == 0 && len(s.Tranches) == 0:
		c.fault(at, "a schedule needs a width with rates, or tranches")
	}
	for i, r := range s.Rates {
		c.rate(fmt.Sprintf("%s.rates[%d]", at, i), r)
	}
	for i, t := range s.Tranches {
		where := fmt.Sprintf("%s.tranches[%d]", at, i)
		c.rate(where+".rate", t.Rate)
		last := i == len(s.Tranches)-1
		switch {
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

func (c *checker) rate(at string, r PPM) {
	if r < 0 || r > wholePPM {
		c.fault(at, "a rate lies between 0 and 100 %%")
	}
}

func (c *checker) sellWith(at string, s SellWith) {
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

func (c *checker) points(at string, p Points) {
	if p.StatusMonths < 1 {
		c.fault(at+".status_months", "status points count for at least one month")
	}
	seen := map[string]bool{}
	for i, r := range p.ByAmount {
		where := fmt.Sprintf("%s.by_amount[%d]", at, i)
		c.oneOf(where+".module", "module", r.Module, ModuleNames())
		if r.Per <= 0 {
			c.fault(where+".per", "points are given per an amount above 0")
		}
		if r.Points < 0 || r.Points > 1_000_000 {
			c.fault(where+".points", "points lie between 0 and 1,000,000")
		}
		if seen[r.Module] {
			c.fault(where+".module", "%s has two rules", r.Module)
		}
		seen[r.Module] = true
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
	last := int64(-1)
	for i, r := range l.Requirements {
		where := fmt.Sprintf("%s.requirements[%d]", at, i)
		c.oneOf(where+".level", "level", r.Level, LevelNames())
		if i > 0 && slices.Index(LevelNames(), r.Level) <= slices.Index(LevelNames(), l.Requirements[i-1].Level) {
			c.fault(where+".level", "levels are in order from the lowest to the highest")
		}
		if r.Points < last {
			c.fault(where+".points", "a higher level needs as many points or more")
		}
		last = r.Points
	}
}

func (c *checker) oneOf(at, what, got string, known []string) {
	if !slices.Contains(known, got) {
		c.fault(at, "unknown %s %q; known are %v", what, got, known)
	}
}
