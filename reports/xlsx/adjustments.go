package xlsx

import (
	"fmt"
	"slices"
	"strings"

	"tranche/reports"
)

// adjusted is what mends closed months: the margin of lines, and manual adjustments.
func (s statement) adjusted() (lines, entries reports.Cents) {
	for _, l := range s.Lines {
		if !l.Mends.IsZero() {
			lines += l.Earned
		}
	}
	for _, e := range s.Entries {
		if !e.Mends.IsZero() {
			entries += e.Amount
		}
	}
	return lines, entries
}

// adjustments shows each movement that mends a closed month: which month, why, and
// the files it was stated from and moves by. Lines come first, then manual adjustments and
// points.
func (s statement) adjustments() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_adjustments"), widths: []float64{10, 40, 13, 11, 12, 12, 6, 14, 13, 9, 28, 8, 28, 8}, landscape: true, frozen: 1})
	sh.tall(28, s.heads("mends", "cause", "module", "date", "distributor", "document", ">line", ">base", ">earned", ">points", "file", ">file_line",
		"stated_file", ">stated_line")...)
	first := sh.row + 1
	var points int64
	for _, l := range s.Lines {
		if l.Mends.IsZero() {
			continue
		}
		document, number := s.document(l.Module, l.Document, l.Number)
		sh.put(s.mending(l.Mending, w.say("cause_"+l.Cause), w.value(l.Module), s.day(l.Date), s.text(l.Distributor), document, number,
			s.money(l.Base), s.money(l.Earned), s.number(l.Points))...)
		points += l.Points
	}
	none := s.text("")
	for _, e := range s.Entries {
		if !e.Mends.IsZero() {
			sh.put(s.mending(e.Mending, w.say("mended_"+e.Cause)+" "+e.ID+": "+e.Reason, w.say("mended_entry"), s.day(e.Date), none, none, none, none,
				s.money(e.Amount), none)...)
		}
	}
	for _, p := range s.Points {
		if !p.Mends.IsZero() {
			sh.put(s.mending(p.Mending, w.say("mended_"+p.Cause)+" "+p.Source, w.value(p.Kind), s.day(p.Date), none, none, none, none, none, s.number(p.Points))...)
			points += p.Points
		}
	}
	if sh.row < first {
		sh.put(s.text(w.say("nothing")))
		sh.done()
		return
	}
	lines, entries := s.adjusted()
	total := s.totals(14)
	total[8] = s.sum(s.styles.totalMoney, fmt.Sprintf("SUM(I%d:I%d)", first, sh.row), lines+entries)
	total[9] = s.count(s.styles.totalNumber, fmt.Sprintf("SUM(J%d:J%d)", first, sh.row), points)
	sh.put(total...)
	sh.mark("adjusted", 9, int64(lines+entries), 2)
	sh.put(s.styled(s.styles.note, w.say("note_adjustments")))
	sh.done()
}

// mending is a row between the month it mends and the files it comes from.
func (s statement) mending(m reports.Mending, cause, what string, cells ...cell) []cell {
	row := append([]cell{s.text(m.Mends.Format(s.words.say("month_short"))), s.styled(s.styles.wrapped, cause), s.text(what)}, cells...)
	return append(row, s.text(m.CauseFile), s.lineNumber(m.CauseLine), s.text(m.StatedFile), s.lineNumber(m.StatedLine))
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
		document, number := s.document(c.Module, c.Document, c.Number)
		before, after := s.money(c.BaseBefore), s.money(c.BaseAfter)
		was, is, difference := s.money(c.Before), s.money(c.After), s.money(c.After-c.Before)
		pointsWere, pointsAre := s.number(c.PointsBefore), s.number(c.PointsAfter)
		changed, none := c.Changed, s.text("")
		if c.What != "line" {
			before, after, number = none, none, none
		}
		switch c.What {
		case "line":
			changed = s.columns(c.Module, c.Changed)
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
		sh.put(s.text(w.say("changed_"+c.What)), s.styled(s.styles.wrapped, changed), s.text(w.value(c.Module)), s.day(c.Date), s.text(c.Distributor), document, number,
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
