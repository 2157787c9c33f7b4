package oracle

import (
	"slices"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// ladder is how a partner rose and fell.
type ladder struct {
	start string               // the level it started with
	from  time.Time            // the month it started in
	held  map[time.Time]string // by month, from its start to Through
	last  string               // the level held in the last of them
}

// climbAll works out the computed levels of every partner. It does so under every
// version, also one that goes by the directory, so that a later one can go on.
func (w *work) climbAll(balances []Balance) {
	status := map[string]map[time.Time]int64{}
	for _, b := range balances {
		if status[b.Partner] == nil {
			status[b.Partner] = map[time.Time]int64{}
		}
		status[b.Partner][b.Month] = b.Status
	}
	for _, partner := range w.everyone {
		w.ladders[partner.ID] = w.climb(partner, status)
	}
}

func (w *work) climb(partner Partner, status map[string]map[time.Time]int64) ladder {
	l := ladder{from: monthOf(w.first), held: map[time.Time]string{}}
	if len(partner.Levels) > 0 {
		if given := monthOf(partner.Levels[0].From); given.After(l.from) {
			l.from = given
		}
	}
	l.start = directoryLevel(partner, l.from)
	l.last = l.start
	next := l.start
	var met []int
	for _, month := range w.months {
		if month.Before(l.from) {
			continue
		}
		l.last = next
		l.held[month] = next
		rules := w.version(lastDay(month)).Levels
		met = append(met, w.met(w.judged(partner.ID, month, status), rules))
		next = nextLevel(rules, next, met, month)
	}
	return l
}

// judged is what the members of a group have together at a month's end.
type judged struct {
	members    []string
	month      time.Time
	status     int64
	number     int64
	byCategory map[string]int64
}

func (w *work) judged(partner string, month time.Time, status map[string]map[time.Time]int64) judged {
	j := judged{month: month, byCategory: map[string]int64{}}
	for _, other := range w.everyone {
		if w.unit(other.ID, month) != w.unit(partner, month) {
			continue
		}
		j.members = append(j.members, other.ID)
		j.status += status[other.ID][month]
		certificates := w.certificatesOn(other.ID, lastDay(month))
		j.number += certificates.number
		for category, points := range certificates.byCategory {
			j.byCategory[category] += points
		}
	}
	return j
}

// unit is whom a partner is judged with.
func (w *work) unit(id string, month time.Time) string {
	if p, known := w.partner(id, lastDay(month)); known && p.Parent != "" {
		return p.Parent
	}
	return id
}

// met is the rank of the highest level whose conditions hold at a month's end, 0
// for none.
func (w *work) met(j judged, rules Levels) int {
	best := 0
	for i, r := range rules.Requirements {
		ok := j.status >= r.Points && j.number >= r.Certifications
		for category, least := range r.Minimums {
			ok = ok && j.byCategory[category] >= least
		}
		ways := map[int]bool{}
		for _, c := range r.Conditions {
			value := w.measure(j, rules, c.Measure)
			met := value != nil && !less(*value, c.Least)
			if before, known := ways[c.Way]; known {
				met = met && before
			}
			ways[c.Way] = met
		}
		if ok && enough(ways) {
			best = i + 1
		}
	}
	return best
}

// enough says whether way 0 holds, and one of the others if there are others.
func enough(ways map[int]bool) bool {
	others, one := false, false
	for way, met := range ways {
		if way == 0 && !met {
			return false
		}
		if way > 0 {
			others, one = true, one || met
		}
	}
	return one || !others
}

// measure is a number that a level asks for, nil for a ratio to nothing.
func (w *work) measure(j judged, rules Levels, name string) *apd.Decimal {
	for _, m := range rules.Measures {
		if m.Name != name {
			continue
		}
		value := whole(0)
		switch m.Counts {
		case "certifications":
			value = whole(w.certified(j, m.Category))
		case "points":
			value = whole(j.byCategory[m.Category])
		case "base":
			value = w.bought(j, m)
		case "ratio":
			of, to := w.measure(j, rules, m.Of), w.measure(j, rules, m.To)
			if !less(whole(0), *to) || less(*of, whole(0)) {
				return nil
			}
			hundredths := floorQuo(mul(*of, whole(100*m.Times)), *to)
			value = *apd.New(hundredths, -2)
		case "score":
			value = whole(w.score(j, rules, m))
		}
		return &value
	}
	panic("oracle: no measure " + name)
}

func (w *work) certified(j judged, category string) (n int64) {
	for _, id := range j.members {
		for _, s := range w.stretches[id] {
			if within(lastDay(j.month), s.first, s.last) && (category == "" || s.category == category) {
				n++
			}
		}
	}
	return n
}

func (w *work) bought(j judged, m Measure) apd.Decimal {
	sum, last := whole(0), addMonths(j.month, -m.Ago)
	for _, c := range w.credits {
		month := monthOf(c.line.sale.Date)
		if slices.Contains(j.members, c.partner) && c.incentive.Name == m.Incentive && !month.After(last) &&
			month.After(addMonths(last, -m.Months)) {
			sum = add(sum, c.base)
		}
	}
	return sum
}

func (w *work) score(j judged, rules Levels, m Measure) (sum int64) {
	for _, part := range m.Score {
		value := w.measure(j, rules, part.Measure)
		if value == nil {
			continue
		}
		points := max(0, floorQuo(mul(*value, whole(part.Points)), part.Per))
		if part.Most > 0 {
			points = min(points, part.Most)
		}
		sum += points
	}
	return sum
}

// nextLevel is the level of the month after one, from what was met at the
// month-ends since the partner's start.
func nextLevel(rules Levels, held string, met []int, month time.Time) string {
	rank := rankOf(rules, held)
	if now := met[len(met)-1]; now > rank {
		return rules.Requirements[now-1].Level
	}
	grace := max(rules.GraceMonths, 1) // a review looks at least at its own month-end
	if int(month.Month()) != rules.ReviewMonth || len(met) < grace {
		return held
	}
	best := 0
	for _, m := range met[len(met)-grace:] {
		best = max(best, m)
	}
	if best >= rank {
		return held
	}
	return rules.Requirements[max(best, 1)-1].Level
}

// rankOf is 1 for the lowest level, and 0 for a level nothing is asked for.
func rankOf(rules Levels, level string) int {
	for i, r := range rules.Requirements {
		if r.Level == level {
			return i + 1
		}
	}
	return 0
}

// directoryLevel is the level the directory gives on a day, before its first the
// first.
func directoryLevel(partner Partner, day time.Time) string {
	if len(partner.Levels) == 0 {
		return ""
	}
	level := partner.Levels[0].Level
	for _, g := range partner.Levels {
		if !g.From.After(day) {
			level = g.Level
		}
	}
	return level
}

// levelOn is the level by which a day goes, as the version in force on it decides.
func (w *work) levelOn(partner Partner, day time.Time) string {
	if !w.version(day).Levels.Computed {
		return directoryLevel(partner, day)
	}
	l := w.ladders[partner.ID]
	month := monthOf(day)
	if month.Before(l.from) {
		return l.start
	}
	if level, worked := l.held[month]; worked {
		return level
	}
	return l.last // beyond Through, for a return of a line that is still to come
}

func (w *work) levelsHeld() []LevelHeld {
	var out []LevelHeld
	for _, partner := range w.everyone {
		for _, month := range w.months {
			out = append(out, LevelHeld{
				Partner: partner.ID,
				Month:   month,
				Level:   w.levelOn(partner, lastDay(month)),
			})
		}
	}
	return out
}
