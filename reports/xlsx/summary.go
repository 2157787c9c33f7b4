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

// summaryWidths fill the width of a page: the totals of the incentives need eight columns, everything else stands in
// the left four and the right four.
var summaryWidths = []float64{20, 7, 13.5, 13, 7, 13.5, 12, 10}

func (s statement) summary() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_summary"), widths: summaryWidths, gridless: true, titled: true,
		onePage: true})
	s.letterhead(sh)
	sh.put(s.styled(s.styles.subtitle, w.say("statement")+" · "+w.month(s.Month.Time)))
	sh.notes(s.standingNote(s.Edition))
	if s.Replaces > 0 {
		sh.notes(fmt.Sprintf(w.say("replaces_note"), s.Replaces))
	}
	sh.skip(1)
	s.papers(sh)
	s.whose(sh)
	sh.skip(1)
	s.letter(sh)
	s.pointsOnTop(sh)
	s.summaryPayable(sh)
	sh.skip(1)
	s.summaryModules(sh)
	sh.skip(1)
	s.beside(sh, s.summaryPay, s.spendable)
	sh.skip(1)
	s.summarySteps(sh)
	s.summaryPoints(sh)
}

// papers says of a final statement its number, the day it was issued, and the day it is paid where something is.
func (s statement) papers(sh *sheet) {
	if !s.Final {
		return
	}
	w := s.words
	sh.put(s.label(w.say("statement_number")), s.bold(s.Number(s.Month.Time, s.Partner.ID)))
	row := []cell{s.label(w.say("issued_on")), s.bold(s.date(s.Issued))}
	if !s.Due.IsZero() && s.Pay.Payable > 0 {
		row = append(row, cell{}, s.label(w.say("paid_on")), s.bold(s.date(s.Due)))
	}
	sh.put(row...)
}

// whose says whose statement it is. A name can be long.
func (s statement) whose(sh *sheet) {
	w := s.words
	one := func(label, value string) {
		for i, line := range paragraph(value, sh.width()-room(summaryWidths[0]), 10*boldness) {
			if i > 0 {
				label = ""
			}
			sh.put(s.label(label), s.bold(line))
		}
	}
	one(w.say("partner"), s.Partner.Name)
	sh.put(s.label(w.say("partner_id")), s.bold(s.Partner.ID), cell{}, s.label(w.say("level")),
		s.bold(w.value(s.Pay.Level)))
	one(w.say("place"), strings.Trim(s.Partner.Town+", "+s.Partner.Country, ", "))
	one(w.say("modules"), s.words.values(s.Partner.Modules, ", "))
	one(w.say("programme"), s.Programme+" · "+s.RulesHash)
}

// newPoints are the points of the month where no money is earned, paid or carried; otherwise zero.
func (s statement) newPoints() (sum int64) {
	if s.Pay.Earned != 0 || s.Pay.Payable != 0 || s.Pay.CarriedOut != 0 {
		return 0
	}
	for _, m := range s.Modules {
		sum += m.Points
	}
	return sum
}

// pointsOnTop leads with the points where no money is earned.
func (s statement) pointsOnTop(sh *sheet) {
	points := s.newPoints()
	if points == 0 {
		return
	}
	sh.tall(22, s.styled(s.styles.big, s.words.say("new_points")), s.styled(s.styles.big, ""),
		s.count(s.styles.bigOf[0], "", points), s.styled(s.styles.big, ""))
	sh.merge(3, 4)
	sh.mark("new_points", 3, points, 0)
	sh.notes(fmt.Sprintf(s.words.say("to_spend"), s.words.fixed(s.Balance.Spendable, 0),
		s.words.fixed(s.Balance.Status, 0)))
	sh.skip(1)
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
	note := fmt.Sprintf(w.say("paid_in"), p.PaidCurrency)
	small := func(label, code string, amount cell) {
		sh.put(s.label(label), s.bold(code), amount, s.styled(s.styles.money, ""))
		sh.merge(3, 4)
	}
	big := func(code string, amount cell) {
		if s.newPoints() != 0 {
			amount.style = s.moneyIn(code)
			small(w.say(name), code, amount)
			return
		}
		sh.tall(22, s.styled(s.styles.big, w.say(name)), s.styled(s.styles.big, code), amount,
			s.styled(s.styles.big, ""))
		sh.merge(3, 4)
	}
	own := p.Currency != s.Currency && (p.OwnRate != 0 || p.OwnUnknown)
	switch {
	case own && p.PaidCurrency == p.Currency:
		big(p.Currency, theirs(s.styles.bigOf[places]))
		small(fmt.Sprintf(w.say("payable_in"), s.Currency), s.Currency, ours(s.styles.money))
		sh.mark(name, 3, int64(sign*p.Payable), 2)
	default:
		big(s.Currency, ours(s.styles.bigMoney))
		sh.mark(name, 3, int64(sign*p.Payable), 2)
		if own {
			small(w.say("payable_own"), p.Currency, theirs(s.styles.moneyOf[places]))
		}
	}
	switch {
	case own && p.OwnUnknown:
		note += " " + fmt.Sprintf(w.say("no_rate"), p.Currency)
	case own && p.RateDate.IsZero(): // months that were closed without the day
		note += " " + fmt.Sprintf(w.say("at_rate"), p.Currency, w.decimal(int64(p.OwnRate), 9), s.Currency)
	case own:
		note += " " + fmt.Sprintf(w.say("at_rate_of"), p.Currency, w.decimal(int64(p.OwnRate), 9), s.Currency,
			s.date(p.RateDate))
	}
	sh.notes(note)
}

// letterhead has the logo on the left, the vendor's name and address, and the workbook's status
// on the right, or below a long name.
func (s statement) letterhead(sh *sheet) {
	style := s.styles.draft
	if s.Final {
		style = s.styles.final
	}
	name, standing := []cell{s.styled(s.styles.title, s.Vendor), {}}, s.styled(style, s.standing(s.Edition))
	if len(s.Logo) > 0 {
		name = []cell{{}, s.styled(s.styles.title, s.Vendor)}
	}
	if textWidth(s.Vendor, 18*boldness)+textWidth(standing.text, 14*boldness) < sh.width()-room(summaryWidths[0]) {
		sh.tall(26, append(name, cell{}, cell{}, cell{}, cell{}, cell{}, standing)...)
	} else {
		sh.tall(26, name...)
		sh.tall(20, cell{}, cell{}, cell{}, cell{}, cell{}, cell{}, cell{}, standing)
	}
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
	size, err := logoScale(s.Logo, 135, 60) // column A
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
	if len(s.Modules) == 0 {
		return
	}
	title := s.section("", "", w.say("this_month"), "", "", w.say("year_to_date"), "", "")
	title[1] = cell{}
	sh.put(title...)
	heads := s.heads("module", ">line_count", ">base", ">earned", ">points", ">base", ">earned", ">points")
	sh.tall(headHeight(heads, summaryWidths), heads...)
	first := sh.row + 1
	var t reports.IncentiveTotal
	month, year := bases{names: s.names}, bases{names: s.names}
	for _, m := range s.Modules {
		sh.put(s.word(m.Incentive), s.number(m.Lines), s.money(m.Base), s.money(m.Earned), s.number(m.Points),
			s.money(m.YearBase), s.money(m.YearEarned), s.number(m.YearPoints))
		t.Lines, t.Earned, t.Points = t.Lines+m.Lines, t.Earned+m.Earned, t.Points+m.Points
		month.add(m.Incentive, m.Base)
		year.add(m.Incentive, m.YearBase)
		t.YearEarned, t.YearPoints = t.YearEarned+m.YearEarned, t.YearPoints+m.YearPoints
	}
	total := sh.total(8, first)
	total.count(1, t.Lines)
	total.base(2, month)
	total.sum(3, t.Earned)
	total.count(4, t.Points)
	total.base(5, year)
	total.sum(6, t.YearEarned)
	total.count(7, t.YearPoints)
	sh.put(total.cells...)
	sh.mark("earned", 4, int64(s.Pay.Earned), 2)
}
