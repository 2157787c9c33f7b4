package config

import (
	"fmt"

	"github.com/goccy/go-yaml"
)

// version1 finds what only a configuration of version 1 has, where incentives were modules with fixed names. It is not
// converted: a person has to say whom an incentive credits and which products count, which version 1 did not write.
func (r *reader) version1() {
	const more = "; docs/programme.md, From version 1, shows both side by side"
	for i := 0; r.has(fmt.Sprintf("$.programme[%d].from", i)); i++ {
		at := fmt.Sprintf("$.programme[%d]", i)
		if r.has(at + ".modules") {
			r.fault(at+".modules", "this is version 1 of the configuration: write incentives, a list in which resell becomes "+
				"{name: resell, credits: buyer, module: resell, counts: {basis: [licence]}} with its method, period, cap and "+
				"schedules"+more)
		}
		if r.has(at + ".sell_with") {
			r.fault(at+".sell_with", "this is version 1 of the configuration: write the incentive {name: sell_with, credits: "+
				"claims, module: sell_with, counts: {basis: [licence]}}, these keys as its deals, points_from as from of its "+
				"rule under points, and money_from of the incentive, or pays: nothing"+more)
		}
		for j := 0; r.has(fmt.Sprintf("%s.points.by_amount[%d]", at, j)); j++ {
			if path := fmt.Sprintf("%s.points.by_amount[%d].module", at, j); r.has(path) {
				r.fault(path, "this is version 1 of the configuration: write incentive in place of module")
			}
		}
	}
}

// has says whether the file has a path.
func (r *reader) has(path string) bool {
	p, err := yaml.PathString(path)
	if err != nil {
		return false
	}
	node, err := p.FilterFile(r.tree)
	return err == nil && node != nil
}
