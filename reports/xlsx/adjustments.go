package xlsx

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tranche/reports"
)

// adjustments shows what changes in closed months: the month, the cause, the file it was stated
// from and the file that corrects it. Lines come first, then manual adjustments and points.
func (s statement) adjustments() {
	w := s.words
	if len(s.Adjustments) == 0 {
		return
	}
	sh := s.listing(setup{title: w.say("sheet_adjustments"), landscape: true},
		"adjusts_month 9", "cause 26", "module 11", "date 11", "distributor 11", "document 11", ">line 6",
		">base 12", ">amount_before 12", ">amount_after 12", ">difference 12", ">points 7.5",
		"file 16", "stated_file 16")
	first := sh.row + 1
	var points int64
	sum, was := bases{names: s.names}, reports.Cents(0)
	none := s.text("")
	for _, a := range s.Adjustments {
		s.from(a.Document, a.Number, a.CauseFile, a.CauseLine)
		cause, what := w.cause(a.Kind, a.Cause), w.value(cmp.Or(a.Incentive, a.Kind))
		document, number, base, moved := none, none, none, none
		amountWas, amountIs, amount := s.money(a.AmountWas), s.money(a.AmountWas+a.Amount), s.money(a.Amount)
		switch a.Kind {
		case lineKind:
			document, number = s.document(a.Incentive, a.Document, a.Number)
			base, moved = s.money(a.Base), s.number(a.Points)
			sum.add(a.Incentive, a.Base)
		case "money_entry":
			what = w.say("adjusted_entry")
		default:
			amountWas, amountIs, amount, moved = none, none, none, s.number(a.Points)
		}
		was += a.AmountWas
		points += a.Points
		file, stated := s.place(a.CauseFile, a.CauseLine), s.place(a.StatedFile, a.StatedLine)
		if isOurs(a.Kind) {
			file, stated = none, none
		}
		if a.Kind != lineKind {
			cause += " " + a.Source
		}
		sh.put(s.text(a.Adjusts.Format(w.say("month_short"))), s.text(cause), s.text(what), s.day(a.Date),
			s.text(a.Distributor), document, number, base, amountWas, amountIs, amount, moved, file,
			stated)
	}
	s.from("", 0, "", 0)
	lines, entries := s.Adjusted()
	total := sh.total(14, first)
	total.base(7, sum)
	total.sum(8, was)
	total.sum(9, was+lines+entries)
	total.sum(10, lines+entries)
	total.count(11, points)
	sh.put(total.cells...)
	sh.mark("adjusted", 11, int64(lines+entries), 2)
	sh.notes(w.say("note_adjustments"))
}

// isOurs says that an adjustment comes from a file of our own, of manual postings, which is not the partner's.
func isOurs(kind string) bool {
	return kind == "money_entry" || kind == "bonus" || kind == "redemption"
}

// document names a line. It is empty if the purchase is another partner's.
func (b *workbook) document(incentive, document string, line int64) (name, number cell) {
	if b.names.IsShared(incentive) {
		return b.text(""), b.text("")
	}
	return b.text(document), b.lineNumber(line)
}

// place is a file with its line, where it still holds it.
func (s statement) place(file string, line int64) cell {
	if line == 0 {
		return s.text(file)
	}
	return s.text(fmt.Sprintf(s.words.say("file_and_line"), file, line))
}

// lineNumber is empty where the file no longer holds the line.
func (b *workbook) lineNumber(n int64) cell {
	if n == 0 {
		return b.text("")
	}
	return b.number(n)
}

// changes shows the differences from the final version before. Without one there is no sheet. What differs in money
// adds up to the difference of what is paid; lines that only moved in position are one row.
func (s statement) changes() {
	if s.Replaces == 0 {
		return
	}
	w := s.words
	sh := s.listing(setup{title: w.say("sheet_changes"), landscape: true},
		"change 16", "changed 24", "module 11", "date 11", "distributor 11", "document 11", ">line 6", ">base_before 11.5",
		">base_after 11.5", ">amount_before 11.5", ">amount_after 11.5", ">difference 11.5", ">points_before 8",
		">points_after 8")
	if len(s.Changes) == 0 {
		sh.put(s.text(fmt.Sprintf(w.say("no_changes"), s.Replaces)))
		return
	}
	first := sh.row + 1
	money, others := s.changesOfPay()
	var paid reports.Cents
	for _, c := range money {
		sh.put(s.change(c)...)
		paid += c.After - c.Before
	}
	if len(money) > 0 {
		total := sh.total(14, first)
		total.cells[0] = s.totalText(w.say("changed_payable"))
		total.sum(11, paid)
		sh.put(total.cells...)
		sh.mark("changed_payable", 12, int64(paid), 2)
	}
	for _, c := range others {
		sh.put(s.change(c)...)
	}
}

// changesOfPay are the differences that add up to that of what is paid, and the others.
func (s statement) changesOfPay() (money, others []reports.Change) {
	moved, lines := reports.Change{What: "moved"}, 0
	for _, c := range s.Changes {
		switch {
		case c.What == "line" && c.Changed == "position" && c.BaseBefore == c.BaseAfter && c.PointsBefore == c.PointsAfter:
			lines++
			moved.Before, moved.After = moved.Before+c.Before, moved.After+c.After
		case c.What == "carried_out": // it lessens what is paid
			c.Before, c.After = -c.Before, -c.After
			money = append(money, c)
		case c.What == "line" || c.What == "money_entry" || c.What == "carried_in":
			money = append(money, c)
		case c.What != "payable" && c.What != "money_entries": // sums of those
			others = append(others, c)
		}
	}
	if lines > 0 {
		moved.Changed = fmt.Sprintf(s.words.say("moved_lines"), lines)
		money = append(money, moved)
	}
	return money, others
}

func (s statement) change(c reports.Change) []cell {
	w := s.words
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
	case "level", "modules", "name", "paid_amount":
		before, after, _ := strings.Cut(c.Changed, " > ")
		switch c.What {
		case "level", "modules":
			changed = w.values(before, ", ") + " > " + w.values(after, ", ")
		case "paid_amount":
			changed = w.paid(before) + " > " + w.paid(after)
		}
		was, is, difference, pointsWere, pointsAre = none, none, none, none, none
	default:
		pointsWere, pointsAre = none, none
	}
	if c.What == "posting" {
		document = none // an internal key
	}
	return []cell{s.text(w.say("changed_" + c.What)), s.text(changed), s.word(c.Incentive), s.day(c.Date),
		s.text(c.Distributor), document, number, before, after, was, is, difference, pointsWere, pointsAre}
}

// paid writes an amount with its currency. An unknown amount is a question mark.
func (w words) paid(text string) string {
	number, code, _ := strings.Cut(text, " ")
	if number == "?" {
		return text
	}
	whole, places, _ := strings.Cut(reports.Places(number, code), ".")
	return w.marked(whole, places) + " " + code
}

// hidden are the columns of a purchase that other partners must not see.
var hidden = []string{"quantity", "net_amount", "currency", "rate", "amount"}

// columns names columns in words, without the hidden ones of Sell With.
func (s statement) columns(module, names string) string {
	if names == "" {
		return ""
	}
	var list []string
	for name := range strings.SplitSeq(names, ", ") {
		if !s.names.IsShared(module) || !slices.Contains(hidden, name) {
			list = append(list, s.words.say("column_"+name))
		}
	}
	return strings.Join(list, ", ")
}
