package xlsx

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

func (s statement) margin() {
	w := s.words
	if len(s.Margin) == 0 {
		return
	}
	sh := s.listing(setup{title: w.say("sheet_margin"), landscape: true},
		"module 11", "method 20.5", "level 9.5", "family 11", "valid_from 11", "tranche 10", ">from 12", ">to 12",
		">rate 8", ">filled_month 12", ">earned_month 11.5", ">filled_year 12", ">earned_year 11.5", "of_year 12")
	first := sh.row + 1
	var month, year reports.Cents
	monthBase, yearBase := bases{names: s.names}, bases{names: s.names}
	s.schedules = s.bySchedule()
	rows := foldedMargin(s.Margin)
	several := slices.ContainsFunc(rows, func(t reports.Tranche) bool { return t.Level != rows[0].Level })
	one := !slices.ContainsFunc(rows, func(t reports.Tranche) bool { return !t.Year.Equal(rows[0].Year.Time) })
	for _, t := range rows {
		from, to, rate := s.money(t.From), s.money(t.To), s.rate(t.Incentive, t.Rate)
		name := w.tranches(t.Number, t.Through)
		if several {
			name += " " + w.value(t.Level)
		}
		tranche, method := s.text(name), w.value(t.Method)
		switch {
		case t.Flat:
			tranche, from, to, rate = s.text(w.say("for_reaching")), s.text(""), s.text(""), s.text("")
		case t.Cut:
			tranche, from, to, rate = s.text(w.say("cut_by_cap")), s.text(""), s.text(""), s.text("")
		case t.Whole:
			tranche, from, to, rate = s.text(w.say("whole_base")), s.text(""), s.text(""), s.text("")
			method += s.monthSum(t)
		case t.Number == 0:
			tranche, from = s.text(w.say("below_zero")), s.text("")
		case t.Endless:
			to = s.text(w.say("no_end"))
		}
		earnedMonth, earnedYear := s.trancheEarned(t, sh.row+1)
		sh.put(s.word(t.Incentive), s.text(method), s.word(t.Level),
			s.text(cmp.Or(t.Family, w.say("all_families"))), s.day(t.ValidFrom), tranche, from, to, rate,
			s.money(t.MonthBase), earnedMonth, s.money(t.YearBase), earnedYear, s.day(t.Year))
		month, year = month+t.MonthEarned, year+t.YearEarned
		monthBase.add(t.Incentive, t.MonthBase)
		yearBase.add(t.Incentive, t.YearBase)
	}
	last := sh.row
	total := sh.total(14, first)
	total.base(9, monthBase)
	total.sum(10, month)
	if one { // no sum over two programme years
		total.base(11, yearBase)
		total.sum(12, year)
	}
	sh.put(total.cells...)
	sh.mark("margin_earned", 11, int64(s.Pay.Earned), 2)
	sh.notes(w.say("note_refilled"))
	s.marginChart(sh, first, last)
}

// foldedMargin makes one row of tranches that follow each other in a schedule and have one rate.
func foldedMargin(all []reports.Tranche) (rows []reports.Tranche) {
	for _, t := range all {
		t.Through = t.Number
		if n := len(rows) - 1; n >= 0 && follows(rows[n], t) {
			last := &rows[n]
			last.To, last.Through, last.Endless = t.To, t.Number, t.Endless
			last.MonthBase, last.MonthEarned = last.MonthBase+t.MonthBase, last.MonthEarned+t.MonthEarned
			last.YearBase, last.YearEarned = last.YearBase+t.YearBase, last.YearEarned+t.YearEarned
			before := last.Rate.Of(last.YearBase - last.MonthBase)
			last.YearByRate = last.Rate.Of(last.YearBase) == last.YearEarned
			last.MonthByRate = last.Rate.Of(last.YearBase)-before == last.MonthEarned
			continue
		}
		rows = append(rows, t)
	}
	return rows
}

func follows(a, b reports.Tranche) bool {
	plain := func(t reports.Tranche) bool { return !t.Whole && !t.Flat && !t.Cut && t.Number > 0 }
	return plain(a) && plain(b) && a.Incentive == b.Incentive && a.Year.Equal(b.Year.Time) && a.Family == b.Family &&
		a.Level == b.Level && a.ValidFrom.Equal(b.ValidFrom.Time) && a.Method == b.Method && a.Rate == b.Rate &&
		b.Number == a.Through+1 && a.To == b.From && !a.Endless
}

// folded makes one row of tranches of a schedule that follow each other, have one rate, and are reached for nothing.
func folded(all []reports.Rule) (rows []reports.Rule) {
	for _, r := range all {
		r.Through = r.Tranche
		if n := len(rows) - 1; n >= 0 {
			last := &rows[n]
			if last.Schedule == r.Schedule && last.Rate == r.Rate && last.Through+1 == r.Tranche && r.Flat == 0 &&
				last.Flat == 0 && last.ToAmount == r.FromAmount && !last.Endless {
				last.ToAmount, last.Through, last.Endless = r.ToAmount, r.Tranche, r.Endless
				continue
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// monthSum is what the month earned under volume as a sum, where its lines follow each other.
func (s statement) monthSum(t reports.Tranche) string {
	var before, after, base reports.Cents
	schedule := ""
	for i := range s.Lines {
		l := &s.Lines[i]
		if l.Incentive != t.Incentive || l.Method != t.Method || l.Level != t.Level {
			continue
		}
		if schedule == "" {
			before = l.PositionBefore
		} else if schedule != l.Schedule {
			return ""
		}
		schedule, after, base = l.Schedule, l.PositionAfter, base+l.Base
	}
	if base == 0 || after-before != base || base != t.MonthBase {
		return ""
	}
	text, earned, ok := s.difference(t.Incentive, t.Method, s.schedules[schedule], before, after)
	if !ok || t.Method == "volume" && earned != t.MonthEarned {
		return ""
	}
	return ": " + text
}

// trancheEarned is what a tranche earned, as a formula where that gives the figure: the year's
// base times the rate; for the month, less the same before it. It does not give the figure
// where each document starts at zero, or where the level changed in the tranche.
func (s statement) trancheEarned(t reports.Tranche, row int) (month, year cell) {
	month, year = s.money(t.MonthEarned), s.money(t.YearEarned)
	if t.Whole || t.Cut || t.Flat {
		return month, year
	}
	if t.YearByRate {
		year.formula = fmt.Sprintf("ROUND(L%d*I%d,2)", row, row)
	}
	if t.MonthByRate {
		month.formula = fmt.Sprintf("ROUND(L%d*I%d,2)-ROUND((L%d-J%d)*I%d,2)", row, row, row, row, row)
	}
	return month, year
}

func (s statement) noMargin() string {
	for _, m := range s.Modules {
		if s.names.IsShared(m.Incentive) {
			return s.words.say("sell_with_points_only")
		}
	}
	switch {
	case len(s.Lines) > 0:
		return ""
	case len(s.NotCounted) > 0:
		return s.words.say("nothing_counted")
	}
	return s.words.say("nothing")
}

// marginChart draws what each row of the table has earned this year. One bar says nothing.
func (s statement) marginChart(sh *sheet, first, last int) {
	if first == last {
		return
	}
	sh.keep(300) // of the chart, what is above it, and what other programs fit less on a page
	at := reference(sh.name)
	axis := excelize.ChartAxis{Minimum: new(float64)} // a bar is as long as what it stands for
	if slices.ContainsFunc(s.Margin, func(t reports.Tranche) bool { return t.YearEarned < 0 }) {
		axis = excelize.ChartAxis{}
		if !slices.ContainsFunc(s.Margin, func(t reports.Tranche) bool { return t.YearEarned > 0 }) {
			axis.Maximum = new(float64)
		}
	}
	sh.chart(cellName(2, sh.row+2), s.words.say("chart_earned")+" ("+s.Currency+")", excelize.Chart{
		Type: excelize.Col,
		Series: []excelize.ChartSeries{{
			Name:       s.words.say("earned_year"),
			Categories: fmt.Sprintf("%s$F$%d:$F$%d", at, first, last),
			Values:     fmt.Sprintf("%s$M$%d:$M$%d", at, first, last),
			Fill:       fill(s.styles.accent),
		}},
		Legend:    excelize.ChartLegend{Position: "none"},
		YAxis:     axis,
		Dimension: excelize.ChartDimension{Width: 760, Height: 260},
		Format:    excelize.GraphicOptions{AltText: s.words.say("chart_earned")},
	})
}
