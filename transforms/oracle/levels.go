package oracle

import "time"

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
		w.ladders[partner.ID] = w.climb(partner, status[partner.ID])
	}
}

func (w *work) climb(partner Partner, status map[time.Time]int64) ladder {
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
		met = append(met, w.met(partner.ID, month, status[month], rules))
		next = nextLevel(rules, next, met, month)
	}
	return l
}

// met is the rank of the highest level whose conditions hold at a month's end, 0
// for none.
func (w *work) met(partner string, month time.Time, status int64, rules Levels) int {
	certificates := w.certificatesOn(partner, lastDay(month))
	best := 0
	for i, r := range rules.Requirements {
		ok := status >= r.Points && certificates.number >= r.Certifications
		for category, least := range r.Minimums {
			ok = ok && certificates.byCategory[category] >= least
		}
		if ok {
			best = i + 1
		}
	}
	return best
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
