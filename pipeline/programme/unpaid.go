package programme

import (
	"fmt"
	"slices"
	"strings"
)

// Nothing is the tranche of a schedule that says that zero is meant.
func Nothing() []Tranche { return []Tranche{{}} }

// Unpaid finds what would earn nothing without a word in the rules: an incentive without schedules, a level without
// one of an incentive that pays at other levels, and a product family that has one at some levels only.
func (p Programme) Unpaid() []Fault {
	c := &checker{names: p.Names}
	for i, v := range p.Versions {
		for j, in := range v.Incentives {
			c.unpaid(fmt.Sprintf("[%d].incentives[%d]", i, j), in, v.paidLevels(p.Names.Levels))
		}
	}
	return c.faults
}

// paidLevels are the levels that a partner can reach as far as the rules say: those that ask for something, where
// levels are computed, and those with a schedule. A partner file may give others.
func (v Version) paidLevels(all []string) []string {
	var named []string
	if v.Levels.Computed {
		for _, r := range v.Levels.Requirements {
			named = append(named, r.Level)
		}
	}
	for _, in := range v.Incentives {
		for _, s := range in.Schedules {
			named = append(named, s.Level)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(level string) bool { return !slices.Contains(named, level) })
}

// unpaid finds the levels at which an incentive, or a family with a schedule of its own elsewhere, has none.
func (c *checker) unpaid(at string, in Incentive, levels []string) {
	if len(in.Schedules) == 0 {
		if !in.PaysNothing {
			c.fault(at, "%s has no schedule, so that it earns nothing; add schedules, or write pays: nothing where that "+
				"is meant", in.Name)
		}
		return
	}
	families := []string{""}
	for _, s := range in.Schedules {
		if !slices.Contains(families, s.Family) {
			families = append(families, s.Family)
		}
	}
	for _, family := range families {
		var without []string
		for _, level := range levels {
			has := func(s Schedule) bool { return s.Level == level && s.Family == family }
			if !slices.ContainsFunc(in.Schedules, has) {
				without = append(without, level)
			}
		}
		if len(without) == 0 {
			continue
		}
		what, entry := "", "level: "+without[0]
		switch {
		case family != "":
			what, entry = " for the family "+family, entry+", family: "+family
		case len(families) > 1:
			what = " for the other families"
		}
		c.fault(at+".schedules", "%s has no schedule at %s%s, so that it earns nothing there; add one, "+
			"or write {%s, pays: nothing} where that is meant", in.Name, strings.Join(without, " and "), what, entry)
	}
}
