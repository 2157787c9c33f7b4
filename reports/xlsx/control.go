package xlsx

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

// months compares the month with the one before and with the same month a year ago.
func (r register) months() {
	heads := []string{"Month 9", "Status 8"}
	for _, in := range r.Names.Incentives {
		heads = append(heads, ">"+r.words.value(in.Name)+" 13")
	}
	heads = append(heads, ">Margin 13.5", ">Manual adjustments 13", ">Payable 13.5", ">Carried out 13",
		">Margin against the month before 13.5", ">Margin against a year ago 13.5", ">Payable against the month before 13.5")
	sh := r.listing(setup{title: r.words.say("sheet_months"), landscape: true}, heads...)
	first, n := sh.row+1, len(r.Names.Incentives)
	column := func(behind int) string { return columnName(2 + n + behind) } // the margin is 1
	for i, m := range r.Months {
		if m.Month.Equal(r.Month) && (r.Final || r.Approval) {
			m.Status = "closed" // the marts do not say so yet
			if r.Final {
				m.Status = "final"
			}
		}
		row := sh.row + 1
		less := func(column string, row2 int, difference reports.Cents) cell {
			return r.sum(r.styles.money, fmt.Sprintf("%s%d-%s%d", column, row, column, row2), difference)
		}
		before, year, paid := r.text(""), r.text(""), r.text("")
		if i > 0 {
			before = less(column(1), row-1, m.Margin()-r.Months[i-1].Margin())
			paid = less(column(3), row-1, m.Payable-r.Months[i-1].Payable)
		}
		if i == 12 {
			year = less(column(1), first, m.Margin()-r.Months[0].Margin())
		}
		cells := []cell{r.text(m.Month.Format("2006-01")), r.text(m.Status)}
		for _, in := range r.Names.Incentives {
			cells = append(cells, r.money(m.Earned[in.Name]))
		}
		margin := r.sum(r.styles.money, fmt.Sprintf("SUM(C%d:%s%d)", row, column(0), row), m.Margin())
		sh.put(append(cells, margin, r.money(m.Entries), r.money(m.Payable), r.money(m.Carried), before, year, paid)...)
	}
	if n := len(r.Months); n > 0 {
		sh.mark("month_margin", 3+len(r.Names.Incentives), int64(r.Months[n-1].Margin()), 2)
		sh.mark("month_payable", 5+len(r.Names.Incentives), int64(r.Months[n-1].Payable), 2)
		last := sh.row
		var each []string
		for i := range r.Names.Incentives {
			each = append(each, columnName(3+i))
		}
		r.monthChart(sh, cellName(1, last+2), excelize.ColStacked, "Margin by incentive", first, each...)
		r.monthChart(sh, cellName(7, last+2), excelize.Col, "Payable", first, column(3))
	}
}

// shades are the colours of a chart's series.
func shades(accent string) []string {
	return []string{"6F94C9", accent, "B7C7E2", "8C8C8C", "C9A66F", "5B8C6F", "D9D9D9", "4A4A4A"}
}

func (r register) monthChart(
	sh *sheet, cell string, kind excelize.ChartType, title string, first int, columns ...string,
) {
	at, last := reference(sh.name), sh.row
	var series []excelize.ChartSeries
	for i, c := range columns {
		series = append(series, excelize.ChartSeries{
			Name:       fmt.Sprintf("%s$%s$%d", at, c, first-1),
			Categories: fmt.Sprintf("%s$A$%d:$A$%d", at, first, last),
			Values:     fmt.Sprintf("%s$%s$%d:$%s$%d", at, c, first, c, last),
			Fill:       fill(shades(r.styles.accent)[i%len(shades(r.styles.accent))]),
		})
	}
	legend := "bottom"
	if len(columns) == 1 {
		legend = "none"
	}
	months := r.Months[0].Month.Format("2006-01") + " to " + r.Month.Format("2006-01")
	axis := excelize.ChartAxis{Minimum: new(float64)} // a bar is as long as what it stands for
	if slices.ContainsFunc(r.Months, func(m reports.RegisterMonth) bool {
		return m.Payable < 0 || slices.ContainsFunc(slices.Collect(maps.Values(m.Earned)),
			func(c reports.Cents) bool { return c < 0 })
	}) {
		axis = excelize.ChartAxis{}
	}
	sh.chart(cell, title+" ("+r.Currency+")", excelize.Chart{
		YAxis:     axis,
		Type:      kind,
		Series:    series,
		Legend:    excelize.ChartLegend{Position: legend},
		Dimension: overCells(6, 14),
		Format:    excelize.GraphicOptions{AltText: title + ", " + months},
	})
}

// causes shows what the month adjusts in closed ones, and why.
func (r register) causes() {
	if len(r.Causes) == 0 {
		return
	}
	sh := r.listing(setup{title: r.words.say("sheet_adjustments"), landscape: true},
		"Adjusts 10", "What 18", "Why 50", ">Rows 9", ">Base 16", ">Amount 16", ">Points 10")
	first := sh.row + 1
	var amount reports.Cents
	base := bases{names: r.names}
	for _, c := range r.Causes {
		kind := c.What // or an incentive
		if r.Names.Credits(kind) != "" {
			kind = lineKind
		}
		sh.put(r.text(c.Adjusts.Format("2006-01")), r.word(c.What), r.text(r.words.cause(kind, c.Cause)),
			r.number(c.Rows), r.money(c.Base), r.money(c.Amount), r.number(c.Points))
		amount += c.Amount
		base.add(c.What, c.Base)
	}
	total := sh.total(7, first)
	total.base(4, base)
	total.sum(5, amount)
	sh.put(total.cells...)
	sh.mark("adjusted", 6, int64(amount), 2)
}

// distributors compares the sum of each distributor's lines with the sums counted, not counted
// and held.
func (r register) distributors() {
	if len(r.Distributors) == 0 {
		return
	}
	sh := r.listing(setup{title: r.words.say("sheet_distributors"), landscape: true},
		"Distributor 14", "Currency 8", ">Lines of the month 8", ">Net amount of its lines 15", ">Lines counted 8",
		">Net amount counted 15", ">The same in "+r.Currency+" 15", ">Lines not counted 8",
		">Net amount not counted 15", ">Lines held 7", ">Net amount held 15", ">Difference 12")
	for _, d := range r.Distributors {
		n := strconv.Itoa(sh.row + 1)
		net := func(amount string) cell { return r.foreign(amount, d.Currency) }
		sh.put(r.text(d.Distributor), r.text(d.Currency), r.number(d.Lines), net(d.Net), r.number(d.Counted),
			net(d.CountedNet), r.foreign(d.CountedBase, r.Currency), r.number(d.Uncounted), net(d.UncountedNet),
			r.number(d.Held), net(d.HeldNet),
			r.sum(r.moneyIn(d.Currency), "ROUND(D"+n+"-F"+n+"-I"+n+"-K"+n+",6)", 0))
	}
}

// controls compares every statement with its parts: its margin with the lines, its adjustments
// with the entries, what is paid and carried with both, and its points with the postings. Every
// difference is a formula, and zero.
func (r register) controls() {
	if len(r.Controls) == 0 {
		return
	}
	sh := r.listing(setup{title: r.words.say("sheet_control"), landscape: true},
		"Statement of 10", ">Lines 7", ">Margin, line by line 12.5", ">Margin stated 12.5", ">Differ- ence 8",
		">Manual adjust- ments, one by one 11", ">Manual adjust- ments stated 11", ">Differ- ence 8", ">Carried in 11.5",
		">Payable 12.5", ">Carried out 11.5", ">Differ- ence 8", ">Points before 8.5", ">Points posted 8.5",
		">Points stated 8.5", ">Differ- ence 8")
	first := sh.row + 1
	var sums [16]reports.Cents
	var lines int64
	for _, c := range r.Controls {
		n := strconv.Itoa(sh.row + 1)
		nothing := func(formula string, difference reports.Cents) cell {
			return r.sum(r.styles.money, "ROUND("+strings.ReplaceAll(formula, "#", n)+",2)", difference)
		}
		sh.put(r.text(c.Partner), r.number(c.Lines),
			r.money(c.LinesEarned), r.money(c.Earned), nothing("C#-D#", c.LinesEarned-c.Earned),
			r.money(c.EntriesSum), r.money(c.Entries), nothing("F#-G#", c.EntriesSum-c.Entries),
			r.money(c.CarriedIn), r.money(c.Payable), r.money(c.CarriedOut),
			nothing("I#+D#+G#-J#-K#", c.CarriedIn+c.Earned+c.Entries-c.Payable-c.CarriedOut),
			r.number(c.PointsBefore), r.number(c.Posted), r.number(c.Spendable),
			r.count(r.styles.number, "M"+n+"+N"+n+"-O"+n, c.PointsBefore+c.Posted-c.Spendable))
		for column, amount := range map[int]reports.Cents{2: c.LinesEarned, 3: c.Earned, 5: c.EntriesSum, 6: c.Entries,
			8: c.CarriedIn, 9: c.Payable, 10: c.CarriedOut} {
			sums[column] += amount
		}
		lines += c.Lines
	}
	total := sh.total(16, first)
	total.count(1, lines)
	for _, column := range []int{2, 3, 5, 6, 8, 9, 10} {
		total.sum(column, sums[column])
	}
	sh.put(total.cells...)
	sh.mark("control_earned", 3, int64(r.earned()), 2)
}
