package xlsx

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

// half is a block of rows that fills the left or the right four columns of the summary. Its rows are written together
// with those of the other half.
type half struct {
	statement
	column int // of its first cell, from 1: A or E
	top    int // the sheet's row before its first
	rows   [][]cell
	marks  []func(*sheet) // after the row they stand for has been written
	at     []int          // those rows
}

// put adds a row of a label and a value in the fourth column, with something in the third.
func (h *half) put(label, third, value cell) {
	blank := h.single("")
	blank.style = label.style
	if third.kind == nothing {
		third = blank
	}
	h.rows = append(h.rows, []cell{label, blank, third, value})
}

// row is the number that the next row will have.
func (h *half) row() int { return h.top + len(h.rows) + 1 }

// mark marks the value of the last row.
func (h *half) mark(name string, figure int64, scale int) {
	h.at = append(h.at, h.row()-1)
	h.marks = append(h.marks, func(sh *sheet) { sh.mark(name, h.column+3, figure, scale) })
}

// sum adds up the values from a row on to the last one.
func (h *half) sum(first int) string {
	return sumOf(columnNames[h.column+2], first, h.row()-1)
}

// beside writes two blocks beside each other.
func (s statement) beside(sh *sheet, left, right func(*half)) {
	blocks := []*half{{statement: s, column: 1, top: sh.row}, {statement: s, column: 5, top: sh.row}}
	left(blocks[0])
	if right != nil {
		right(blocks[1])
	}
	for i := range max(len(blocks[0].rows), len(blocks[1].rows)) {
		var row []cell
		for _, b := range blocks {
			if i < len(b.rows) {
				row = append(row, b.rows[i]...)
			} else {
				row = append(row, cell{}, cell{}, cell{}, cell{})
			}
		}
		sh.put(row...)
		for _, b := range blocks {
			for n, at := range b.at {
				if at == sh.row {
					b.marks[n](sh)
				}
			}
		}
	}
}

// heading is the row over a block.
func (h *half) heading(text, third string) {
	h.put(h.styled(h.styles.section, text), h.styled(h.styles.section, third), h.styled(h.styles.section, ""))
}

// mostEntries is how many manual adjustments the summary lists; the last row stands for the others.
const mostEntries = 6

func (s statement) summaryPay(h *half) {
	w := s.words
	h.heading(w.say("payable"), s.Currency)
	first := h.row()
	lines, entries := s.Adjusted()
	carried := "less_carried"
	if s.Pay.CarriedOut < 0 {
		carried = "carried_deducted"
	}
	for _, x := range []struct {
		key    string
		amount reports.Cents
	}{
		{"margin_of_month", s.Pay.Earned - lines},
		{"adjustments_earlier", lines + entries},
		{"money_entries", s.Pay.MoneyEntries - entries},
		{"carried_in", s.Pay.CarriedIn},
		{carried, -s.Pay.CarriedOut},
	} {
		h.put(s.single(w.say(x.key)), cell{}, s.money(x.amount))
	}
	h.put(s.totalText(w.say("payable")), cell{}, s.sum(s.styles.totalMoney, h.sum(first), s.Pay.Payable))
	h.mark("payable_sum", int64(s.Pay.Payable), 2)
	if s.Pay.Payable < 0 { // the big figure is what the partner owes
		h.mark("payable", int64(s.Pay.Payable), 2)
	}
	if s.Pay.CarriedOut != 0 {
		h.put(s.single(w.say("carried_out")), cell{}, s.money(s.Pay.CarriedOut))
	}
	s.summaryEntries(h)
}

// summaryEntries lists the manual adjustments. Who entered one, and our file, are not the partner's.
func (s statement) summaryEntries(h *half) {
	var rest reports.Cents
	for i, e := range s.Entries {
		if i >= mostEntries-1 && len(s.Entries) > mostEntries {
			rest += e.Amount
			continue
		}
		lines := paragraph(s.date(e.Date)+" · "+e.ID+" · "+e.Reason, room(40), tableFont)
		for n, line := range lines {
			amount := cell{}
			if n == len(lines)-1 {
				amount = s.money(e.Amount)
			}
			h.put(s.note(line), cell{}, amount)
		}
	}
	if more := len(s.Entries) - mostEntries + 1; more > 1 {
		h.put(s.note(fmt.Sprintf(s.words.say("more_entries"), more)), cell{}, s.money(rest))
	}
}

func (s statement) spendable(h *half) {
	w := s.words
	h.heading(w.say("spendable"), "")
	opening := s.Balance.Spendable - s.Balance.Earned + s.Balance.Redeemed + s.Balance.Expired
	first := h.row()
	for _, x := range []struct {
		key    string
		points int64
	}{
		{"opening", opening},
		{"gained", s.Balance.Earned},
		{"redeemed", -s.Balance.Redeemed},
		{"lapsed", -s.Balance.Expired},
	} {
		h.put(s.single(w.say(x.key)), cell{}, s.number(x.points))
	}
	h.put(s.totalText(w.say("spendable")), cell{}, s.count(s.styles.totalNumber, h.sum(first), s.Balance.Spendable))
	h.mark("spendable_points", s.Balance.Spendable, 0)
	h.put(s.single(w.say("spendable_value")+" "+s.Currency), cell{}, s.money(s.Balance.SpendableValue))
	var sum int64
	lapsing := s.EndingOf("points")
	for _, e := range lapsing {
		sum += e.Points
	}
	h.put(s.single(w.say("expiring")), cell{}, s.number(sum))
	h.mark("expiring_points", sum, 0)
	if len(lapsing) > 0 { // the points sheet has all days
		first := lapsing[0]
		h.put(s.note(fmt.Sprintf(w.say("first_of_them"), first.Points, s.date(first.On))), cell{}, cell{})
	}
}

// summaryPoints has the status points, the way to the next level as a chart, and what is lacking.
func (s statement) summaryPoints(sh *sheet) {
	w, top := s.words, sh.row
	s.beside(sh, func(h *half) {
		h.heading(w.say("status_points"), "")
		first := h.row()
		h.put(s.single(w.say("by_amount")), cell{}, s.number(s.Balance.ByAmount))
		h.put(s.single(fmt.Sprintf(w.say("by_certificate"), s.Balance.Certifications)), cell{},
			s.number(s.Balance.ByCertificate))
		h.put(s.single(w.say("by_bonus")), cell{}, s.number(s.Balance.ByBonus))
		h.put(s.totalText(w.say("status_points")), cell{},
			s.count(s.styles.totalNumber, h.sum(first), s.Balance.Status))
		h.mark("status_points", s.Balance.Status, 0)
		s.nextLevel(h)
		s.keepLevel(h)
	}, nil)
	if s.Pay.NextLevel != "" && !s.Pay.Unasked {
		s.levelChart(sh, top+1)
	}
}

// nextLevel shows what is missing for each requirement. Status points come first, as the chart
// expects.
func (s statement) nextLevel(h *half) {
	w := s.words
	switch {
	case s.Pay.NextLevel != "" && s.Pay.Unasked:
		return
	case s.Pay.NextLevel == "":
		if s.Pay.LevelMet == s.Pay.Level && s.Pay.Level != "" {
			h.put(s.single(w.say("top_level")), cell{}, s.single(""))
		}
		return
	}
	h.rows = append(h.rows, make([]cell, 4))
	h.heading(fmt.Sprintf(w.say("missing_for"), w.value(s.Pay.NextLevel)), "")
	const points = "status_points"
	if s.Pay.PointsMissing == 0 {
		h.put(s.single(w.value(points)), cell{}, s.number(0))
	} else {
		s.gap(h, reports.Gap{Requirement: points, Has: s.Balance.Status, Needs: s.Balance.Status + s.Pay.PointsMissing})
	}
	for _, g := range s.Gaps {
		if g.Requirement != points {
			s.gap(h, g)
		}
	}
}

// keepLevel shows what is lacking for the level that is held and will be lost.
func (s statement) keepLevel(h *half) {
	if s.Pay.FallsOn.IsZero() || s.Pay.KeepFrom.IsZero() || len(s.Shortfalls) == 0 {
		return
	}
	h.rows = append(h.rows, make([]cell, 4))
	h.heading(fmt.Sprintf(s.words.say("lacking_to_keep"), s.words.value(s.Pay.Level)), "")
	for _, g := range s.Shortfalls {
		s.gap(h, g)
	}
}

func (s statement) gap(h *half, g reports.Gap) {
	w := s.words
	text := strings.TrimSpace(w.value(g.Requirement)+" "+w.value(g.Category)) + ": " +
		fmt.Sprintf(w.say("has_of"), g.Has, g.Needs)
	lines := paragraph(text, room(40), tableFont)
	for _, line := range lines[:len(lines)-1] {
		h.put(s.single(line), cell{}, s.single(""))
	}
	h.put(s.single(lines[len(lines)-1]), cell{}, s.number(g.Needs-g.Has))
}

// levelChart draws the parts of the status points and what the next level needs in addition. It
// uses the three figures under a heading and the first one of what is missing.
func (s statement) levelChart(sh *sheet, heading int) {
	if s.Balance.Status+s.Pay.PointsMissing == 0 {
		return
	}
	at, first := reference(sh.name), heading+1
	title := fmt.Sprintf(s.words.say("chart_level"), s.words.value(s.Pay.NextLevel))
	colors := []string{s.styles.accent, "6F94C9", "B7C7E2", "E3E6EB"}
	var series []excelize.ChartSeries
	for i, row := range [][2]int{{first, first}, {first + 1, first + 1}, {first + 2, first + 2}, {first + 5, first + 6}} {
		series = append(series, excelize.ChartSeries{
			Name:   fmt.Sprintf("%s$A$%d", at, row[0]),
			Values: fmt.Sprintf("%s$D$%d", at, row[1]),
			Fill:   fill(colors[i]),
		})
	}
	parts := fmt.Sprintf(s.words.say("has_of"), s.Balance.Status, s.Balance.Status+s.Pay.PointsMissing)
	sh.chart(cellName(5, heading), title, excelize.Chart{
		Type:      excelize.BarStacked,
		Series:    series,
		Legend:    excelize.ChartLegend{Position: "bottom"},
		XAxis:     excelize.ChartAxis{None: true},
		YAxis:     excelize.ChartAxis{Minimum: new(float64)}, // a part looks as large as it is
		Dimension: overCells(4, 11),                          // E to H, where the page ends
		Format:    excelize.GraphicOptions{AltText: title + ": " + parts},
	})
}

// overCells is the size of a chart over so many columns and rows. excelize assumes the default
// widths, and pins the chart to cells.
func overCells(columns, rows uint) excelize.ChartDimension {
	const usualWidth, usualHeight = 64, 20 // pixels
	return excelize.ChartDimension{Width: columns*usualWidth - 1, Height: rows*usualHeight - 1}
}
