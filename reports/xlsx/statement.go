package xlsx

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // a logo is one of the two
	_ "image/png"
	"io"
	"math/big"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

// Statement writes one partner's month, in the partner's language.
func Statement(out io.Writer, st *reports.Statement) error {
	b, err := newBook(st.Partner.Language, st.Letterhead)
	if err != nil {
		return err
	}
	s := statement{book: b, Statement: st}
	b.properties(b.words.say("statement")+" "+st.Partner.ID+" "+st.Month.Format("2006-01"), st.Vendor, st.Month)
	b.edition(st.Edition, st.Vendor+" · "+st.Partner.Name+" · "+b.words.month(st.Month))
	for _, sheet := range []func(){s.summary, s.margin, s.lines, s.sellWith, s.points, s.adjustments, s.held, s.rules, s.changes} {
		sheet()
	}
	if err := b.deliver(out); err != nil {
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

func (s statement) summary() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_summary"), widths: []float64{36, 16, 15, 15, 11, 15, 15, 11}, gridless: true, titled: true, onePage: true})
	standing := s.styles.draft
	if s.Final {
		standing = s.styles.final
	}
	s.letterhead(sh, standing)
	sh.put(s.styled(s.styles.subtitle, w.say("statement")+" · "+w.month(s.Month)))
	sh.put(s.styled(s.styles.note, s.standingNote(s.Edition)))
	sh.skip(1)
	pair := func(label, value, label2, value2 string) {
		sh.put(s.styled(s.styles.label, w.say(label)), s.styled(s.styles.value, value), nil, nil,
			s.styled(s.styles.label, w.say(label2)), nil, s.styled(s.styles.value, value2))
	}
	place := strings.Trim(s.Partner.Town+", "+s.Partner.Country, ", ")
	pair("partner", s.Partner.Name, "level", w.value(s.Pay.Level))
	pair("partner_id", s.Partner.ID, "modules", s.moduleNames())
	pair("place", place, "programme", s.RulesHash)
	sh.skip(1)
	sh.tall(22, s.styled(s.styles.big, w.say("payable")), s.styled(s.styles.big, s.Currency), s.amount(s.styles.bigMoney, s.Pay.Payable))
	sh.mark("payable", 3, int64(s.Pay.Payable), 2)
	if s.Pay.Currency != s.Currency && s.Pay.OwnRate > 0 {
		sh.put(s.styled(s.styles.label, w.say("payable_own")), s.styled(s.styles.value, s.Pay.Currency), s.money(s.Pay.PayableOwn),
			s.styled(s.styles.note, fmt.Sprintf(w.say("at_rate"), s.Pay.Currency, plain(s.Pay.OwnRate, 9), s.Currency)))
	}
	sh.skip(1)
	s.summaryModules(sh)
	sh.skip(1)
	s.summaryPay(sh)
	sh.skip(1)
	s.summaryPoints(sh)
	sh.done()
}

// letterhead is the vendor's name and address, with the logo at their left, and at the
// right how far the workbook can be relied upon.
func (s statement) letterhead(sh *sheet, standing int) {
	name := []any{s.styled(s.styles.title, s.Vendor), nil}
	if len(s.Logo) > 0 {
		name = []any{nil, s.styled(s.styles.title, s.Vendor)}
	}
	sh.tall(26, append(name, nil, nil, nil, nil, nil, s.styled(standing, s.standing(s.Edition)))...)
	for _, line := range s.Address {
		row := []any{s.styled(s.styles.note, line)}
		if len(s.Logo) > 0 {
			row = []any{nil, s.styled(s.styles.note, line)}
		}
		sh.put(row...)
	}
	if len(s.Logo) == 0 || s.err != nil {
		return
	}
	for sh.row < 3 {
		sh.skip(1)
	}
	kind := ".png"
	if s.Logo[0] == 0xff {
		kind = ".jpg"
	}
	size, err := logoScale(s.Logo, 230, 60)
	s.check(err)
	s.check(s.f.AddPictureFromBytes(sh.name, "A1", &excelize.Picture{Extension: kind, File: s.Logo,
		Format: &excelize.GraphicOptions{AltText: s.Vendor, ScaleX: size, ScaleY: size, OffsetX: 2, OffsetY: 2, Positioning: "oneCell"}}))
}

// logoScale makes a picture fit into so many pixels.
func logoScale(picture []byte, width, height float64) (float64, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return 0, fmt.Errorf("the logo: %w", err)
	}
	return min(1, width/float64(c.Width), height/float64(c.Height)), nil
}

// plain writes a decimal without the zeros behind it.
func plain(units int64, scale int) string {
	if units < 0 {
		return "-" + plain(-units, scale)
	}
	text := strconv.FormatInt(units, 10)
	for len(text) <= scale {
		text = "0" + text
	}
	return strings.TrimRight(strings.TrimRight(text[:len(text)-scale]+"."+text[len(text)-scale:], "0"), ".")
}

func (s statement) summaryModules(sh *sheet) {
	w := s.words
	sh.put(s.styled(s.styles.section, ""), nil, s.styled(s.styles.section, w.say("this_month")), s.styled(s.styles.section, ""), s.styled(s.styles.section, ""),
		s.styled(s.styles.section, w.say("year_to_date")), s.styled(s.styles.section, ""), s.styled(s.styles.section, ""))
	sh.tall(16, s.heads("module", ">line_count", ">base", ">earned", ">points", ">base", ">earned", ">points")...)
	first := sh.row + 1
	var t reports.ModuleTotal
	for _, m := range s.Modules {
		sh.put(s.text(w.value(m.Module)), s.number(m.Lines), s.money(m.Base), s.money(m.Earned), s.number(m.Points),
			s.money(m.YearBase), s.money(m.YearEarned), s.number(m.YearPoints))
		t.Lines, t.Earned, t.Points = t.Lines+m.Lines, t.Earned+m.Earned, t.Points+m.Points
		t.YearEarned, t.YearPoints = t.YearEarned+m.YearEarned, t.YearPoints+m.YearPoints
	}
	if len(s.Modules) == 0 {
		sh.put(s.text(w.say("nothing")))
		return
	}
	column := func(c string) string { return fmt.Sprintf("SUM(%s%d:%s%d)", c, first, c, sh.row) }
	// Bases of different modules are not added: one line can count for several.
	blank := s.styled(s.styles.totalText, "")
	sh.put(s.styled(s.styles.totalText, w.say("total")), s.count(s.styles.totalNumber, column("B"), t.Lines), blank,
		s.sum(s.styles.totalMoney, column("D"), t.Earned), s.count(s.styles.totalNumber, column("E"), t.Points), blank,
		s.sum(s.styles.totalMoney, column("G"), t.YearEarned), s.count(s.styles.totalNumber, column("H"), t.YearPoints))
	sh.mark("earned", 4, int64(s.Pay.Earned), 2)
}

func (s statement) summaryPay(sh *sheet) {
	w := s.words
	sh.put(s.styled(s.styles.section, w.say("payable")), s.styled(s.styles.section, s.Currency), s.styled(s.styles.section, ""))
	first := sh.row + 1
	adjusted := s.adjusted()
	for _, x := range []struct {
		key    string
		amount reports.Cents
	}{{"margin_of_month", s.Pay.Earned - adjusted}, {"adjustments_earlier", adjusted}, {"money_entries", s.Pay.MoneyEntries}, {"carried_in", s.Pay.CarriedIn}, {"carried_out", -s.Pay.CarriedOut}} {
		sh.put(s.text(w.say(x.key)), s.text(""), s.money(x.amount))
	}
	sh.put(s.styled(s.styles.totalText, w.say("payable")), s.styled(s.styles.totalText, ""),
		s.sum(s.styles.totalMoney, fmt.Sprintf("SUM(C%d:C%d)", first, sh.row), s.Pay.Payable))
	sh.mark("payable_sum", 3, int64(s.Pay.Payable), 2)
	for _, e := range s.Entries {
		sh.put(s.styled(s.styles.note, e.ID+" · "+e.Reason), nil, s.money(e.Amount), s.styled(s.styles.note, e.By+" · "+fmt.Sprintf(w.say("source_of"), e.File, e.FileLine)))
	}
}

func (s statement) summaryPoints(sh *sheet) {
	w := s.words
	sh.put(s.styled(s.styles.section, w.say("points")), s.styled(s.styles.section, ""), s.styled(s.styles.section, ""))
	top, first := sh.row, sh.row+1
	sh.put(s.text(w.say("by_amount")), s.text(""), s.number(s.Balance.ByAmount))
	sh.put(s.text(fmt.Sprintf(w.say("by_certificate"), s.Balance.Certifications)), s.text(""), s.number(s.Balance.ByCertificate))
	sh.put(s.text(w.say("by_bonus")), s.text(""), s.number(s.Balance.ByBonus))
	sh.put(s.styled(s.styles.totalText, w.say("status_points")), s.styled(s.styles.totalText, ""),
		s.count(s.styles.totalNumber, fmt.Sprintf("SUM(C%d:C%d)", first, sh.row), s.Balance.Status))
	sh.mark("status_points", 3, s.Balance.Status, 0)
	if s.Pay.NextLevel != "" {
		sh.put(s.text(fmt.Sprintf(w.say("missing_points"), w.value(s.Pay.NextLevel))), s.text(""), s.number(s.Pay.PointsMissing))
		s.levelChart(sh, top, first)
	}
	s.nextLevel(sh)
	sh.skip(1)
	opening := s.Balance.Spendable - s.Balance.Earned + s.Balance.Redeemed + s.Balance.Expired
	first = sh.row + 1
	for _, x := range []struct {
		key    string
		points int64
	}{{"opening", opening}, {"gained", s.Balance.Earned}, {"redeemed", -s.Balance.Redeemed}, {"lapsed", -s.Balance.Expired}} {
		sh.put(s.text(w.say(x.key)), s.text(""), s.number(x.points))
	}
	sh.put(s.styled(s.styles.totalText, w.say("spendable")), s.styled(s.styles.totalText, ""),
		s.count(s.styles.totalNumber, fmt.Sprintf("SUM(C%d:C%d)", first, sh.row), s.Balance.Spendable))
	sh.mark("spendable_points", 3, s.Balance.Spendable, 0)
	sh.put(s.text(w.say("spendable_value")), s.text(s.Currency), s.money(s.Balance.SpendableValue))
	s.expiring(sh)
}

// expiring says what lapses within 90 days and when the first of it does. The sheet of
// points has every day.
func (s statement) expiring(sh *sheet) {
	var sum int64
	for _, e := range s.Expiring {
		sum += e.Points
	}
	note := ""
	if len(s.Expiring) > 0 {
		first := s.Expiring[0]
		note = fmt.Sprintf(s.words.say("first_of_them"), first.Points, first.On.Format(s.words.say("day_format")))
	}
	sh.put(s.text(s.words.say("expiring")), s.text(""), s.number(sum), s.styled(s.styles.note, note))
	sh.mark("expiring_points", 3, sum, 0)
}

// levelChart draws what the status points are made of and what the next level asks for
// on top, beside the figures it is drawn from.
func (s statement) levelChart(sh *sheet, top, first int) {
	if s.err != nil {
		return
	}
	at := "'" + strings.ReplaceAll(sh.name, "'", "''") + "'!"
	title := fmt.Sprintf(s.words.say("chart_level"), s.words.value(s.Pay.NextLevel))
	colors := []string{s.styles.accent, "6F94C9", "B7C7E2", "E3E6EB"}
	var series []excelize.ChartSeries
	for i, row := range []int{first, first + 1, first + 2, first + 4} {
		series = append(series, excelize.ChartSeries{Name: fmt.Sprintf("%s$A$%d", at, row), Values: fmt.Sprintf("%s$C$%d", at, row),
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colors[i]}}})
	}
	s.check(s.f.AddChart(sh.name, cellName(5, top), &excelize.Chart{
		Type: excelize.BarStacked, Series: series,
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: title, Font: &excelize.Font{Size: 10, Bold: true}}}},
		Legend:    excelize.ChartLegend{Position: "bottom"},
		XAxis:     excelize.ChartAxis{None: true},
		YAxis:     excelize.ChartAxis{Font: s.styles.axis},
		Dimension: excelize.ChartDimension{Width: 400, Height: 200},
		Format:    excelize.GraphicOptions{AltText: title + ": " + fmt.Sprintf(s.words.say("has_of"), s.Balance.Status, s.Balance.Status+s.Pay.PointsMissing)},
	}))
}

// nextLevel says what is missing for it, requirement by requirement.
func (s statement) nextLevel(sh *sheet) {
	w := s.words
	if s.Pay.NextLevel == "" {
		sh.put(s.text(w.say("top_level")), s.text(""), s.text(""))
		return
	}
	sh.put(s.text(w.say("next_level")), s.text(w.value(s.Pay.NextLevel)), s.text(""))
	for _, g := range s.Gaps {
		sh.put(s.text(strings.TrimSpace(fmt.Sprintf(w.say("missing_for"), w.value(s.Pay.NextLevel)))), s.text(strings.TrimSpace(w.value(g.Requirement)+" "+g.Category)),
			s.text(""), s.text(fmt.Sprintf(w.say("has_of"), g.Has, g.Needs)))
	}
}

func (s statement) margin() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_margin"), widths: []float64{13, 40, 10, 13, 12, 11, 14, 14, 9, 15, 14, 15, 14, 12}, landscape: true, frozen: 1})
	sh.tall(28, s.heads("module", "method", "level", "family", "valid_from", "tranche", ">from", ">to", ">rate", ">filled_month", ">earned_month", ">filled_year", ">earned_year", "of_year")...)
	first := sh.row + 1
	var month, year reports.Cents
	for _, t := range s.Margin {
		from, to, rate := s.money(t.From), s.money(t.To), s.rate(t.Rate)
		tranche := s.text(strconv.FormatInt(t.Number, 10))
		switch {
		case t.Whole:
			tranche, from, to, rate = s.text(w.say("whole_base")), s.text(""), s.text(""), s.text("")
		case t.Number == 0:
			tranche, from = s.text(w.say("below_zero")), s.text("")
		case t.Endless:
			to = s.text(w.say("no_end"))
		}
		family := w.say("all_families")
		if t.Family != "" {
			family = t.Family
		}
		earnedMonth, earnedYear := s.trancheEarned(t, sh.row+1)
		sh.put(s.text(w.value(t.Module)), s.styled(s.styles.wrapped, w.value(t.Method)), s.text(w.value(t.Level)), s.text(family), s.day(t.ValidFrom),
			tranche, from, to, rate, s.money(t.MonthBase), earnedMonth, s.money(t.YearBase), earnedYear, s.day(t.Year))
		month, year = month+t.MonthEarned, year+t.YearEarned
	}
	if len(s.Margin) == 0 {
		sh.put(s.text(s.noMargin()))
		sh.done()
		return
	}
	last := sh.row
	cutMonth, cutYear := s.cap(month, year)
	if cutMonth != 0 || cutYear != 0 {
		cut := make([]any, 14)
		for i := range cut {
			cut[i] = s.text("")
		}
		cut[0], cut[10], cut[12] = s.text(w.say("cut_by_cap")), s.money(cutMonth), s.money(cutYear)
		sh.put(cut...)
	}
	total := s.totals(14)
	total[10] = s.sum(s.styles.totalMoney, fmt.Sprintf("SUM(K%d:K%d)", first, sh.row), month+cutMonth)
	total[12] = s.sum(s.styles.totalMoney, fmt.Sprintf("SUM(M%d:M%d)", first, sh.row), year+cutYear)
	sh.put(total...)
	sh.mark("margin_earned", 11, int64(s.Pay.Earned), 2)
	sh.put(s.styled(s.styles.note, w.say("note_refilled")))
	s.marginChart(sh, first, last)
	sh.done()
}

// trancheEarned is what a tranche earned, as a formula of what has filled it where
// that comes to it: the year's is what is in it times its rate, the month's the year's
// less what the months before had. It does not where documents start at zero each, or
// where the level changed while the tranche was filling; then it is the figure alone.
func (s statement) trancheEarned(t reports.Tranche, row int) (month, year excelize.Cell) {
	month, year = s.money(t.MonthEarned), s.money(t.YearEarned)
	if t.Whole {
		return month, year
	}
	all, before := worth(t.YearBase, t.Rate), worth(t.YearBase-t.MonthBase, t.Rate)
	if all == t.YearEarned {
		year.Formula = fmt.Sprintf("ROUND(L%d*I%d,2)", row, row)
	}
	if all-before == t.MonthEarned {
		month.Formula = fmt.Sprintf("ROUND(L%d*I%d,2)-ROUND((L%d-J%d)*I%d,2)", row, row, row, row, row)
	}
	return month, year
}

// worth is a base times a rate, rounded half away from zero to the cent.
func worth(base reports.Cents, rate reports.Rate) reports.Cents {
	product := new(big.Int).Mul(big.NewInt(int64(base)), big.NewInt(int64(rate)))
	half := big.NewInt(int64(500_000 * product.Sign()))
	return reports.Cents(product.Add(product, half).Quo(product, big.NewInt(1_000_000)).Int64())
}

// cap is what the cap of the programme year takes away of what the schedules pay:
// of the month's margin, and of the year's, where the rows are of one year.
func (s statement) cap(month, year reports.Cents) (ofMonth, ofYear reports.Cents) {
	for _, t := range s.Margin {
		if !t.Year.Equal(s.Margin[0].Year) {
			return s.Pay.Earned - month, 0
		}
	}
	for _, m := range s.Modules {
		ofYear += m.YearEarned
	}
	return s.Pay.Earned - month, ofYear - year
}

func (s statement) noMargin() string {
	for _, m := range s.Modules {
		if m.Module == "sell_with" {
			return s.words.say("sell_with_points_only")
		}
	}
	return s.words.say("nothing")
}

// marginChart draws what the year has put into each row of the table.
func (s statement) marginChart(sh *sheet, first, last int) {
	if s.err != nil {
		return
	}
	at := "'" + strings.ReplaceAll(sh.name, "'", "''") + "'!"
	s.check(s.f.AddChart(sh.name, cellName(2, sh.row+1), &excelize.Chart{
		Type: excelize.Col,
		Series: []excelize.ChartSeries{{
			Name:       s.words.say("filled_year"),
			Categories: fmt.Sprintf("%s$F$%d:$F$%d", at, first, last),
			Values:     fmt.Sprintf("%s$L$%d:$L$%d", at, first, last),
			Fill:       excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{s.styles.accent}},
		}},
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: s.words.say("chart_filled") + " (" + s.Currency + ")"}}},
		Legend:    excelize.ChartLegend{Position: "none"},
		XAxis:     excelize.ChartAxis{Font: s.styles.axis},
		YAxis:     excelize.ChartAxis{Font: s.styles.axis},
		Dimension: excelize.ChartDimension{Width: 760, Height: 260},
		Format:    excelize.GraphicOptions{AltText: s.words.say("chart_filled")},
	}))
}

// lines shows each movement. A Sell With movement is a part of somebody else's
// purchase: its document, product price and quantity are not the partner's to
// see.
func (s statement) lines() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_lines"), landscape: true, frozen: 1,
		widths: []float64{11, 11, 12, 12, 6, 9, 20, 26, 12, 9, 13, 9, 13, 13, 14, 14, 10, 30, 12, 8, 9, 26, 8, 11}})
	sh.tall(28, s.heads("module", "date", "distributor", "document", ">line", "type", "customer", "product", "sku", ">quantity", ">net", "currency", ">amount",
		">base", ">position_before", ">position_after", "level", "slices", ">earned", ">points", "deal", "file", ">file_line", ">fx_rate")...)
	head := sh.row
	var base, earned reports.Cents
	var points int64
	for _, l := range s.Lines {
		own := l.Module != "sell_with"
		document, number, quantity, net, amount := s.text(l.Document), s.number(l.Number), s.decimal(l.Quantity, 3), s.decimal(l.Net, 6), s.money(l.Amount)
		net.StyleID = s.styles.money
		currency, fx := s.text(l.Currency), s.decimal(l.FXRate, 9)
		fx.StyleID = s.styles.fxRate
		if !own {
			document, number, quantity, net, amount, currency, fx = s.text(""), s.text(""), s.text(""), s.text(""), s.text(""), s.text(""), s.text("")
		}
		sh.tall(lineHeight(len(l.Slices)), s.text(w.value(l.Module)), s.day(l.Date), s.text(l.Distributor), document, number, s.text(w.value(l.Type)), s.text(l.Customer),
			s.text(l.Product), s.text(l.SKU), quantity, net, currency, amount, s.money(l.Base), s.money(l.Low), s.money(l.High),
			s.text(w.value(l.Level)), s.styled(s.styles.wrapped, s.sliceText(l)), s.money(l.Earned), s.number(l.Points), s.text(l.Deal),
			s.text(l.File), s.lineNumber(l.FileLine), fx)
		base, earned, points = base+l.Base, earned+l.Earned, points+l.Points
	}
	if len(s.Lines) == 0 {
		sh.put(s.text(w.say("nothing")))
		sh.done()
		return
	}
	last := sh.row
	if s.err == nil {
		s.check(sh.sw.AddTable(&excelize.Table{Range: fmt.Sprintf("A%d:X%d", head, last), Name: "lines", StyleName: "TableStyleLight1"}))
	}
	total := s.totals(24)
	total[18] = s.sum(s.styles.totalMoney, fmt.Sprintf("SUBTOTAL(109,S%d:S%d)", head+1, last), earned)
	total[19] = s.count(s.styles.totalNumber, fmt.Sprintf("SUBTOTAL(109,T%d:T%d)", head+1, last), points)
	sh.put(total...)
	sh.mark("lines_earned", 19, int64(s.Pay.Earned), 2)
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
		parts = append(parts, fmt.Sprintf("%s %d: %s × %s %%", s.words.say("tranche"), x.Tranche, plain(int64(x.Base), 2), plain(int64(x.Rate), 4)))
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
		sh.put(s.day(p.Date), s.text(kind), s.text(p.Category), s.text(p.Source), s.text(w.value(p.Balance)), s.number(p.Points))
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

func (s statement) held() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_held"), widths: []float64{13, 12, 14, 14, 8, 26, 15, 50, 26, 8}, landscape: true, frozen: 1})
	sh.tall(28, s.heads("module", "date", "distributor", "document", ">line", "product", ">amount", "reason", "file", ">file_line")...)
	for _, x := range s.Waiting {
		sh.put(s.text(w.value(x.Module)), s.day(x.Date), s.text(x.Distributor), s.text(x.Document), s.number(x.Number), s.text(x.Product),
			s.money(x.Amount), s.text(w.value(x.Reason)), s.text(x.File), s.number(x.FileLine))
	}
	if len(s.Waiting) == 0 {
		sh.put(s.text(w.say("nothing")))
	}
	sh.done()
}

func (s statement) rules() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_rules"), widths: []float64{28, 12, 12, 13, 32, 12, 10, 13, 9, 14, 14, 9, 15}, landscape: true, frozen: 1})
	sh.tall(16, s.heads("version", "valid_from", "until", "module", "method", "period", "level", "family", "tranche", ">from", ">to", ">rate", "hash")...)
	for _, r := range s.Rules {
		until, to := s.day(r.To), s.money(r.ToAmount)
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
		sh.put(s.styled(s.styles.wrapped, r.Version), s.day(r.From), until, s.text(w.value(r.Module)), s.styled(s.styles.wrapped, w.value(r.Method)),
			s.text(w.value(r.Period)), s.text(w.value(r.Level)), s.text(family), s.number(r.Tranche), s.money(r.FromAmount), to, s.rate(r.Rate), s.text(r.Hash))
	}
	if len(s.Rules) == 0 {
		sh.put(s.text(s.noMargin()))
	}
	sh.done()
}
