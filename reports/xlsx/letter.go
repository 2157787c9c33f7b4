package xlsx

import (
	"fmt"
	"time"

	"tranche/reports"
)

// letter says in sentences what a partner should know before it reads the figures.
func (s statement) letter(sh *sheet) {
	var all []string
	for _, part := range []func() []string{s.whatChanged, s.nextSteps, s.levelNews, s.expectedLevel, s.raisedLevel,
		s.ending} {
		all = append(all, part()...)
	}
	for _, sentence := range all {
		for _, line := range paragraph(sentence, sh.width(), tableFont) {
			sh.put(s.styled(s.styles.sentence, line))
		}
	}
	if len(all) > 0 {
		sh.skip(1)
	}
}

// whatChanged compares the month with the one before, and says where else to look.
func (s statement) whatChanged() (all []string) {
	w := s.words
	if said := s.noMargin(); len(s.Margin) == 0 && said != "" {
		all = append(all, said)
	}
	before := w.month(s.Month.AddDate(0, -1, 0))
	switch more := s.Pay.Earned - s.Pay.Before.Earned; {
	case !s.Pay.HasBefore || s.Pay.Earned == 0 && s.Pay.Before.Earned == 0:
	case more > 0:
		all = append(all, fmt.Sprintf(w.say("earned_more"), w.amount(s.Pay.Earned), w.amount(more), before))
	case more < 0:
		all = append(all, fmt.Sprintf(w.say("earned_less"), w.amount(s.Pay.Earned), w.amount(-more), before))
	default:
		all = append(all, fmt.Sprintf(w.say("earned_equal"), w.amount(s.Pay.Earned), before))
	}
	if n := len(s.Adjustments); n > 0 {
		lines, entries := s.Adjusted()
		all = append(all, fmt.Sprintf(w.say("adjusted_by"), n, w.amount(lines+entries), w.say("sheet_adjustments")))
	}
	if n := len(s.NotCounted); n > 0 && len(s.Lines) > 0 {
		all = append(all, fmt.Sprintf(w.say("uncounted_lines"), n, w.say("sheet_not_counted")))
	}
	return all
}

// nextSteps says what the next tranche needs, and what comes of it at the partner's pace.
func (s statement) nextSteps() (said []string) {
	w := s.words
	for _, n := range s.Next {
		name := w.value(n.Incentive)
		if n.Family != "" {
			name += ", " + n.Family
		}
		if n.Reached.IsZero() {
			said = append(said, fmt.Sprintf(w.say("next_not_reached"), name, w.amount(n.Needed), n.Tranche))
			continue
		}
		said = append(said, fmt.Sprintf(w.say("next_tranche"), name, w.amount(n.Needed), n.Tranche, w.month(n.Reached.Time),
			w.amount(n.Earned)))
	}
	return said
}

// expectedLevel says which level the partner comes to, at its pace, where that is another one.
func (s statement) expectedLevel() []string {
	if len(s.Levels) == 0 {
		return nil
	}
	last := s.Levels[len(s.Levels)-1]
	if last.Level == s.Pay.Level {
		return nil
	}
	return []string{fmt.Sprintf(s.words.say("level_expected"), s.words.value(last.Level), s.words.month(last.In.Time))}
}

// raisedLevel says what holding the next level would earn, at the partner's pace, where it is anything.
func (s statement) raisedLevel() (said []string) {
	w := s.words
	for _, n := range s.NextLevel {
		if n.Earns > 0 {
			said = append(said, fmt.Sprintf(w.say("level_would_earn"), w.value(n.Level), w.month(n.From.Time),
				w.amount(n.Earns), w.month(n.To.Time)))
		}
	}
	return said
}

// levelNews says which level changes or has changed, and when one is lost that is not met.
func (s statement) levelNews() (said []string) {
	w, p := s.words, s.Pay
	next := reports.Day{Time: s.Month.AddDate(0, 1, 0)}
	if p.LevelBefore != "" && p.Level != "" && p.LevelBefore != p.Level {
		said = append(said, fmt.Sprintf(w.say("level_changed"), s.date(s.Month), w.value(p.Level), w.value(p.LevelBefore)))
	}
	switch {
	case p.LevelAfter != "" && p.LevelAfter != p.Level && !p.FallsOn.IsZero():
		return append(said, fmt.Sprintf(w.say("level_lost"), w.value(p.Level), s.date(next), w.value(p.LevelAfter)))
	case p.LevelAfter != "" && p.LevelAfter != p.Level:
		return append(said, fmt.Sprintf(w.say("level_comes"), s.date(next), w.value(p.LevelAfter)))
	case p.FallsOn.IsZero() || p.KeepFrom.IsZero():
		return said
	}
	from, to := w.month(p.KeepFrom.Time), w.month(p.FallsOn.AddDate(0, -1, 0))
	if from == to {
		return append(said, fmt.Sprintf(w.say("level_at_risk_once"), w.value(p.Level), to, s.date(p.FallsOn),
			w.value(p.FallsTo)))
	}
	return append(said, fmt.Sprintf(w.say("level_at_risk"), w.value(p.Level), from, to, s.date(p.FallsOn),
		w.value(p.FallsTo)))
}

// ending says how much ends within 30, 60 and 90 days of the month's end. The sheets have the day of each.
func (s statement) ending() (said []string) {
	for _, kind := range []struct{ name, key, sheet string }{
		{"certification", "certifications_end", "sheet_points"}, {"points", "points_end", "sheet_points"},
		{"claim", "claims_end", "sheet_sell_with"},
	} {
		var within [3]int64
		for _, e := range s.EndingOf(kind.name) {
			n := int64(1)
			if e.Kind == "points" {
				n = e.Points
			}
			for i := e.Within/30 - 1; i < 3; i++ {
				within[i] += n
			}
		}
		if within[2] > 0 {
			said = append(said, fmt.Sprintf(s.words.say(kind.key), s.words.fixed(within[0], 0), s.words.fixed(within[1], 0),
				s.words.fixed(within[2], 0), s.words.say(kind.sheet)))
		}
	}
	return said
}

// date is a day in words.
func (s statement) date(d reports.Day) string { return s.words.day(d.Time) }

func (w words) day(t time.Time) string { return t.Format(w.say("day_format")) }
