package transforms_test

import (
	"strings"
	"testing"
	"time"

	"tranche/transforms/oracle"
)

// TestNamesAreComparedByWhatTheyMean takes partners for their names, as every
// name of a company goes the same way.
func TestNamesAreComparedByWhatTheyMean(t *testing.T) {
	groups := [][]string{
		{"Sandpiper Rail", "SANDPIPER GmbH Rail", "Sandpiper-Rail S.A.R.L.", "sandpiper  rail, Ltd.",
			"Sandpiper Rail S.A.R.L"},
		{"Müller", "Muller & Co. KG", "MÜLLER und Co", "M\u00fcller", "Mu\u0308ller GmbH & Co. KG"},
		{"Strauß", "STRAUSS AG"},
		{"Møller og Søn", "Moller og Son"},
		{"J.P. Finch", "JP Finch"},
		{"東京電力"}, {"大阪ガス"}, {"Газпром"}, {"Роснефть"},
		{"שלום"}, {"कमल"}, {"कमला"},
		{"AG"}, {"SE & Co. KG"}, {"!!!"}, {"???"},
	}
	var f oracle.Facts
	f.Through = firstDay
	want := map[string]int{}
	for i, names := range groups {
		for _, name := range names {
			if _, twice := want[name]; twice {
				continue
			}
			want[name] = i
			f.Partners = append(f.Partners, oracle.Partner{ID: name, Active: true, Currency: "USD",
				Levels:  []oracle.Given{{Level: "ready", From: firstDay}},
				Modules: []oracle.Holding{{Module: "resell", From: firstDay, To: time.Time{}}}})
		}
	}
	s := tables(t, 1)
	workOut(t, s, f, plainProgramme(t))
	plain := map[string]int{}
	for _, line := range ask(t, s, "select name || '=' || plain_name from intermediate.plain_names order by name") {
		name, said, _ := strings.Cut(line, "=")
		if said == "" || strings.Contains(said, "  ") || strings.TrimSpace(said) != said {
			t.Errorf("%q is compared as %q", name, said)
		}
		if group, known := plain[said]; known && group != want[name] {
			t.Errorf("%q is compared as %q, as %v are", name, said, groups[group])
		}
		plain[said] = want[name]
	}
	if len(plain) != len(groups) {
		t.Errorf("%d names where %d are meant: %v", len(plain), len(groups), plain)
	}
}
