package xlsx

import (
	"fmt"
	"slices"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

// step is one part of the way from what was paid for the month before to what is paid for this one.
type step struct {
	label    string
	change   reports.Cents // a total's is the whole amount
	from, to reports.Cents // running amounts
	isTotal  bool
}

func (x step) isBelowZero() bool { return x.isTotal && x.change < 0 || x.to < 0 }

// steps are that way; none where nothing was or is paid, or nothing differs.
func (s statement) steps() []step {
	w, p, before := s.words, s.Pay, s.Pay.Before
	if !p.HasBefore || p.Payable == before.Payable {
		return nil
	}
	all := []step{{label: w.month(s.Month.AddDate(0, -1, 0)), change: before.Payable, isTotal: true}}
	running := before.Payable
	for _, x := range []struct {
		key    string
		change reports.Cents
	}{
		{"all_earned", p.Earned - before.Earned},
		{"money_entries", p.MoneyEntries - before.MoneyEntries},
		{"carried_in", p.CarriedIn - before.CarriedIn},
		{"carried_on", before.CarriedOut - p.CarriedOut},
	} {
		if x.change != 0 {
			all = append(all, step{label: w.say(x.key), change: x.change, from: running, to: running + x.change})
			running += x.change
		}
	}
	return append(all, step{label: w.month(s.Month.Time), change: p.Payable, isTotal: true})
}

// summarySteps shows the way as a table, and as a waterfall beside it.
func (s statement) summarySteps(sh *sheet) {
	steps := s.steps()
	if len(steps) == 0 {
		return
	}
	// What stands below it: the status points, and what is lacking for the next level and for this one.
	below := 8 + max(len(s.Gaps), 1) + len(s.Shortfalls)
	if sh.row+len(steps)+2+below > mostRows {
		return
	}
	isDrawn := sh.row+waterfallRows+1+below <= mostRows && !slices.ContainsFunc(steps, step.isBelowZero)
	heading := sh.row + 1
	s.beside(sh, func(h *half) {
		h.heading(s.words.say("month_to_month"), "")
		first := h.row()
		for i, x := range steps {
			if i == len(steps)-1 {
				h.put(s.totalText(x.label), cell{}, s.sum(s.styles.totalMoney, h.sum(first), x.change))
				h.mark("payable_steps", int64(x.change), 2)
				continue
			}
			h.put(s.single(x.label), cell{}, s.money(x.change))
		}
		for isDrawn && len(h.rows) < waterfallRows {
			h.rows = append(h.rows, make([]cell, 4))
		}
	}, func(h *half) {
		if !isDrawn {
			return
		}
		h.rows = append(h.rows, make([]cell, 4))
		// What the chart draws lies under it, unseen: where a bar begins, and how far it rises or falls.
		for _, x := range steps {
			bars := [4]reports.Cents{min(x.from, x.to), max(x.to-x.from, 0), max(x.from-x.to, 0), 0}
			if x.isTotal {
				bars = [4]reports.Cents{3: x.change}
			}
			var row []cell
			for _, b := range bars {
				row = append(row, s.amount(s.styles.unseen, b))
			}
			h.rows = append(h.rows, row)
		}
	})
	if isDrawn {
		s.waterfall(sh, heading, len(steps))
	}
	sh.skip(1)
}

// mostRows is how many rows a summary can have and still be printed on one page at eight points.
const mostRows = 60

// waterfallRows is how many rows the chart has room in; it covers two less.
const waterfallRows = 10

func (s statement) waterfall(sh *sheet, heading, steps int) {
	at, title := reference(sh.name), s.words.say("month_to_month")
	var series []excelize.ChartSeries
	none := excelize.Fill{Type: "pattern"}
	for i, filling := range []excelize.Fill{none, fill("6F94C9"), fill("C55A4B"), fill(s.styles.accent)} {
		column := columnNames[4+i]
		series = append(series, excelize.ChartSeries{
			Categories: fmt.Sprintf("%s$A$%d:$A$%d", at, heading+1, heading+steps),
			Values:     fmt.Sprintf("%s$%s$%d:$%s$%d", at, column, heading+1, column, heading+steps),
			Fill:       filling,
		})
	}
	sh.chart(cellName(5, heading), title+" ("+s.Currency+")", excelize.Chart{
		Type:      excelize.BarStacked,
		Series:    series,
		Legend:    excelize.ChartLegend{Position: "none"},
		XAxis:     excelize.ChartAxis{ReverseOrder: true},
		YAxis:     excelize.ChartAxis{Minimum: new(float64)},
		Dimension: overCells(4, waterfallRows-2),
		Format:    excelize.GraphicOptions{AltText: title},
	})
}
