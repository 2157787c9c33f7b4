package xlsx

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"tranche/reports"
)

// Statement writes one partner's month, in the partner's language.
func Statement(out io.Writer, st *reports.Statement) error {
	b, err := newWorkbook(st.Partner.Language, st.Letterhead)
	if err != nil {
		return err
	}
	s := statement{workbook: b, Statement: st}
	b.properties(b.words.say("statement")+" "+st.Partner.ID+" "+st.Month.Format("2006-01"), st.Vendor, st.Month.Time)
	b.edition(st.Edition, st.Vendor+" · "+st.Partner.Name+" · "+b.words.month(st.Month.Time))
	for _, sheet := range []func(){s.summary, s.margin, s.lines, s.sellWith, s.points, s.adjustments, s.notCounted,
		s.rules, s.changes} {
		sheet()
	}
	if err := b.write(out); err != nil {
		return fmt.Errorf("statement of %s for %s: %w", st.Partner.ID, st.Month.Format("2006-01"), err)
	}
	return nil
}

type statement struct {
	*workbook
	*reports.Statement
}

// lines shows each movement. A Sell With movement is a share of another partner's purchase, so
// its document, price and quantity are hidden. The columns that are printed come first.
func (s statement) lines() {
	sh := s.listing(setup{title: s.words.say("sheet_lines"), landscape: true, printed: 17}, 28,
		"module 11", "date 10.5", "distributor 12", "document 11", ">line 6", "customer 18", "product 24", ">quantity 8",
		">net 11", "currency 9", ">base 11", ">position_before 12", ">position_after 12", "slices 26", ">earned 11",
		">points 7", "deal 9", "type 9", "takes_back 14", "sku 12", ">amount 13", ">fx_rate 11", "level 10",
		"file 26", ">file_line 8")
	head := sh.row
	var earned reports.Cents
	var points int64
	for i := range s.Lines {
		l := &s.Lines[i]
		s.from(l.Document, l.Number, l.File, l.FileLine)
		sh.tall(lineHeight(min(len(l.Slices), mostSlices)), s.line(l)...)
		earned, points = earned+l.Earned, points+l.Points
	}
	s.from("", 0, "", 0)
	if sh.none(len(s.Lines)) {
		return
	}
	last := sh.row
	sh.table("lines", sh.heads, head, last)
	total := sh.total(25, head+1)
	total.cells[14] = s.sum(s.styles.totalMoney, fmt.Sprintf("SUBTOTAL(109,O%d:O%d)", head+1, last), earned)
	total.cells[15] = s.count(s.styles.totalNumber, fmt.Sprintf("SUBTOTAL(109,P%d:P%d)", head+1, last), points)
	sh.put(total.cells...)
	sh.mark("lines_earned", 15, int64(s.Pay.Earned), 2)
	sh.put(s.note(s.words.say("note_rounding")))
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
		s.text(l.Product), quantity, net, currency, s.money(l.Base), s.money(l.PositionBefore), s.money(l.PositionAfter),
		s.wrapped(s.sliceText(l)), s.money(l.Earned), s.number(l.Points), s.text(l.Deal), s.word(l.Type), back, s.text(l.SKU),
		amount, fx, s.word(l.Level), s.text(l.File), s.lineNumber(l.FileLine)}
}

// lineHeight is the height of a row with so many lines of text; zero is the default. Excel has a highest row.
func lineHeight(lines int) float64 {
	if lines < 2 {
		return 0
	}
	return min(float64(lines)*12.5, 409)
}

// mostSlices is how many tranches of a line are listed; the last one stands for all others.
const mostSlices = 12

// sliceText lists the tranches of a line, one a line of text.
func (s statement) sliceText(l *reports.Line) string {
	var parts []string
	for i := range l.Slices[:min(len(l.Slices), mostSlices)] {
		parts = append(parts, s.slice(l.Incentive, l.Slices, i))
	}
	if len(parts) == 0 && l.Method != "" {
		parts = append(parts, s.words.say("whole_base"))
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

// slice is one line of that text.
func (s statement) slice(incentive string, all []reports.Slice, i int) string {
	if i == mostSlices-1 && len(all) > mostSlices {
		var rest reports.Cents
		for _, x := range all[i:] {
			rest += x.Base
		}
		return fmt.Sprintf(s.words.say("more_tranches"), s.words.amount(rest))
	}
	x, through := &all[i], ""
	if x.Through > x.Tranche {
		through = fmt.Sprintf(s.words.say("through"), x.Through)
	}
	if s.names.InUnits(incentive) {
		return fmt.Sprintf("%s %d%s: %s × %s", s.words.say("tranche"), x.Tranche, through, s.words.amount(x.Base),
			s.words.amount(x.Rate.PerUnit()))
	}
	return fmt.Sprintf("%s %d%s: %s × %s %%", s.words.say("tranche"), x.Tranche, through, s.words.amount(x.Base),
		s.words.decimal(int64(x.Rate), 4))
}

func (s statement) points() {
	w := s.words
	sh := s.listing(setup{title: w.say("sheet_points")}, 16,
		"posted 13", "kind 24", "category 16", "source 46", "balance 22", ">points 12")
	for _, p := range s.Points {
		kind := s.word(p.Kind)
		if p.Kind == "expiry" && p.Points > 0 {
			kind = s.wrapped(w.say("lapsed_before"))
		}
		sh.put(s.day(p.Date), kind, s.word(p.Category), s.text(p.Source), s.word(p.Balance), s.number(p.Points))
	}
	sh.none(len(s.Points))
	if len(s.Expiring) > 0 {
		sh.skip(1)
		sh.put(s.section(w.say("expiring"))...)
		for _, e := range s.Expiring {
			sh.put(s.day(e.On), s.text(w.say("lapses")), s.text(""), s.text(""), s.text(""), s.number(e.Points))
		}
	}
}

func (s statement) notCounted() {
	w := s.words
	sh := s.listing(setup{title: w.say("sheet_not_counted"), landscape: true}, 28,
		"module 13", "date 12", "distributor 14", "document 14", ">line 8", "product 26", ">amount 15", ">net 15",
		"currency 9", "reason 50", "file 26", ">file_line 8")
	defer s.from("", 0, "", 0)
	for _, x := range s.NotCounted {
		s.from(x.Document, x.Number, x.File, x.FileLine)
		module, amount, net, currency := s.word(x.Incentive), s.money(x.Amount), s.text(""), ""
		if x.Held {
			module, amount, net, currency = s.text(w.say("waits")), s.text(""), s.decimal(int64(x.Net), 6), x.Currency
			net.style = s.moneyIn(x.Currency)
		}
		sh.put(module, s.day(x.Date), s.text(x.Distributor), s.text(x.Document), s.number(x.Number), s.text(x.Product),
			amount, net, s.text(currency), s.wrapped(w.value(x.Reason)), s.text(x.File), s.number(x.FileLine))
	}
	sh.none(len(s.NotCounted))
}

func (s statement) rules() {
	w := s.words
	sh := s.listing(setup{title: w.say("sheet_rules"), landscape: true}, 28,
		"version 24", "valid_from 11", "until 11", "module 12", "method 40", "period 13", "level 10", "family 15",
		">tranche 8", ">from 12", ">to 12", ">rate 8", ">flat 10", ">cap 13", "hash 14")
	for _, r := range s.Rules {
		until, to, most := s.day(reports.Day{Time: r.To.AddDate(0, 0, -1)}), s.money(r.ToAmount), s.text("")
		flat := s.text("")
		if r.Flat != 0 {
			flat = s.money(r.Flat)
		}
		if r.Capped {
			most = s.money(r.Cap)
		}
		if r.To.Year() == 9999 {
			until = s.text("")
		}
		if r.Endless {
			to = s.text(w.say("no_end"))
		}
		sh.put(s.wrapped(r.Version), s.day(r.From), until, s.word(r.Incentive), s.wrapped(w.value(r.Method)),
			s.word(r.Period), s.word(r.Level), s.text(cmp.Or(r.Family, w.say("all_families"))), s.number(r.Tranche),
			s.money(r.FromAmount), to, s.rate(r.Incentive, r.Rate), flat, most, s.text(r.Hash))
	}
	if len(s.Rules) == 0 {
		sh.put(s.text(s.noMargin()))
		return
	}
	sh.put(s.note(w.say("note_rounding")))
}
