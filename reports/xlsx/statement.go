package xlsx

import (
	"fmt"
	"io"
	"strings"

	"tranche/reports"
)

// Statement writes one partner's month, in the partner's language.
func Statement(out io.Writer, st *reports.Statement) error {
	b, err := newBook(st.Partner.Language, st.Letterhead)
	if err != nil {
		return err
	}
	s := statement{book: b, Statement: st}
	b.properties(b.words.say("statement")+" "+st.Partner.ID+" "+st.Month.Format("2006-01"), st.Vendor, st.Month.Time)
	b.edition(st.Edition, st.Vendor+" · "+st.Partner.Name+" · "+b.words.month(st.Month.Time))
	for _, sheet := range []func(){s.summary, s.margin, s.lines, s.sellWith, s.points, s.adjustments, s.notCounted, s.rules, s.changes} {
		sheet()
	}
	if err := b.write(out); err != nil {
		return fmt.Errorf("statement %s %s: %w", st.Partner.ID, st.Month.Format("2006-01"), err)
	}
	return nil
}

type statement struct {
	*book
	*reports.Statement
}

func (s statement) moduleNames() string {
	var names []string
	for name := range strings.SplitSeq(s.Partner.Modules, ", ") {
		if name != "" {
			names = append(names, s.words.value(name))
		}
	}
	return strings.Join(names, ", ")
}

// lines shows each movement. A Sell With movement is a part of somebody else's
// purchase: its document, product price and quantity are not the partner's to
// see. What it earned by what comes first, and is printed; where it is from, behind it.
func (s statement) lines() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_lines"), landscape: true, printed: 17, frozen: 1,
		widths: []float64{11, 10.5, 12, 11, 6, 18, 24, 8, 11, 9, 11, 12, 12, 26, 11, 7, 9, 9, 12, 13, 11, 10, 26, 8}})
	names := s.heads("module", "date", "distributor", "document", ">line", "customer", "product", ">quantity", ">net", "currency", ">base", ">position_before",
		">position_after", "slices", ">earned", ">points", "deal", "type", "sku", ">amount", ">fx_rate", "level", "file", ">file_line")
	sh.tall(28, names...)
	head := sh.row
	var base, earned reports.Cents
	var points int64
	for _, l := range s.Lines {
		isPurchase := l.Incentive != "sell_with"
		document, number, quantity, net, amount := s.text(l.Document), s.number(l.Number), s.decimal(int64(l.Quantity), 3), s.decimal(int64(l.Net), 6), s.money(l.Amount)
		net.style = s.styles.money
		currency, fx := s.text(l.Currency), s.decimal(int64(l.FXRate), 9)
		fx.style = s.styles.fxRate
		if !isPurchase {
			document, number, quantity, net, amount, currency, fx = s.text(""), s.text(""), s.text(""), s.text(""), s.text(""), s.text(""), s.text("")
		}
		sh.tall(lineHeight(len(l.Slices)), s.text(w.value(l.Incentive)), s.day(l.Date), s.text(l.Distributor), document, number, s.text(l.Customer), s.text(l.Product),
			quantity, net, currency, s.money(l.Base), s.money(l.PositionBefore), s.money(l.PositionAfter), s.styled(s.styles.wrapped, s.sliceText(l)), s.money(l.Earned), s.number(l.Points),
			s.text(l.Deal), s.text(w.value(l.Type)), s.text(l.SKU), amount, fx, s.text(w.value(l.Level)), s.text(l.File), s.lineNumber(l.FileLine))
		base, earned, points = base+l.Base, earned+l.Earned, points+l.Points
	}
	if len(s.Lines) == 0 {
		sh.put(s.text(w.say("nothing")))
		sh.done()
		return
	}
	last := sh.row
	sh.table("lines", names, head, last)
	total := s.totals(24)
	total[14] = s.sum(s.styles.totalMoney, fmt.Sprintf("SUBTOTAL(109,O%d:O%d)", head+1, last), earned)
	total[15] = s.count(s.styles.totalNumber, fmt.Sprintf("SUBTOTAL(109,P%d:P%d)", head+1, last), points)
	sh.put(total...)
	sh.mark("lines_earned", 15, int64(s.Pay.Earned), 2)
	sh.put(s.styled(s.styles.note, w.say("note_rounding")))
	sh.done()
}

// lineHeight is the height of a row with so many lines of text; zero is the usual.
func lineHeight(lines int) float64 {
	if lines < 2 {
		return 0
	}
	return float64(lines) * 12.5
}

// sliceText says which tranches a line went into, as a person would jot it down.
func (s statement) sliceText(l reports.Line) string {
	var parts []string
	for _, x := range l.Slices {
		parts = append(parts, fmt.Sprintf("%s %d: %s × %s %%", s.words.say("tranche"), x.Tranche, s.words.amount(x.Base), s.words.decimal(int64(x.Rate), 4)))
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
		kind := w.value(p.Kind)
		sh.put(s.day(p.Date), s.text(kind), s.text(w.value(p.Category)), s.text(p.Source), s.text(w.value(p.Balance)), s.number(p.Points))
	}
	if len(s.Points) == 0 {
		sh.put(s.text(w.say("nothing")))
	}
	if len(s.Expiring) > 0 {
		sh.skip(1)
		sh.put(s.styled(s.styles.section, w.say("expiring")))
		for _, e := range s.Expiring {
			sh.put(s.day(e.On), s.text(w.say("lapses")), s.text(""), s.text(""), s.text(""), s.number(e.Points))
		}
	}
	sh.done()
}

func (s statement) notCounted() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_not_counted"), widths: []float64{13, 12, 14, 14, 8, 26, 15, 15, 9, 50, 26, 8}, landscape: true, frozen: 1})
	sh.tall(28, s.heads("module", "date", "distributor", "document", ">line", "product", ">amount", ">net", "currency", "reason", "file", ">file_line")...)
	for _, x := range s.NotCounted {
		amount, net, currency, module := s.money(x.Amount), s.text(""), "", w.value(x.Incentive)
		if x.Held {
			inFull := s.decimal(int64(x.Net), 6)
			inFull.style = s.styles.money
			amount, net, currency, module = s.text(""), inFull, x.Currency, w.say("waits")
		}
		sh.put(s.text(module), s.day(x.Date), s.text(x.Distributor), s.text(x.Document), s.number(x.Number), s.text(x.Product),
			amount, net, s.text(currency), s.styled(s.styles.wrapped, w.value(x.Reason)), s.text(x.File), s.number(x.FileLine))
	}
	if len(s.NotCounted) == 0 {
		sh.put(s.text(w.say("nothing")))
	}
	sh.done()
}

func (s statement) rules() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_rules"), widths: []float64{24, 11, 11, 12, 40, 13, 10, 15, 8, 12, 12, 8, 13, 14}, landscape: true, frozen: 1})
	sh.tall(28, s.heads("version", "valid_from", "until", "module", "method", "period", "level", "family", ">tranche", ">from", ">to", ">rate", ">cap", "hash")...)
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
		family := r.Family
		if family == "" {
			family = w.say("all_families")
		}
		sh.put(s.styled(s.styles.wrapped, r.Version), s.day(r.From), until, s.text(w.value(r.Incentive)), s.styled(s.styles.wrapped, w.value(r.Method)),
			s.text(w.value(r.Period)), s.text(w.value(r.Level)), s.text(family), s.number(r.Tranche), s.money(r.FromAmount), to, s.rate(r.Rate), most, s.text(r.Hash))
	}
	if len(s.Rules) == 0 {
		sh.put(s.text(s.noMargin()))
	}
	sh.done()
}
