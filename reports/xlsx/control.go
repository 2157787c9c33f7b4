package xlsx

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

// months compares the month with the one before and with the same month a year ago.
func (r register) months() {
	heads := []string{"Month 12", "Status 10"}
	for _, in := range r.Names.Incentives {
		heads = append(heads, ">"+r.words.value(in.Name)+" 15")
	}
	heads = append(heads, ">Margin 15", ">Manual adjustments 15", ">Payable 15", ">Carried out 15",
		">Margin against the month before 15", ">Margin against a year ago 15", ">Payable against the month before 15")
	sh := r.listing(setup{title: r.words.say("sheet_months"), landscape: true}, 40, heads...)
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
	heading := excelize.RichTextRun{Text: title + " (" + r.Currency + ")", Font: &excelize.Font{Size: 11, Bold: true}}
	sh.chart(cell, heading, excelize.Chart{
		Type:      kind,
		Series:    series,
		Legend:    excelize.ChartLegend{Position: legend},
		Dimension: overCells(6, 14),
		Format:    excelize.GraphicOptions{AltText: title + ", " + months},
	})
}

// causes shows what the month adjusts in closed ones, and why.
func (r register) causes() {
	sh := r.listing(setup{title: r.words.say("sheet_adjustments"), landscape: true}, 16,
		"Adjusts 10", "What 18", "Why 50", ">Rows 9", ">Base 16", ">Amount 16", ">Points 10")
	first := sh.row + 1
	var amount reports.Cents
	for _, c := range r.Causes {
		why := r.words.say("cause_" + c.Cause)
		if text, ok := r.words["adjusted_"+c.Cause]; ok && r.Names.Credits(c.What) == "" {
			why = text
		}
		sh.put(r.text(c.Adjusts.Format("2006-01")), r.word(c.What), r.wrapped(why), r.number(c.Rows), r.money(c.Base),
			r.money(c.Amount), r.number(c.Points))
		amount += c.Amount
	}
	if !sh.none(len(r.Causes)) {
		total := sh.total(7, first)
		total.sum(5, amount)
		sh.put(total.cells...)
		sh.mark("adjusted", 6, int64(amount), 2)
	}
}

// distributors compares the sum of each distributor's lines with the sums counted, not counted
// and held.
func (r register) distributors() {
	sh := r.listing(setup{title: r.words.say("sheet_distributors"), landscape: true}, 40,
		"Distributor 16", "Currency 9", ">Lines of the month 9", ">Net amount of its lines 18", ">Lines counted 9",
		">Net amount counted 18", ">The same in "+r.Currency+" 18", ">Lines not counted 9",
		">Net amount not counted 18", ">Lines held 9", ">Net amount held 18", ">Difference 14")
	for _, d := range r.Distributors {
		n := strconv.Itoa(sh.row + 1)
		net := func(amount string) cell { return r.foreign(amount, d.Currency) }
		sh.put(r.text(d.Distributor), r.text(d.Currency), r.number(d.Lines), net(d.Net), r.number(d.Counted),
			net(d.CountedNet), r.foreign(d.CountedBase, r.Currency), r.number(d.Uncounted), net(d.UncountedNet),
			r.number(d.Held), net(d.HeldNet),
			r.sum(r.moneyIn(d.Currency), "ROUND(D"+n+"-F"+n+"-I"+n+"-K"+n+",6)", 0))
	}
	sh.none(len(r.Distributors))
}

// controls compares every statement with its parts: its margin with the lines, its adjustments
// with the entries, what is paid and carried with both, and its points with the postings. Every
// difference is a formula, and zero.
func (r register) controls() {
	sh := r.listing(setup{title: r.words.say("sheet_control"), landscape: true}, 40,
		"Statement of 14", ">Lines 9", ">Margin, line by line 15", ">Margin stated 15", ">Difference 12",
		">Manual adjustments, one by one 15", ">Manual adjustments stated 15", ">Difference 12", ">Carried in 15",
		">Payable 15", ">Carried out 15", ">Difference 12", ">Points before 11", ">Points posted 11",
		">Points stated 11", ">Difference 11")
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
	if len(r.Controls) > 0 {
		for _, column := range []int{2, 3, 5, 6, 8, 9, 10} {
			total.sum(column, sums[column])
		}
	}
	sh.put(total.cells...)
	if len(r.Controls) > 0 {
		sh.mark("control_earned", 3, int64(r.earned()), 2)
	}
}
