package config

import (
	"fmt"

	"tranche/pipeline/programme"
)

func (r *reader) measures(at string, list []measureFile) (out []programme.Measure) {
	for i, f := range list {
		where := fmt.Sprintf("%s[%d]", at, i)
		m := programme.Measure{Name: f.Name, Counts: f.Counts, Category: f.Category, Incentive: f.Incentive,
			Months: f.Months, Ago: f.Ago, Of: f.Of, To: f.To, Times: r.money(where+".times", f.Times)}
		for j, p := range f.Score {
			m.Score = append(m.Score, programme.ScorePart{Measure: p.Measure, Points: p.Points,
				Per: r.money(fmt.Sprintf("%s.score[%d].per", where, j), p.Per), Most: p.Most})
		}
		out = append(out, m)
	}
	return out
}

// conditions are those that are all needed, as way 0, and the ways of which one is enough, from 1.
func (r *reader) conditions(at string, q requirementFile) []programme.Condition {
	list := r.way(at+".all_of", 0, q.AllOf)
	for i, f := range q.AnyOf {
		where := fmt.Sprintf("%s.any_of[%d]", at, i)
		if len(f.AllOf) > 0 && f.Measure != "" {
			r.fault(where, "a way is one condition, or all_of several")
		}
		if len(f.AllOf) == 0 {
			list = append(list, r.condition(where, i+1, conditionFile{f.Measure, f.Least}))
			continue
		}
		list = append(list, r.way(where+".all_of", i+1, f.AllOf)...)
	}
	return list
}

func (r *reader) way(at string, way int, conditions []conditionFile) (list []programme.Condition) {
	for i, f := range conditions {
		where := fmt.Sprintf("%s[%d]", at, i)
		list = append(list, r.condition(where, way, f))
	}
	return list
}

func (r *reader) condition(at string, way int, f conditionFile) programme.Condition {
	return programme.Condition{Way: way, Measure: f.Measure, Least: r.money(at+".least", f.Least)}
}
