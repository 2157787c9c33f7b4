package programme

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// incentive writes one of a version, with its number, in the order of the list.
func (w *writer) incentive(version, place int, v Version) {
	in := v.Incentives[place]
	c, d := in.Counts, in.Deals
	var each any
	limits := in.Line
	switch {
	case in.Line != Limits{}:
		each = "line"
	case in.Document != Limits{}:
		each, limits = "document", in.Document
	}
	query := "insert into rules.incentives values (?, ?, ?, ?, ?, ?, " + list(c.Basis) + ", " + list(c.Families) + ", " +
		list(c.SKUs) + ", " + list(c.Contracts) + ", " + list(c.Types) + ", " + list(c.PartnerTypes) + ", " +
		list(c.Countries) +
		", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	w.exec(query, version, in.Name, place+1, in.Credits, in.Module, v.who(place),
		c.Line.orNull(), c.Document.orNull(), c.Deal.orNull(), cmp.Or(in.Base, Amount), in.Method, in.Period,
		orFirst(in.From), orLast(in.To), v.excludes(place), each, limits.Minimum.orNull(),
		limits.Maximum.orNull(), in.Cap.orNull(), cmp.Or(in.CapEach, "year"), textOrNull(in.Target), in.Guaranteed.orNull(),
		in.PaysNothing, orFirst(in.Money), d.LeadDays, d.WindowDays, d.OwnDeals, d.Rescale, in.Terms == Agreement)
	for _, x := range d.Weights {
		w.exec("insert into rules.weights values (?, ?, ?, ?)", version, in.Name, x.Role, x.Weight)
	}
}

// list is a list of texts in SQL; an empty one is null.
func list(texts []string) string {
	if len(texts) == 0 {
		return "null"
	}
	var quoted []string
	for _, t := range texts {
		quoted = append(quoted, "'"+strings.ReplaceAll(t, "'", "''")+"'")
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// who is the place of the first incentive that asks the same of its partners, so that each partner and day is judged
// once for all of them.
func (v Version) who(place int) int {
	asks := func(in Incentive) string {
		return fmt.Sprintf("%s %q %q %q", in.Credits, in.Module, in.Counts.PartnerTypes, in.Counts.Countries)
	}
	return 1 + slices.IndexFunc(v.Incentives, func(in Incentive) bool { return asks(in) == asks(v.Incentives[place]) })
}

// excludes has a bit for each earlier incentive that keeps this one from counting a line that it counts itself.
func (v Version) excludes(place int) (bits int64) {
	in := v.Incentives[place]
	for i, earlier := range v.Incentives[:place] {
		if slices.Contains(in.NotWith, earlier.Name) || slices.Contains(earlier.NotWith, in.Name) {
			bits |= 1 << i
		}
	}
	return bits
}

// schedule writes a schedule and its tranches. Its name holds its identity, so that it means the same in every month.
func (w *writer) schedule(version int, hash string, in Incentive, s Schedule) {
	n := strings.TrimSpace(hash + " " + in.Name + " " + s.Level + " " + s.Family)
	w.exec("insert into rules.schedules values (?, ?, ?, ?, nullif(?, ''), ?)",
		n, version, in.Name, s.Level, s.Family, s.Width.orNull())
	reached := func(i int) Cents {
		if i == 0 || in.Bounds == UpperInclusive {
			return s.Tranches[i].From + 1 // the first is entered above zero
		}
		return s.Tranches[i].From
	}
	for i, t := range s.Tranches {
		step, factor := t.Flat, t.Rate.String()
		var left any
		if i+1 < len(s.Tranches) {
			left = reached(i + 1).String()
		}
		if i > 0 && in.Method == "volume" { // only that of the tranche reached
			step -= s.Tranches[i-1].Flat
		}
		if t.PerUnit != 0 {
			factor = t.PerUnit.String()
		}
		w.exec("insert into rules.tranches values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			n, i+1, t.From.String(), t.To.orNull(), factor, t.Flat.String(), reached(i).String(), left, step.String())
	}
}
