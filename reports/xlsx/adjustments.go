package xlsx

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// adjustments shows what the month states of closed ones: of which month, why, and the files
// it was stated from and is corrected by. Lines come first, then manual adjustments and points.
func (s statement) adjustments() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_adjustments"), landscape: true, frozen: 1,
		widths: []float64{10, 40, 13, 11, 12, 12, 6, 14, 13, 9, 28, 8, 28, 8}})
	sh.tall(28, s.heads("adjusts_month", "cause", "module", "date", "distributor", "document", ">line", ">base", ">earned",
		">points", "file", ">file_line", "stated_file", ">stated_line")...)
	first := sh.row + 1
	var points int64
	none := s.text("")
	for _, a := range s.Adjustments {
		cause, what := w.say("adjusted_"+a.Cause)+" "+a.Source, w.value(cmp.Or(a.Incentive, a.Kind))
		document, number, base, earned, moved := none, none, none, none, none
		switch a.Kind {
		case "line":
			cause = w.say("cause_" + a.Cause)
			document, number = s.document(a.Incentive, a.Document, a.Number)
			base, earned, moved = s.money(a.Base), s.money(a.Amount), s.number(a.Points)
		case "money_entry":
			what, earned = w.say("adjusted_entry"), s.money(a.Amount)
		default:
			moved = s.number(a.Points)
		}
		points += a.Points
		sh.put(s.text(a.Adjusts.Format(w.say("month_short"))), s.styled(s.styles.wrapped, cause), s.text(what), s.day(a.Date),
			s.text(a.Distributor), document, number, base, earned, moved,
			s.text(a.CauseFile), s.lineNumber(a.CauseLine), s.text(a.StatedFile), s.lineNumber(a.StatedLine))
	}
	if sh.row < first {
		sh.put(s.text(w.say("nothing")))
		sh.done()
		return
	}
	lines, entries := s.Adjusted()
	total := s.totals(14)
	total[8] = s.sum(s.styles.totalMoney, fmt.Sprintf("SUM(I%d:I%d)", first, sh.row), lines+entries)
	total[9] = s.count(s.styles.totalNumber, fmt.Sprintf("SUM(J%d:J%d)", first, sh.row), points)
	sh.put(total...)
	sh.mark("adjusted", 9, int64(lines+entries), 2)
	sh.put(s.styled(s.styles.note, w.say("note_adjustments")))
	sh.done()
}

// document names a line, unless the purchase is another partner's.
func (b *book) document(module, document string, line int64) (name, number cell) {
	if module == "sell_with" {
		return b.text(""), b.text("")
	}
	return b.text(document), b.lineNumber(line)
}

// lineNumber is a line; there is none where a file no longer holds it.
func (b *book) lineNumber(n int64) cell {
	if n == 0 {
		return b.text("")
	}
	return b.number(n)
}

// changes shows what a version says differently from the one that was final before.
// Where none was there is no such sheet.
func (s statement) changes() {
	if s.Replaces == 0 {
		return
	}
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_changes"), widths: []float64{26, 40, 13, 11, 12, 12, 6, 14, 14, 14, 14, 14, 10, 10}, landscape: true, frozen: 1})
	sh.tall(28, s.heads("change", "changed", "module", "date", "distributor", "document", ">line", ">base_before", ">base_after", ">amount_before", ">amount_after",
		">difference", ">points_before", ">points_after")...)
	for _, c := range s.Changes {
		document, number := s.document(c.Incentive, c.Document, c.Number)
		before, after := s.money(c.BaseBefore), s.money(c.BaseAfter)
		was, is, difference := s.money(c.Before), s.money(c.After), s.money(c.After-c.Before)
		pointsWere, pointsAre := s.number(c.PointsBefore), s.number(c.PointsAfter)
		changed, none := c.Changed, s.text("")
		if c.What != "line" {
			before, after, number = none, none, none
		}
		switch c.What {
		case "line":
			changed = s.columns(c.Incentive, c.Changed)
		case "status_points", "spendable", "posting":
			was, is, difference = none, none, none
		case "level", "modules", "name":
			if c.What != "name" {
				before, after, _ := strings.Cut(c.Changed, " > ")
				changed = w.values(before, ", ") + " > " + w.values(after, ", ")
			}
			was, is, difference, pointsWere, pointsAre = none, none, none, none, none
		default:
			pointsWere, pointsAre = none, none
		}
		if c.What == "posting" {
			document = none // its name is for programs
		}
		sh.put(s.text(w.say("changed_"+c.What)), s.styled(s.styles.wrapped, changed), s.text(w.value(c.Incentive)), s.day(c.Date), s.text(c.Distributor), document, number,
			before, after, was, is, difference, pointsWere, pointsAre)
	}
	if len(s.Changes) == 0 {
		sh.put(s.text(fmt.Sprintf(w.say("no_changes"), s.Replaces)))
	}
	sh.done()
}

// columns says the names of columns in words. What another partner paid, and whether
// that has changed, is not told.
func (s statement) columns(module, names string) string {
	if names == "" {
		return ""
	}
	var list []string
	for name := range strings.SplitSeq(names, ", ") {
		if module != "sell_with" || !slices.Contains([]string{"quantity", "net_amount", "currency", "rate", "amount"}, name) {
			list = append(list, s.words.say("column_"+name))
		}
	}
	return strings.Join(list, ", ")
}
