package xlsx

import (
	"fmt"
	"strconv"
	"strings"

	"tranche/reports"
)

// lines shows each movement. A Sell With movement is a share of another partner's purchase, so
// its document, price and quantity are hidden. The columns that are printed come first.
func (s statement) lines() {
	if len(s.Lines) == 0 {
		return
	}
	sh := s.listing(setup{title: s.words.say("sheet_lines"), landscape: true, printed: 13},
		"module 10", "date 11", "distributor 10.5", "document 10", ">line 5.5", "customer 15", "product 21",
		">base 12", ">position_before 12", ">position_after 12", "slices 24", ">earned 11.5", ">points 7",
		">quantity 8", ">net 12", "currency 9", ">amount 13", ">fx_rate 11", "level 10", "deal 9", "type 9",
		"takes_back 14", "sku 12", "file 26", ">file_line 8")
	s.schedules = s.bySchedule()
	head := sh.row
	var earned reports.Cents
	base := bases{names: s.names}
	var points int64
	for i := range s.Lines {
		l := &s.Lines[i]
		s.from(l.Document, l.Number, l.File, l.FileLine)
		sh.put(s.line(l)...)
		earned, points = earned+l.Earned, points+l.Points
		base.add(l.Incentive, l.Base)
	}
	s.from("", 0, "", 0)
	last := sh.row
	sh.table("lines", sh.heads, head, last)
	total := sh.total(len(sh.heads), head+1)
	shown := func(column string) string {
		return fmt.Sprintf("SUBTOTAL(109,%s%d:%s%d)", column, head+1, column, last)
	}
	if !base.mixed {
		total.cells[7] = s.sum(s.styles.totalMoney, shown("H"), base.sum)
	}
	total.cells[11] = s.sum(s.styles.totalMoney, shown("L"), earned)
	total.cells[12] = s.count(s.styles.totalNumber, shown("M"), points)
	sh.put(total.cells...)
	if !base.mixed {
		sh.mark("lines_base", 8, int64(base.sum), 2)
	}
	sh.mark("lines_earned", 12, int64(s.Pay.Earned), 2)
	s.methodNotes(sh)
}

func (s statement) line(l *reports.Line) []cell {
	document, number, currency, amount := s.text(l.Document), s.number(l.Number), s.text(l.Currency), s.money(l.Amount)
	quantity, net, fx := s.decimal(int64(l.Quantity), 4), s.decimal(int64(l.Net), 6), s.decimal(int64(l.FXRate), 9)
	net.style, fx.style = s.moneyIn(l.Currency), s.styles.fxRate
	back := s.text("")
	if l.ReturnsDocument != "" {
		back = s.text(fmt.Sprintf("%s/%d", l.ReturnsDocument, l.ReturnsLine))
	}
	if s.names.IsShared(l.Incentive) {
		none := s.text("")
		document, number, currency, amount, quantity, net, fx, back = none, none, none, none, none, none, none, none
	}
	return []cell{s.word(l.Incentive), s.day(l.Date), s.text(l.Distributor), document, number, s.text(l.Customer),
		s.text(l.Product), s.money(l.Base), s.money(l.PositionBefore), s.money(l.PositionAfter),
		s.text(s.sliceText(l)), s.money(l.Earned), s.number(l.Points), quantity, net, currency, amount, fx,
		s.word(l.Level), s.text(l.Deal), s.word(l.Type), back, s.text(l.SKU), s.text(l.File), s.lineNumber(l.FileLine)}
}

// mostSlices is how many rates of a line are listed; the last one stands for all others.
const mostSlices = 12

// sliceText says what a line earns: the tranches that it fills at one rate together, or the sum that volume and block
// go by.
func (s statement) sliceText(l *reports.Line) string {
	var parts []string
	runs := sameRate(l.Slices)
	for i := range runs[:min(len(runs), mostSlices)] {
		parts = append(parts, s.slice(l.Incentive, runs, i))
	}
	if len(parts) == 0 && l.Method != "" {
		parts = append(parts, s.whole(l))
	}
	if l.Flat != 0 {
		parts = append(parts, s.words.say("for_reaching")+": "+s.words.amount(l.Flat))
	}
	isLimited := l.Limited != l.ByRate || l.Cut != 0 || l.Earned != l.BeforeCap
	if less := l.Earned - l.ByRate - l.Flat; less != 0 && isLimited {
		parts = append(parts, s.words.say("cut_by_cap")+": "+s.words.amount(less))
	}
	return strings.Join(parts, "\n")
}

// sameRate folds slices of tranches that follow each other and have one rate.
func sameRate(all []reports.Slice) []reports.Slice {
	if len(all) < 2 {
		return all
	}
	runs := all[:1:1]
	for _, x := range all[1:] {
		last := &runs[len(runs)-1]
		if through := max(last.Through, last.Tranche); x.Rate == last.Rate && x.Tranche == through+1 && last.Tranche > 0 {
			last.Through, last.To, last.Base = max(x.Through, x.Tranche), x.To, last.Base+x.Base
			continue
		}
		runs = append(runs, x)
	}
	return runs
}

// slice is one line of that text.
func (s statement) slice(incentive string, all []reports.Slice, i int) string {
	if i == mostSlices-1 && len(all) > mostSlices {
		var rest reports.Cents
		for _, x := range all[i:] {
			rest += x.Base
		}
		return fmt.Sprintf(s.words.say("more_tranches"), s.words.amount(rest))
	}
	x := &all[i]
	return s.words.say("tranche") + " " + s.words.tranches(x.Tranche, x.Through) + ": " +
		s.product(incentive, x.Base, x.Rate)
}

// product is a base and its rate, which stay on one line.
func (s statement) product(incentive string, base reports.Cents, rate reports.Rate) string {
	const times, percent = "\u00a0×\u00a0", "\u00a0%"
	if s.names.InUnits(incentive) {
		return s.words.amount(base) + times + s.words.amount(rate.PerUnit())
	}
	return s.words.amount(base) + times + s.words.decimal(int64(rate), 4) + percent
}

// tranches is the number of a tranche, or of the first and the last of several.
func (w words) tranches(first, last int64) string {
	number := strconv.FormatInt(first, 10)
	if last > first {
		return number + fmt.Sprintf(w.say("through"), last)
	}
	return number
}

// bySchedule has the tranches of each schedule that the statement uses.
func (s statement) bySchedule() map[string][]reports.Rule {
	all := map[string][]reports.Rule{}
	for _, r := range s.Rules {
		all[r.Schedule] = append(all[r.Schedule], r)
	}
	return all
}

// reached is the tranche that a position has reached. Nil: none is known.
func reached(rules []reports.Rule, position reports.Cents) *reports.Rule {
	at := max(position, 0)
	for i := range rules {
		r := &rules[i]
		if (r.Tranche == 1 || r.Reached <= at) && (r.Endless || at < r.Left) {
			return r
		}
	}
	return nil
}

// whole says how a line earns by its whole position: after it less before it.
func (s statement) whole(l *reports.Line) string {
	text, earned, ok := s.difference(l.Incentive, l.Method, s.schedules[l.Schedule], l.PositionBefore, l.PositionAfter)
	if !ok || l.Method == "volume" && earned != l.ByRate {
		return s.words.say("whole_base")
	}
	return text
}

// difference is what two positions earn under volume or block, the second less the first, as a sum that can be
// checked, and under volume its result.
func (s statement) difference(incentive, method string, rules []reports.Rule, before, after reports.Cents) (
	text string, earned reports.Cents, ok bool,
) {
	lo, hi := reached(rules, before), reached(rules, after)
	if lo == nil || hi == nil {
		return "", 0, false
	}
	if method == "block" {
		return fmt.Sprintf(s.words.say("full_tranches"), s.words.amount(begin(hi, after)),
			s.words.amount(begin(lo, before))), 0, true
	}
	text = s.product(incentive, after, hi.Rate)
	if before != 0 {
		text += " −\u00a0" + s.product(incentive, before, lo.Rate)
	}
	return text, hi.Rate.Of(after) - lo.Rate.Of(before), true
}

// begin is where the tranche begins that a position has reached; the last rate can go on in tranches of a width.
func begin(r *reports.Rule, position reports.Cents) reports.Cents {
	if !r.Endless || r.Width <= 0 || position < r.FromAmount {
		return r.FromAmount
	}
	return r.FromAmount + (position-r.FromAmount)/r.Width*r.Width
}
