package oracle

import (
	"sort"
	"time"
)

// stretch is a run of days on which a person's certification counts for one
// partner. Renewals only lengthen it.
type stretch struct {
	partner, person, code string
	began                 time.Time // the first day, which may be before the programme
	first, last           time.Time // first is no earlier than the programme
	points                int64
	category              string
}

// certificates is what a partner's certifications are worth on a day.
type certificates struct {
	points     int64
	number     int64
	byCategory map[string]int64
	byStretch  map[stretch]int64
}

// findStretches follows every person and code day by day.
func (w *work) findStretches() {
	type holder struct{ person, code string }
	awards := map[holder][]Certification{}
	for _, a := range w.facts.Certifications {
		if !a.Awarded.After(w.last) {
			key := holder{a.Person, a.Code}
			awards[key] = append(awards[key], a)
		}
	}
	for _, list := range awards {
		for _, s := range w.follow(list) {
			w.keep(s)
		}
	}
}

// follow walks the days of one person's awards of one code.
func (w *work) follow(awards []Certification) []stretch {
	from := awards[0].Awarded
	for _, a := range awards {
		if a.Awarded.Before(from) {
			from = a.Awarded
		}
	}
	var out []stretch
	running := false
	for day := from; !day.After(w.last); day = addDays(day, 1) {
		standing := newest(awards, day)
		if standing == nil {
			running = false
			continue
		}
		if running && out[len(out)-1].partner == standing.Partner {
			out[len(out)-1].last = day
			continue
		}
		running = true
		out = append(out, stretch{
			partner: standing.Partner, person: standing.Person, code: standing.Code,
			began: day, first: day, last: day,
		})
	}
	return out
}

// newest is the award that counts on a day: of those valid, the latest.
func newest(awards []Certification, day time.Time) *Certification {
	var found *Certification
	for i := range awards {
		a := &awards[i]
		if !within(day, a.Awarded, a.Expires) || !a.on(day) {
			continue
		}
		if found == nil || a.Awarded.After(found.Awarded) {
			found = a
		}
	}
	return found
}

// keep gives a stretch its worth and files it with its partner, if it can count at
// all. Its worth is fixed on its first day, so a later version leaves it alone.
func (w *work) keep(s stretch) {
	if s.first.Before(w.first) {
		s.first = w.first
	}
	for !s.first.After(s.last) && !w.active(s.partner, s.first) {
		s.first = addDays(s.first, 1)
	}
	for day := s.first; !day.After(s.last); day = addDays(day, 1) {
		if !w.active(s.partner, day) {
			rest := s
			rest.first = day
			w.keep(rest)
			s.last = addDays(day, -1)
		}
	}
	if s.last.Before(s.first) {
		return
	}
	rule, known := w.version(s.first).Points.Certifications[s.code]
	if !known {
		return
	}
	s.points, s.category = rule.Points, rule.Category
	w.stretches[s.partner] = append(w.stretches[s.partner], s)
}

func (w *work) active(partner string, day time.Time) bool {
	p, known := w.partner(partner, day)
	return known && p.Active && (p.Left.IsZero() || day.Before(p.Left))
}

// certificatesOn caps what is valid on a day, first by person, then by category.
func (w *work) certificatesOn(partner string, day time.Time) certificates {
	rules := w.version(day).Points
	var valid []stretch
	for _, s := range w.stretches[partner] {
		if within(day, s.first, s.last) {
			valid = append(valid, s)
		}
	}
	sort.Slice(valid, func(i, j int) bool { return sooner(valid[i], valid[j]) })

	persons, inCategory, full := map[string]int64{}, map[string]int64{}, map[string]int64{}
	out := certificates{byCategory: map[string]int64{}, byStretch: map[stretch]int64{}}
	// The order by start, person and code is, within one person, the order by
	// start and code, so one order serves both caps.
	for _, s := range valid {
		full[s.category] += s.points
		counted := s.points
		if rules.PersonCap > 0 {
			counted = min(counted, rules.PersonCap-persons[s.person])
		}
		persons[s.person] += counted
		if limit, capped := rules.CategoryCaps[s.category]; capped {
			counted = min(counted, limit-inCategory[s.category])
		}
		inCategory[s.category] += counted
		out.byStretch[s] = counted
		out.points += counted
		out.number++
	}
	// A category has its points for a level whatever the cap of a person leaves of them.
	for category, points := range full {
		if limit, capped := rules.CategoryCaps[category]; capped {
			points = min(points, limit)
		}
		out.byCategory[category] = points
	}
	return out
}

func sooner(a, b stretch) bool {
	if !a.began.Equal(b.began) {
		return a.began.Before(b.began)
	}
	if !a.first.Equal(b.first) {
		return a.first.Before(b.first)
	}
	if a.person != b.person {
		return a.person < b.person
	}
	return a.code < b.code
}
