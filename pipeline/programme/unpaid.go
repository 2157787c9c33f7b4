package programme

import (
	"fmt"
	"slices"
	"strings"
)

// Nothing is the tranche of a schedule that says that zero is meant.
func Nothing() []Tranche { return []Tranche{{}} }

// Unpaid finds what would earn nothing without a word in the rules: a level without a schedule of an incentive that
// pays at other levels, a product family that has one at some levels only, and Sell With whose money begins without
// a schedule.
func (p Programme) Unpaid() []Fault {
	c := &checker{}
	for i, v := range p.Versions {
		at := fmt.Sprintf("[%d].modules.", i)
		for _, m := range v.Modules {
			c.unpaid(at+m.Name, m, v.paidLevels())
		}
		begins := v.SellWith.MoneyFrom
		inForce := !begins.IsZero() && (i+1 == len(p.Versions) || begins.Before(p.Versions[i+1].From))
		if inForce && !v.pays(SellWithName) {
			c.fault(fmt.Sprintf("[%d].sell_with.money_from", i),
				"Sell With earns money from this day on, and no modules.sell_with says how much; add its schedules")
		}
	}
	return c.faults
}

// pays says whether a module has schedules.
func (v Version) pays(name string) bool {
	return slices.ContainsFunc(v.Modules, func(m Module) bool { return m.Name == name && len(m.Schedules) > 0 })
}

// paidLevels are the levels that a partner can reach as far as the rules say: those that ask for something, where
// levels are computed, and those with a schedule. A partner file may give others.
func (v Version) paidLevels() []string {
	var named []string
	if v.Levels.Computed {
		for _, r := range v.Levels.Requirements {
			named = append(named, r.Level)
		}
	}
	for _, m := range v.Modules {
		for _, s := range m.Schedules {
			named = append(named, s.Level)
		}
	}
	return slices.DeleteFunc(LevelNames(), func(level string) bool { return !slices.Contains(named, level) })
}

// unpaid finds the levels at which a module, or a family with a schedule of its own elsewhere, has none.
func (c *checker) unpaid(at string, m Module, levels []string) {
	if len(m.Schedules) == 0 {
		if m.Name != SellWithName {
			c.fault(at, "%s has no schedule, so that it earns nothing; add schedules, "+
				"or write {level: ready, pays: nothing} and so for each level where that is meant", m.Name)
		}
		return
	}
	families := []string{""}
	for _, s := range m.Schedules {
		if !slices.Contains(families, s.Family) {
			families = append(families, s.Family)
		}
	}
	for _, family := range families {
		var without []string
		for _, level := range levels {
			if !slices.ContainsFunc(m.Schedules, func(s Schedule) bool { return s.Level == level && s.Family == family }) {
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
			"or write {%s, pays: nothing} where that is meant", m.Name, strings.Join(without, " and "), what, entry)
	}
}
