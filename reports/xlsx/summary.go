package xlsx

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // a logo is JPEG or PNG
	_ "image/png"
	"strings"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
	"tranche/reports/currency"
)

func (s statement) summary() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_summary"), widths: []float64{30, 14, 16, 14, 9, 15, 14, 9}, gridless: true,
		titled: true, onePage: true})
	standing := s.styles.draft
	if s.Final {
		standing = s.styles.final
	}
	s.letterhead(sh, standing)
	sh.put(s.styled(s.styles.subtitle, w.say("statement")+" · "+w.month(s.Month.Time)))
	sh.put(s.note(s.standingNote(s.Edition)))
	if s.Replaces > 0 {
		sh.put(s.note(fmt.Sprintf(w.say("replaces_note"), s.Replaces)))
	}
	sh.skip(1)
	pair := func(label, value, label2, value2 string) {
		sh.put(s.label(w.say(label)), s.bold(value), cell{}, cell{},
			s.label(w.say(label2)), s.bold(value2))
	}
	place := strings.Trim(s.Partner.Town+", "+s.Partner.Country, ", ")
	sh.put(s.label(w.say("partner")), s.bold(s.Partner.Name)) // a row of its own: it can be long
	pair("partner_id", s.Partner.ID, "level", w.value(s.Pay.Level))
	pair("place", place, "modules", s.words.values(s.Partner.Modules, ", "))
	sh.put(s.label(w.say("programme")), s.bold(s.Programme+" · "+s.RulesHash))
	sh.skip(1)
	s.summaryPayable(sh)
	sh.skip(1)
	s.summaryModules(sh)
	sh.skip(1)
	s.summaryPay(sh)
	sh.skip(1)
	s.summaryPoints(sh)
}

// summaryPayable says what is paid, and in which currency. The other currency stands below it: the partner's own, or
// the programme's where partners are paid in their own.
func (s statement) summaryPayable(sh *sheet) {
	w, p, name, sign := s.words, s.Pay, "payable", reports.Cents(1)
	if p.Payable < 0 { // of a partner that has left
		name, sign = "owed", -1
	}
	ours := func(style int) cell { return s.amount(style, sign*p.Payable) }
	theirs := func(style int) cell {
		if p.OwnUnknown {
			return s.styled(style, "?")
		}
		if sign < 0 {
			return s.exactly(style, strings.TrimPrefix(p.PayableOwn, "-"))
		}
		return s.exactly(style, p.PayableOwn)
	}
	places := currency.Decimals(p.Currency)
	note := fmt.Sprintf(w.say("at_rate"), p.Currency, w.decimal(int64(p.OwnRate), 9), s.Currency)
	if p.OwnUnknown {
		note = fmt.Sprintf(w.say("no_rate"), p.Currency)
	}
	note += " " + fmt.Sprintf(w.say("paid_in"), p.PaidCurrency)
	big := func(code string, amount cell) {
		sh.tall(22, s.styled(s.styles.big, w.say(name)), s.styled(s.styles.big, code), amount)
	}
	switch {
	case p.Currency == s.Currency || p.OwnRate == 0 && !p.OwnUnknown:
		big(s.Currency, ours(s.styles.bigMoney))
		sh.mark(name, 3, int64(sign*p.Payable), 2)
	case p.PaidCurrency == p.Currency:
		big(p.Currency, theirs(s.styles.bigOf[places]))
		sh.put(s.label(fmt.Sprintf(w.say("payable_in"), s.Currency)), s.bold(s.Currency), ours(s.styles.money), s.note(note))
		sh.mark(name, 3, int64(sign*p.Payable), 2)
	default:
		big(s.Currency, ours(s.styles.bigMoney))
		sh.mark(name, 3, int64(sign*p.Payable), 2)
		sh.put(s.label(w.say("payable_own")), s.bold(p.Currency), theirs(s.styles.moneyOf[places]), s.note(note))
	}
}

// letterhead has the logo on the left, the vendor's name and address, and the workbook's status
// on the right.
func (s statement) letterhead(sh *sheet, standing int) {
	name := []cell{s.styled(s.styles.title, s.Vendor), {}}
	if len(s.Logo) > 0 {
		name = []cell{{}, s.styled(s.styles.title, s.Vendor)}
	}
	sh.tall(26, append(name, cell{}, cell{}, cell{}, cell{}, cell{}, s.styled(standing, s.standing(s.Edition)))...)
	for _, line := range s.Address {
		row := []cell{s.note(line)}
		if len(s.Logo) > 0 {
			row = []cell{{}, s.note(line)}
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
	size, err := logoScale(s.Logo, 205, 60) // column A
	s.check(err)
	format := excelize.GraphicOptions{AltText: s.Vendor, ScaleX: size, ScaleY: size, OffsetX: 2, OffsetY: 2,
		Positioning: "oneCell"}
	s.check(s.f.AddPictureFromBytes(sh.name, "A1", &excelize.Picture{Extension: kind, File: s.Logo, Format: &format}))
}

// logoScale fits a picture into a box of pixels.
func logoScale(picture []byte, width, height float64) (float64, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return 0, fmt.Errorf("the logo: %w", err)
	}
	return min(1, width/float64(c.Width), height/float64(c.Height)), nil
}

func (s statement) summaryModules(sh *sheet) {
	w := s.words
	title := s.section("", "", w.say("this_month"), "", "", w.say("year_to_date"), "", "")
	title[1] = cell{}
	sh.put(title...)
	sh.tall(16, s.heads("module", ">line_count", ">base", ">earned", ">points", ">base", ">earned", ">points")...)
	first := sh.row + 1
	var t reports.IncentiveTotal
	for _, m := range s.Modules {
		sh.put(s.word(m.Incentive), s.number(m.Lines), s.money(m.Base), s.money(m.Earned), s.number(m.Points),
			s.money(m.YearBase), s.money(m.YearEarned), s.number(m.YearPoints))
		t.Lines, t.Earned, t.Points = t.Lines+m.Lines, t.Earned+m.Earned, t.Points+m.Points
		t.YearEarned, t.YearPoints = t.YearEarned+m.YearEarned, t.YearPoints+m.YearPoints
	}
	if sh.none(len(s.Modules)) {
		return
	}
	total := sh.total(8, first) // bases have none: one line can count for several modules
	total.count(1, t.Lines)
	total.sum(3, t.Earned)
	total.count(4, t.Points)
	total.sum(6, t.YearEarned)
	total.count(7, t.YearPoints)
	sh.put(total.cells...)
	sh.mark("earned", 4, int64(s.Pay.Earned), 2)
}

func (s statement) summaryPay(sh *sheet) {
	w := s.words
	sh.put(s.section(w.say("payable"), s.Currency, "")...)
	first := sh.row + 1
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
		sh.put(s.text(w.say(x.key)), s.text(""), s.money(x.amount))
	}
	sh.put(s.totalText(w.say("payable")), s.totalText(""),
		s.sum(s.styles.totalMoney, fmt.Sprintf("SUM(C%d:C%d)", first, sh.row), s.Pay.Payable))
	sh.mark("payable_sum", 3, int64(s.Pay.Payable), 2)
	if s.Pay.Payable < 0 { // the big figure is what the partner owes
		sh.mark("payable", 3, int64(s.Pay.Payable), 2)
	}
	if s.Pay.CarriedOut != 0 {
		sh.put(s.text(w.say("carried_out")), s.text(""), s.money(s.Pay.CarriedOut))
	}
	for _, e := range s.Entries {
		reason := e.ID + " · " + e.Reason // who entered it, and our file, are not the partner's
		sh.tall(lineHeight((len([]rune(reason))+37)/38), s.styled(s.styles.noteWrapped, reason), cell{}, s.money(e.Amount),
			s.note(e.Date.Format(w.say("day_format"))))
	}
}

func (s statement) summaryPoints(sh *sheet) {
	w := s.words
	sh.put(s.section(w.say("status_points"), "", "")...)
	top, first := sh.row, sh.row+1
	sh.put(s.text(w.say("by_amount")), s.text(""), s.number(s.Balance.ByAmount))
	sh.put(s.text(fmt.Sprintf(w.say("by_certificate"), s.Balance.Certifications)), s.text(""),
		s.number(s.Balance.ByCertificate))
	sh.put(s.text(w.say("by_bonus")), s.text(""), s.number(s.Balance.ByBonus))
	sh.put(s.totalText(w.say("status_points")), s.totalText(""),
		s.count(s.styles.totalNumber, fmt.Sprintf("SUM(C%d:C%d)", first, sh.row), s.Balance.Status))
	sh.mark("status_points", 3, s.Balance.Status, 0)
	if s.Pay.NextLevel != "" && !s.Pay.Unasked {
		s.levelChart(sh, top, first)
	}
	s.nextLevel(sh)
	sh.skip(1)
	sh.put(s.section(w.say("spendable"), "", "")...)
	opening := s.Balance.Spendable - s.Balance.Earned + s.Balance.Redeemed + s.Balance.Expired
	first = sh.row + 1
	for _, x := range []struct {
		key    string
		points int64
	}{
		{"opening", opening},
		{"gained", s.Balance.Earned},
		{"redeemed", -s.Balance.Redeemed},
		{"lapsed", -s.Balance.Expired},
	} {
		sh.put(s.text(w.say(x.key)), s.text(""), s.number(x.points))
	}
	sh.put(s.totalText(w.say("spendable")), s.totalText(""),
		s.count(s.styles.totalNumber, fmt.Sprintf("SUM(C%d:C%d)", first, sh.row), s.Balance.Spendable))
	sh.mark("spendable_points", 3, s.Balance.Spendable, 0)
	sh.put(s.text(w.say("spendable_value")), s.text(s.Currency), s.money(s.Balance.SpendableValue))
	s.expiring(sh)
}

// expiring shows what lapses within 90 days, and when that begins. The points sheet has all days.
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
	sh.put(s.text(s.words.say("expiring")), s.text(""), s.number(sum), s.note(note))
	sh.mark("expiring_points", 3, sum, 0)
}

// levelChart draws the parts of the status points and what the next level needs in addition. It
// uses the three figures above the total and the one below the heading of what is missing.
func (s statement) levelChart(sh *sheet, top, first int) {
	if s.Balance.Status+s.Pay.PointsMissing == 0 {
		return
	}
	at := reference(sh.name)
	title := fmt.Sprintf(s.words.say("chart_level"), s.words.value(s.Pay.NextLevel))
	colors := []string{s.styles.accent, "6F94C9", "B7C7E2", "E3E6EB"}
	var series []excelize.ChartSeries
	for i, row := range [][2]int{{first, first}, {first + 1, first + 1}, {first + 2, first + 2}, {first + 5, first + 6}} {
		series = append(series, excelize.ChartSeries{
			Name:   fmt.Sprintf("%s$A$%d", at, row[0]),
			Values: fmt.Sprintf("%s$C$%d", at, row[1]),
			Fill:   fill(colors[i]),
		})
	}
	heading := excelize.RichTextRun{Text: title, Font: &excelize.Font{Size: 10, Bold: true}}
	parts := fmt.Sprintf(s.words.say("has_of"), s.Balance.Status, s.Balance.Status+s.Pay.PointsMissing)
	sh.chart(cellName(5, top), heading, excelize.Chart{
		Type:      excelize.BarStacked,
		Series:    series,
		Legend:    excelize.ChartLegend{Position: "bottom"},
		XAxis:     excelize.ChartAxis{None: true},
		YAxis:     excelize.ChartAxis{Minimum: new(float64)}, // a part looks as large as it is
		Dimension: overCells(4, 12),                          // E to H, where the page ends
		Format:    excelize.GraphicOptions{AltText: title + ": " + parts},
	})
}

// overCells is the size of a chart over so many columns and rows. excelize assumes the default
// widths, and pins the chart to cells.
func overCells(columns, rows uint) excelize.ChartDimension {
	const usualWidth, usualHeight = 64, 20 // pixels
	return excelize.ChartDimension{Width: columns*usualWidth - 1, Height: rows*usualHeight - 1}
}

// nextLevel shows what is missing for each requirement. Status points come first, as the chart
// expects.
func (s statement) nextLevel(sh *sheet) {
	w := s.words
	switch {
	case s.Pay.NextLevel != "" && s.Pay.Unasked:
		return
	case s.Pay.NextLevel == "":
		sh.put(s.text(w.say("top_level")), s.text(""), s.text(""))
		return
	}
	sh.skip(1)
	sh.put(s.section(fmt.Sprintf(w.say("missing_for"), w.value(s.Pay.NextLevel)), "", "")...)
	row := func(what, has string, missing int64) { sh.put(s.text(what), s.text(has), s.number(missing)) }
	hasOf := func(has, needs int64) string { return fmt.Sprintf(w.say("has_of"), has, needs) }
	const points = "status_points"
	if s.Pay.PointsMissing == 0 {
		row(w.value(points), "", 0)
	} else {
		row(w.value(points), hasOf(s.Balance.Status, s.Balance.Status+s.Pay.PointsMissing), s.Pay.PointsMissing)
	}
	for _, g := range s.Gaps {
		if g.Requirement != points {
			row(strings.TrimSpace(w.value(g.Requirement)+" "+w.value(g.Category)), hasOf(g.Has, g.Needs), g.Needs-g.Has)
		}
	}
}
