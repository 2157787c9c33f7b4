package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tranche/pipeline/programme"
)

// names reads what levels and modules are called: usually as the rules name them.
func (r *reader) names(f namesFile, versions []versionFile) programme.Names {
	n := programme.Names{Levels: f.Levels, Modules: f.Modules, Labels: f.Labels}
	add := func(list *[]string, isGiven bool, name string) {
		if !isGiven && name != "" && !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	for _, v := range versions {
		for _, q := range v.Levels.Requirements {
			add(&n.Levels, len(f.Levels) > 0, q.Level)
		}
		for _, in := range v.Incentives {
			add(&n.Modules, len(f.Modules) > 0, in.Module)
			for _, s := range in.Schedules {
				add(&n.Levels, len(f.Levels) > 0, s.Level)
			}
		}
	}
	if len(n.Levels) == 0 {
		r.fault("$.names.levels", "name the levels, from the lowest: [ready, advanced, premier]")
	}
	for key, list := range map[string][]string{"levels": n.Levels, "modules": n.Modules} {
		for i, name := range list {
			at := fmt.Sprintf("$.names.%s[%d]", key, i)
			if strings.ContainsAny(name, " |") || name == "" {
				r.fault(at, "%q is no name; a partner file writes names side by side, so they have no spaces and no |", name)
			}
			if slices.Index(list, name) < i {
				r.fault(at, "%s is there twice", name)
			}
		}
	}
	return n
}

func (r *reader) incentive(at string, f incentiveFile, names programme.Names) programme.Incentive {
	choices := map[string]string{"pays": f.Pays, "bounds": f.Bounds, "target": f.Target, "cap_each": f.CapEach,
		"terms": f.Terms}
	for key, word := range choices {
		r.oneOf(at, key, word, true)
	}
	in := programme.Incentive{
		Name: f.Name, Credits: f.Credits, Module: f.Module, Counts: r.counts(at+".counts", f.Counts),
		Method: cmp.Or(f.Method, "marginal"), Period: cmp.Or(f.Period, "year"),
		From: r.optionalDay(at+".from", f.From), To: r.optionalDay(at+".to", f.To), NotWith: f.NotWith,
		Line: r.limits(at+".line", f.Line), Document: r.limits(at+".document", f.Document),
		Cap: r.money(at+".cap", f.Cap), Guaranteed: r.money(at+".guaranteed", f.Guaranteed),
		Deals: r.deals(at+".deals", f.Deals),
		Money: r.optionalDay(at+".money_from", f.MoneyFrom), PaysNothing: f.Pays != "", Target: f.Target,
	}
	if f.Base != programme.Amount { // the same rules have one fingerprint
		in.Base = f.Base
	}
	if f.Bounds == programme.UpperInclusive {
		in.Bounds = f.Bounds
	}
	if f.Terms == programme.Agreement {
		in.Terms = f.Terms
	}
	if f.CapEach == "period" {
		in.CapEach = f.CapEach
	}
	if f.Cap != "" && in.Cap <= 0 {
		r.fault(at+".cap", "a cap is above 0; where nothing is to be paid, write pays: nothing at each level")
	}
	for i, s := range f.Schedules {
		in.Schedules = append(in.Schedules, r.schedule(fmt.Sprintf("%s.schedules[%d]", at, i), s))
	}
	in.Schedules = everyLevel(in.Schedules, names.Levels)
	return in
}

// everyLevel gives a schedule without a level to each level that has none of its family.
func everyLevel(list []programme.Schedule, levels []string) (out []programme.Schedule) {
	for _, s := range list {
		if s.Level != "" {
			out = append(out, s)
			continue
		}
		for _, level := range levels {
			own := func(o programme.Schedule) bool { return o.Level == level && o.Family == s.Family }
			if !slices.ContainsFunc(list, own) {
				s.Level = level
				out = append(out, s)
			}
		}
	}
	return out
}

func (r *reader) counts(at string, f countsFile) programme.Counts {
	for key, list := range map[string][]string{"basis": f.Basis, "contracts": f.Contracts, "types": f.Types} {
		form := map[string]string{"types": "document_type", "contracts": "contract"}[key]
		for i, word := range list {
			if known := words(cmp.Or(form, key)); !slices.Contains(known, word) {
				r.fault(fmt.Sprintf("%s.%s[%d]", at, key, i), "%q is not known here; write one of %s", word,
					strings.Join(known, ", "))
			}
		}
	}
	return programme.Counts{
		Basis: f.Basis, Families: f.Families, SKUs: f.SKUs, Contracts: f.Contracts, Types: f.Types,
		PartnerTypes: f.PartnerTypes,
		Countries:    f.Countries, Line: r.money(at+".least_line", f.Line),
		Document: r.money(at+".least_document", f.Document), Deal: r.money(at+".least_deal", f.Deal),
	}
}

func (r *reader) limits(at string, f limitsFile) programme.Limits {
	return programme.Limits{Minimum: r.money(at+".minimum", f.Minimum), Maximum: r.money(at+".maximum", f.Maximum)}
}

func (r *reader) schedule(at string, f scheduleFile) programme.Schedule {
	r.oneOf(at, "pays", f.Pays, true)
	width := r.money(at+".width", f.Width)
	listed := len(f.Rates) + len(f.PerUnit) + len(f.Flats)
	out := programme.Schedule{Level: f.Level, Family: f.Family}
	switch {
	case f.Pays != "":
		if f.Width != "" || listed+len(f.Tranches) > 0 {
			r.fault(at+".pays", "pays: nothing stands alone, without width, rates and tranches")
		}
		out.Tranches = programme.Nothing()
	case len(f.Tranches) > 0:
		if f.Width != "" || listed > 0 {
			r.fault(at+".width", "give a width with rates, or tranches, not both")
		}
		for i, t := range f.Tranches {
			there := fmt.Sprintf("%s.tranches[%d]", at, i)
			out.Tranches = append(out.Tranches, programme.Tranche{
				From: r.money(there+".from", t.From), To: r.money(there+".to", t.To), Rate: r.rate(there+".rate", t.Rate),
				PerUnit: r.money(there+".per_unit", t.PerUnit), Flat: r.money(there+".flat", t.Flat)})
		}
	case f.Width == "" && listed == 0:
		r.fault(at, "a schedule needs a width with rates, or tranches")
		out.Tranches = programme.Nothing()
	case width <= 0:
		r.fault(at+".width", "a width is above 0")
		out.Tranches = programme.Nothing()
	case listed == 0:
		r.fault(at, "a width needs at least one rate")
		out.Tranches = programme.Nothing()
	default:
		out = programme.Wide(f.Level, f.Family, width, r.wide(at, f)...)
	}
	return out
}

// wide reads the lists that go with a width. A list that is shorter than another goes on with its last value; flat
// amounts do not, because they would be earned again and again.
func (r *reader) wide(at string, f scheduleFile) []programme.Tranche {
	list := make([]programme.Tranche, max(len(f.Rates), len(f.PerUnit), len(f.Flats)))
	for i := range list {
		last := func(of []exact) int { return min(i, len(of)-1) }
		if j := last(f.Rates); j >= 0 {
			list[i].Rate = r.rate(fmt.Sprintf("%s.rates[%d]", at, j), f.Rates[j])
		}
		if j := last(f.PerUnit); j >= 0 {
			list[i].PerUnit = r.money(fmt.Sprintf("%s.per_unit[%d]", at, j), f.PerUnit[j])
		}
		if i < len(f.Flats) {
			list[i].Flat = r.money(fmt.Sprintf("%s.flats[%d]", at, i), f.Flats[i])
		}
	}
	return list
}

// rate reads a rate of at most 100 %.
func (r *reader) rate(at string, text exact) programme.PPM {
	if text == "" {
		return 0
	}
	rate := r.percent(at, text)
	if rate < 0 || rate > 1_000_000 {
		r.fault(at, "a rate lies between 0 and 100 %%")
		return 0
	}
	return rate
}

func (r *reader) deals(at string, f dealsFile) programme.Deals {
	if f.LeadDays == 0 && f.WindowDays == 0 && f.OwnDeals == "" && f.Unclaimed == "" && len(f.Weights) == 0 {
		return programme.Deals{}
	}
	r.oneOf(at, "own_deals", f.OwnDeals, true)
	r.oneOf(at, "unclaimed", f.Unclaimed, true)
	d := programme.Deals{LeadDays: f.LeadDays, WindowDays: f.WindowDays, OwnDeals: f.OwnDeals == "allow",
		Rescale: f.Unclaimed != "drop"}
	for _, role := range slices.Sorted(maps.Keys(f.Weights)) {
		d.Weights = append(d.Weights, programme.Weight{Role: role, Weight: f.Weights[role]})
	}
	return d
}
