package xlsx

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

func (s statement) margin() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_margin"), widths: []float64{13, 40, 10, 13, 12, 11, 14, 14, 9, 15, 14, 15, 14, 12}, landscape: true, frozen: 1})
	sh.tall(28, s.heads("module", "method", "level", "family", "valid_from", "tranche", ">from", ">to", ">rate", ">filled_month", ">earned_month", ">filled_year", ">earned_year", "of_year")...)
	first := sh.row + 1
	var month, year reports.Cents
	several := slices.ContainsFunc(s.Margin, func(t reports.Tranche) bool { return t.Level != s.Margin[0].Level })
	one := !slices.ContainsFunc(s.Margin, func(t reports.Tranche) bool { return !t.Year.Equal(s.Margin[0].Year.Time) })
	for _, t := range s.Margin {
		from, to, rate := s.money(t.From), s.money(t.To), s.rate(t.Rate)
		tranche := s.text(strconv.FormatInt(t.Number, 10))
		if several {
			tranche = s.text(strconv.FormatInt(t.Number, 10) + " " + w.value(t.Level))
		}
		switch {
		case t.Cut:
			tranche, from, to, rate = s.styled(s.styles.wrapped, w.say("cut_by_cap")), s.text(""), s.text(""), s.text("")
		case t.Whole:
			tranche, from, to, rate = s.text(w.say("whole_base")), s.text(""), s.text(""), s.text("")
		case t.Number == 0:
			tranche, from = s.text(w.say("below_zero")), s.text("")
		case t.Endless:
			to = s.text(w.say("no_end"))
		}
		family := w.say("all_families")
		if t.Family != "" {
			family = t.Family
		}
		earnedMonth, earnedYear := s.trancheEarned(t, sh.row+1)
		sh.put(s.text(w.value(t.Incentive)), s.styled(s.styles.wrapped, w.value(t.Method)), s.text(w.value(t.Level)), s.text(family), s.day(t.ValidFrom),
			tranche, from, to, rate, s.money(t.MonthBase), earnedMonth, s.money(t.YearBase), earnedYear, s.day(t.Year))
		month, year = month+t.MonthEarned, year+t.YearEarned
	}
	if len(s.Margin) == 0 {
		sh.put(s.text(s.noMargin()))
		sh.done()
		return
	}
	last := sh.row
	total := s.totals(14)
	total[10] = s.sum(s.styles.totalMoney, fmt.Sprintf("SUM(K%d:K%d)", first, sh.row), month)
	if one { // what two programme years earned is nobody's sum
		total[12] = s.sum(s.styles.totalMoney, fmt.Sprintf("SUM(M%d:M%d)", first, sh.row), year)
	}
	sh.put(total...)
	sh.mark("margin_earned", 11, int64(s.Pay.Earned), 2)
	sh.put(s.styled(s.styles.note, w.say("note_refilled")))
	s.marginChart(sh, first, last)
	sh.done()
}

// trancheEarned is what a tranche earned, as a formula of what has filled it where
// that comes to it: the year's is what is in it times its rate, the month's the year's
// less what the months before had. It does not where documents start at zero each, or
// where the level changed while the tranche was filling; then it is the figure alone.
func (s statement) trancheEarned(t reports.Tranche, row int) (month, year cell) {
	month, year = s.money(t.MonthEarned), s.money(t.YearEarned)
	if t.Whole || t.Cut {
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
		if m.Incentive == "sell_with" {
			return s.words.say("sell_with_points_only")
		}
	}
	return s.words.say("nothing")
}

// marginChart draws what the year has put into each row of the table.
func (s statement) marginChart(sh *sheet, first, last int) {
	if s.err != nil {
		return
	}
	at := "'" + strings.ReplaceAll(sh.name, "'", "''") + "'!"
	s.check(s.f.AddChart(sh.name, cellName(2, sh.row+1), &excelize.Chart{
		Type: excelize.Col,
		Series: []excelize.ChartSeries{{
			Name:       s.words.say("filled_year"),
			Categories: fmt.Sprintf("%s$F$%d:$F$%d", at, first, last),
			Values:     fmt.Sprintf("%s$L$%d:$L$%d", at, first, last),
			Fill:       excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{s.styles.accent}},
		}},
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: s.words.say("chart_filled") + " (" + s.Currency + ")"}}},
		Legend:    excelize.ChartLegend{Position: "none"},
		XAxis:     excelize.ChartAxis{Font: s.styles.axis},
		YAxis:     excelize.ChartAxis{Font: s.styles.axis},
		Dimension: excelize.ChartDimension{Width: 760, Height: 260},
		Format:    excelize.GraphicOptions{AltText: s.words.say("chart_filled")},
	}))
}
