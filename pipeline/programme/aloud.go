package programme

import (
	"fmt"
	"strings"
	"time"
)

// Aloud is a version as rows that can be read aloud: the incentive, who earns it, what counts, how, and at which level
// what is paid from which tranche on.
func (v Version) Aloud(n Names) (rows [][]string) {
	for _, in := range v.Incentives {
		row := []string{n.label(in.Name), in.who(n), in.counts(), in.how()}
		switch {
		case in.PaysNothing:
			rows = append(rows, append(row, "every level", "no money"+v.pointsFor(in)))
		default:
			for i, s := range in.Schedules {
				if i > 0 {
					row = []string{"", "", "", ""}
				}
				rows = append(rows, append(row, n.levelOf(s), in.pays(s)+v.firstOnly(i, in)))
			}
		}
	}
	return rows
}

// firstOnly are the points of an incentive, beside its first schedule.
func (v Version) firstOnly(i int, in Incentive) string {
	if i > 0 {
		return ""
	}
	return v.pointsFor(in)
}

// label is how statements in English write a name.
func (n Names) label(name string) string {
	if label := n.Labels[name]["en"]; label != "" {
		return label
	}
	return name
}

func (n Names) levelOf(s Schedule) string {
	if s.Family != "" {
		return n.label(s.Level) + ", " + s.Family
	}
	return n.label(s.Level)
}

// who says whom an incentive credits.
func (in Incentive) who(n Names) string {
	who := map[string]string{Buyer: "the buyer", Distributor: "the distributor", Claims: "who claims the deal"}[in.Credits]
	if in.Module != "" {
		joint := " that holds "
		if in.Credits == Claims {
			joint = " and holds "
		}
		who += joint + n.label(in.Module)
	}
	return who + listed(" of the type ", in.Counts.PartnerTypes) + listed(" in ", in.Counts.Countries)
}

func listed(before string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return before + strings.Join(names, " or ")
}

// counts says which lines an incentive counts.
func (in Incentive) counts() string {
	c := in.Counts
	text := "every line"
	if len(c.Basis)+len(c.Families)+len(c.SKUs)+len(c.Contracts)+len(c.Types) > 0 {
		text = strings.TrimSpace(listed(" ", c.Basis) + listed(" of the family ", c.Families) + listed(" of ", c.SKUs) +
			listed(" as ", c.Contracts) + listed(" by ", c.Types))
	}
	for i, least := range []Cents{c.Line, c.Document, c.Deal} {
		if least != 0 {
			text += fmt.Sprintf(", %s from %s", []string{"lines", "documents", "deals"}[i], least)
		}
	}
	if !in.From.IsZero() {
		text += ", from " + in.From.Format(time.DateOnly)
	}
	if !in.To.IsZero() {
		text += ", until " + in.To.Format(time.DateOnly)
	}
	return text + listed(", not together with ", in.NotWith)
}

// how says how a base becomes money.
func (in Incentive) how() string {
	what := map[string]string{Amount: "the amounts", Quantity: "the units", Recurring: "the annual values",
		Activities: "the activities"}[in.base()]
	how := map[string]string{"marginal": "each tranche at its own rate", "block": "full tranches only",
		"document": "each document by itself", "volume": "all at the rate reached"}[in.Method]
	text := fmt.Sprintf("%s of a %s, %s", what, in.Period, how)
	switch in.Target {
	case "own":
		text += ", in percent of the own target"
	case "last_year":
		text += ", in percent of last year"
	}
	for i, l := range []Limits{in.Line, in.Document} {
		each := []string{"line", "document"}[i]
		if l.Minimum != 0 {
			text += fmt.Sprintf(", at least %s a %s", l.Minimum, each)
		}
		if l.Maximum != 0 {
			text += fmt.Sprintf(", at most %s a %s", l.Maximum, each)
		}
	}
	if in.Cap != 0 {
		each := "year"
		if in.CapEach == "period" {
			each = in.Period
		}
		text += fmt.Sprintf(", at most %s a %s", in.Cap, each)
	}
	if in.Guaranteed != 0 {
		text += fmt.Sprintf(", at least %s a %s", in.Guaranteed, in.Period)
	}
	if in.Terms == Agreement {
		text += ", kept by partners with an agreement"
	}
	if !in.Money.IsZero() {
		text += ", money from " + in.Money.Format(time.DateOnly)
	}
	return text
}

// pays says what each tranche of a schedule pays.
func (in Incentive) pays(s Schedule) string {
	unit := ""
	if in.Target != "" {
		unit = " %"
	}
	var parts []string
	for i, t := range s.Tranches {
		var pays []string
		if t.Rate != 0 {
			pays = append(pays, percent(t.Rate))
		}
		if t.PerUnit != 0 {
			pays = append(pays, t.PerUnit.String()+" each")
		}
		if t.Flat != 0 {
			pays = append(pays, t.Flat.String()+" for reaching it")
		}
		if len(pays) == 0 {
			pays = []string{"nothing"}
		}
		part := strings.Join(pays, " and ")
		switch {
		case len(s.Tranches) == 1:
		case i == 0:
			part += " up to " + t.To.String() + unit
		default:
			part += " from " + t.From.String() + unit
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

func percent(r PPM) string {
	text := strings.TrimRight(fmt.Sprintf("%d.%04d", r/10_000, r%10_000), "0")
	return strings.TrimSuffix(text, ".") + " %"
}

// pointsFor says which points an incentive gives.
func (v Version) pointsFor(in Incentive) string {
	for _, r := range v.Points.ByAmount {
		if r.Incentive != in.Name {
			continue
		}
		text := fmt.Sprintf("; points: %d for each %s", r.Points, r.Per)
		for _, t := range r.Times {
			text += fmt.Sprintf(", times %s from %s to %s", t.By, t.From.Format(time.DateOnly), t.To.Format(time.DateOnly))
		}
		if r.Most != 0 {
			text += fmt.Sprintf(", at most %d a %s", r.Most, in.Period)
		}
		return text
	}
	return ""
}
