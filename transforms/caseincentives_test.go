package transforms_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"

	"tranche/transforms/oracle"
)

func addIncentive(_ *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	in := oracle.Incentive{Name: words[0], Credits: words[1], Module: strings.TrimPrefix(words[2], "-"),
		Method: "marginal", Period: "year"}
	if in.Credits == "claims" {
		in.Deals = oracle.Deals{WindowDays: 365, Weights: map[string]int64{}}
	}
	v.Incentives = append(v.Incentives, in)
}

// setPart sets a part of an incentive.
func setPart(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	in, list := incentiveIn(t, v, words[0]), strings.Split(words[2], ",")
	amount := func(i int) *apd.Decimal {
		a := amountIn(t, "programme", words[i])
		return &a
	}
	switch words[1] {
	case "basis":
		in.Basis = list
	case "families":
		in.Families = list
	case "skus":
		in.SKUs = list
	case "contracts":
		in.Contracts = list
	case "types":
		in.Types = list
	case "partner_types":
		in.PartnerTypes = list
	case "countries":
		in.Countries = list
	case "not_with":
		in.NotWith = list
	case "least_line":
		in.LeastLine = amount(2)
	case "guaranteed":
		in.Guaranteed = amount(2)
	case "least_document":
		in.LeastDocument = amount(2)
	case "least_deal":
		in.LeastDeal = amount(2)
	case "target":
		in.Target = words[2]
	case "terms":
		in.ByAgreement = words[2] == "agreement"
	case "base":
		in.Base = words[2]
	case "bounds":
		in.UpperBounds = words[2] == "upper_inclusive"
	case "cap_each":
		in.CapEach = words[2]
	case "from":
		in.From = dayIn(t, "programme", words[2])
	case "to":
		in.To = dayIn(t, "programme", words[2])
	case "limit": // line or document, the least and the most
		in.LimitEach, in.Least, in.Most = words[2], amount(3), amount(4)
	default:
		t.Fatalf("programme: an incentive has no %s", words[1])
	}
}

func setFlats(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	in := incentiveIn(t, v, words[0])
	for i := range in.Schedules {
		s := &in.Schedules[i]
		if level, family, _ := strings.Cut(words[1], "/"); s.Level != level || s.Family != family {
			continue
		}
		s.Flats, s.Tranches = nil, slices.Clone(s.Tranches)
		for j, word := range words[2:] {
			if flat := amountIn(t, "programme", word); s.Width != nil {
				s.Flats = append(s.Flats, flat)
			} else {
				s.Tranches[j].Flat = flat
			}
		}
		return
	}
	t.Fatalf("programme: flats of %s stand after its schedule", words[1])
}

func addMeasure(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	m, more := oracle.Measure{Name: words[0], Counts: words[1]}, words[2:]
	number := func(i int) int64 { return numberIn(t, "programme", more[i]) }
	switch m.Counts {
	case "certifications", "points":
		m.Category = strings.Join(more, " ")
	case "base":
		m.Incentive, m.Months, m.Ago = more[0], int(number(1)), int(number(2))
	case "ratio":
		m.Of, m.To, m.Times = more[0], more[1], number(2)
	case "score":
		for i := 0; i < len(more); i += 4 {
			part := oracle.ScorePart{Measure: more[i], Points: number(i + 1), Per: amountIn(t, "programme", more[i+3])}
			if i+4 < len(more) && more[i+4] == "most" {
				part.Most = number(i + 5)
				m.Score = append(m.Score, part)
				i += 2
				continue
			}
			m.Score = append(m.Score, part)
		}
	}
	v.Levels.Measures = append(slices.Clone(v.Levels.Measures), m)
}

func addCondition(t *testing.T, _ *oracle.Programme, v *oracle.Version, words []string) {
	for i := range v.Levels.Requirements {
		if q := &v.Levels.Requirements[i]; q.Level == words[0] {
			q.Conditions = append(slices.Clone(q.Conditions), oracle.Condition{Way: int(numberIn(t, "programme", words[1])),
				Measure: words[2], Least: amountIn(t, "programme", words[3])})
			return
		}
	}
	t.Fatalf("programme: a condition of %s stands after the level", words[0])
}
