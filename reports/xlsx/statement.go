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
		return fmt.Errorf("statement %s %s: %w", st.Partner.ID, st.Month.Format("2006-01"), err)
	}
	return nil
}

type statement struct {
	*workbook
	*reports.Statement
}

// lines shows each movement. A Sell With movement is a part of somebody else's
// purchase: its document, product price and quantity are not the partner's to
// see. What it earned by what comes first, and is printed; where it is from, behind it.
func (s statement) lines() {
	sh := s.sheet(setup{title: s.words.say("sheet_lines"), landscape: true, printed: 17, frozen: 1,
		widths: []float64{11, 10.5, 12, 11, 6, 18, 24, 8, 11, 9, 11, 12, 12, 26, 11, 7, 9, 9, 12, 13, 11, 10, 26, 8}})
	names := s.heads("module", "date", "distributor", "document", ">line", "customer", "product", ">quantity", ">net",
		"currency", ">base", ">position_before", ">position_after", "slices", ">earned", ">points", "deal", "type",
		"sku", ">amount", ">fx_rate", "level", "file", ">file_line")
	sh.tall(28, names...)
	head := sh.row
	var earned reports.Cents
	var points int64
	for i := range s.Lines {
		sh.tall(lineHeight(len(s.Lines[i].Slices)), s.line(&s.Lines[i])...)
		earned, points = earned+s.Lines[i].Earned, points+s.Lines[i].Points
	}
	if sh.none(len(s.Lines)) {
		sh.done()
		return
	}
	last := sh.row
	sh.table("lines", names, head, last)
	total := sh.total(24, head+1)
	total.cells[14] = s.sum(s.styles.totalMoney, fmt.Sprintf("SUBTOTAL(109,O%d:O%d)", head+1, last), earned)
	total.cells[15] = s.count(s.styles.totalNumber, fmt.Sprintf("SUBTOTAL(109,P%d:P%d)", head+1, last), points)
	sh.put(total.cells...)
	sh.mark("lines_earned", 15, int64(s.Pay.Earned), 2)
	sh.put(s.note(s.words.say("note_rounding")))
	sh.done()
}

func (s statement) line(l *reports.Line) []cell {
	document, number, currency, amount := s.text(l.Document), s.number(l.Number), s.text(l.Currency), s.money(l.Amount)
	quantity, net, fx := s.decimal(int64(l.Quantity), 3), s.decimal(int64(l.Net), 6), s.decimal(int64(l.FXRate), 9)
	net.style, fx.style = s.styles.money, s.styles.fxRate
	if l.Module == reports.SellWith {
		none := s.text("")
		document, number, currency, amount, quantity, net, fx = none, none, none, none, none, none, none
	}
	return []cell{s.word(l.Module), s.day(l.Date), s.text(l.Distributor), document, number, s.text(l.Customer),
		s.text(l.Product), quantity, net, currency, s.money(l.Base), s.money(l.PositionBefore), s.money(l.PositionAfter),
		s.wrapped(s.sliceText(l)), s.money(l.Earned), s.number(l.Points), s.text(l.Deal), s.word(l.Type), s.text(l.SKU),
		amount, fx, s.word(l.Level), s.text(l.File), s.lineNumber(l.FileLine)}
}

// lineHeight is the height of a row with so many lines of text; zero is the usual.
func lineHeight(lines int) float64 {
	if lines < 2 {
		return 0
	}
	return float64(lines) * 12.5
}

// sliceText says which tranches a line went into, as a person would jot it down.
func (s statement) sliceText(l *reports.Line) string {
	var parts []string
	for _, x := range l.Slices {
		parts = append(parts, fmt.Sprintf("%s %d: %s × %s %%", s.words.say("tranche"), x.Tranche, s.words.amount(x.Base),
			s.words.decimal(int64(x.Rate), 4)))
	}
	if len(parts) == 0 && l.Method != "" {
		return s.words.say("whole_base")
	}
	return strings.Join(parts, "\n")
}

func (s statement) points() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_points"), widths: []float64{13, 24, 16, 46, 22, 12}, frozen: 1})
	sh.tall(16, s.heads("posted", "kind", "category", "source", "balance", ">points")...)
	for _, p := range s.Points {
		sh.put(s.day(p.Date), s.word(p.Kind), s.word(p.Category), s.text(p.Source), s.word(p.Balance), s.number(p.Points))
	}
	sh.none(len(s.Points))
	if len(s.Expiring) > 0 {
		sh.skip(1)
		sh.put(s.section(w.say("expiring"))...)
		for _, e := range s.Expiring {
			sh.put(s.day(e.On), s.text(w.say("lapses")), s.text(""), s.text(""), s.text(""), s.number(e.Points))
		}
	}
	sh.done()
}

func (s statement) notCounted() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_not_counted"), landscape: true, frozen: 1,
		widths: []float64{13, 12, 14, 14, 8, 26, 15, 15, 9, 50, 26, 8}})
	sh.tall(28, s.heads("module", "date", "distributor", "document", ">line", "product", ">amount", ">net", "currency",
		"reason", "file", ">file_line")...)
	for _, x := range s.NotCounted {
		module, amount, net, currency := s.word(x.Module), s.money(x.Amount), s.text(""), ""
		if x.Held {
			module, amount, net, currency = s.text(w.say("waits")), s.text(""), s.decimal(int64(x.Net), 6), x.Currency
			net.style = s.styles.money
		}
		sh.put(module, s.day(x.Date), s.text(x.Distributor), s.text(x.Document), s.number(x.Number), s.text(x.Product),
			amount, net, s.text(currency), s.wrapped(w.value(x.Reason)), s.text(x.File), s.number(x.FileLine))
	}
	sh.none(len(s.NotCounted))
	sh.done()
}

func (s statement) rules() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_rules"), landscape: true, frozen: 1,
		widths: []float64{24, 11, 11, 12, 40, 13, 10, 15, 8, 12, 12, 8, 13, 14}})
	sh.tall(28, s.heads("version", "valid_from", "until", "module", "method", "period", "level", "family", ">tranche",
		">from", ">to", ">rate", ">cap", "hash")...)
	for _, r := range s.Rules {
		until, to, most := s.day(reports.Day{Time: r.To.AddDate(0, 0, -1)}), s.money(r.ToAmount), s.text("")
		if r.Capped {
			most = s.money(r.Cap)
		}
		if r.To.Year() == 9999 {
			until = s.text("")
		}
		if r.Endless {
			to = s.text(w.say("no_end"))
		}
		sh.put(s.wrapped(r.Version), s.day(r.From), until, s.word(r.Module), s.wrapped(w.value(r.Method)), s.word(r.Period),
			s.word(r.Level), s.text(cmp.Or(r.Family, w.say("all_families"))), s.number(r.Tranche), s.money(r.FromAmount), to,
			s.rate(r.Rate), most, s.text(r.Hash))
	}
	if len(s.Rules) == 0 {
		sh.put(s.text(s.noMargin()))
	}
	sh.done()
}
