package xlsx

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

func (s statement) margin() {
	w := s.words
	sh := s.listing(setup{title: w.say("sheet_margin"), landscape: true}, 28,
		"module 13", "method 40", "level 10", "family 13", "valid_from 12", "tranche 11", ">from 14", ">to 14",
		">rate 9", ">filled_month 15", ">earned_month 14", ">filled_year 15", ">earned_year 14", "of_year 12")
	first := sh.row + 1
	var month, year reports.Cents
	several := slices.ContainsFunc(s.Margin, func(t reports.Tranche) bool { return t.Level != s.Margin[0].Level })
	one := !slices.ContainsFunc(s.Margin, func(t reports.Tranche) bool { return !t.Year.Equal(s.Margin[0].Year.Time) })
	for _, t := range s.Margin {
		from, to, rate := s.money(t.From), s.money(t.To), s.rate(t.Incentive, t.Rate)
		name := strconv.FormatInt(t.Number, 10)
		if several {
			name += " " + w.value(t.Level)
		}
		tranche := s.text(name)
		switch {
		case t.Flat:
			tranche, from, to, rate = s.wrapped(w.say("for_reaching")), s.text(""), s.text(""), s.text("")
		case t.Cut:
			tranche, from, to, rate = s.wrapped(w.say("cut_by_cap")), s.text(""), s.text(""), s.text("")
		case t.Whole:
			tranche, from, to, rate = s.text(w.say("whole_base")), s.text(""), s.text(""), s.text("")
		case t.Number == 0:
			tranche, from = s.text(w.say("below_zero")), s.text("")
		case t.Endless:
			to = s.text(w.say("no_end"))
		}
		earnedMonth, earnedYear := s.trancheEarned(t, sh.row+1)
		sh.put(s.word(t.Incentive), s.wrapped(w.value(t.Method)), s.word(t.Level),
			s.text(cmp.Or(t.Family, w.say("all_families"))), s.day(t.ValidFrom), tranche, from, to, rate,
			s.money(t.MonthBase), earnedMonth, s.money(t.YearBase), earnedYear, s.day(t.Year))
		month, year = month+t.MonthEarned, year+t.YearEarned
	}
	if len(s.Margin) == 0 {
		sh.put(s.text(s.noMargin()))
		return
	}
	last := sh.row
	total := sh.total(14, first)
	total.sum(10, month)
	if one { // no sum over two programme years
		total.sum(12, year)
	}
	sh.put(total.cells...)
	sh.mark("margin_earned", 11, int64(s.Pay.Earned), 2)
	sh.put(s.note(w.say("note_refilled")))
	s.marginChart(sh, first, last)
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
	if len(s.NotCounted) > 0 {
		return s.words.say("nothing_counted")
	}
	return s.words.say("nothing")
}

// marginChart draws what each row of the table has earned this year. One bar says nothing.
func (s statement) marginChart(sh *sheet, first, last int) {
	if first == last {
		return
	}
	at := reference(sh.name)
	axis := excelize.ChartAxis{Minimum: new(float64)} // a bar is as long as what it stands for
	if slices.ContainsFunc(s.Margin, func(t reports.Tranche) bool { return t.YearEarned < 0 }) {
		axis = excelize.ChartAxis{}
	}
	title := excelize.RichTextRun{Text: s.words.say("chart_earned") + " (" + s.Currency + ")"}
	sh.chart(cellName(2, sh.row+1), title, excelize.Chart{
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
