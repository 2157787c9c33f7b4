package xlsx

import "github.com/xuri/excelize/v2"

// styles are the looks a workbook uses, by what they are for.
type styles struct {
	title, subtitle, draft, final, note, section                  int
	banner, bannerDraft                                           int
	label, value, big, bigMoney                                   int
	head, headRight, text, wrapped, date, number, money, quantity int
	percent, fxRate, totalText, totalMoney, totalNumber           int
}

const (
	ink    = "1F2A44"
	accent = "24508C"
	pale   = "E9EEF6"
	grey   = "6B7280"
	warn   = "B42318"
	face   = "Arial"
)

// newStyles registers every style once. The order is fixed, so that the same
// workbook has the same style numbers.
func newStyles(f *excelize.File, dateFormat string) (styles, error) {
	var s styles
	var failed error
	add := func(style excelize.Style) int {
		id, err := f.NewStyle(&style)
		if err != nil && failed == nil {
			failed = err
		}
		return id
	}
	font := func(size float64, bold bool, color string) *excelize.Font {
		return &excelize.Font{Family: face, Size: size, Bold: bold, Color: color}
	}
	top := &excelize.Alignment{Vertical: "top"}
	left := &excelize.Alignment{Horizontal: "left", Vertical: "top", Indent: 1} // clear of the number before it
	amount, whole, quantity, percent := "#,##0.00;[Red]-#,##0.00", "#,##0;[Red]-#,##0", "#,##0.###", "0.00##%"
	line := []excelize.Border{{Type: "bottom", Color: "D5DBE5", Style: 1}}
	double := []excelize.Border{{Type: "top", Color: ink, Style: 1}, {Type: "bottom", Color: ink, Style: 6}}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	right := &excelize.Alignment{Horizontal: "right", Vertical: "top"}

	s.title = add(excelize.Style{Font: font(18, true, accent)})
	s.subtitle = add(excelize.Style{Font: font(12, false, ink)})
	s.draft = add(excelize.Style{Font: font(14, true, warn), Alignment: &excelize.Alignment{Horizontal: "right"}})
	s.final = add(excelize.Style{Font: font(14, true, accent), Alignment: &excelize.Alignment{Horizontal: "right"}})
	s.banner = add(excelize.Style{Font: font(10, true, accent)})
	s.bannerDraft = add(excelize.Style{Font: font(10, true, warn)})
	s.note = add(excelize.Style{Font: font(9, false, grey), Alignment: top})
	s.section = add(excelize.Style{Font: font(11, true, accent), Border: []excelize.Border{{Type: "bottom", Color: accent, Style: 2}}})
	s.label = add(excelize.Style{Font: font(10, false, grey), Alignment: top})
	s.value = add(excelize.Style{Font: font(10, true, ink), Alignment: top})
	s.big = add(excelize.Style{Font: font(14, true, ink), Fill: fill(pale)})
	s.bigMoney = add(excelize.Style{Font: font(14, true, ink), Fill: fill(pale), CustomNumFmt: &amount, Alignment: &excelize.Alignment{Horizontal: "right"}})
	s.head = add(excelize.Style{Font: font(9, true, "FFFFFF"), Fill: fill(accent), Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "center", WrapText: true, Indent: 1}})
	s.headRight = add(excelize.Style{Font: font(9, true, "FFFFFF"), Fill: fill(accent), Alignment: &excelize.Alignment{Horizontal: "right", Vertical: "center", WrapText: true}})
	s.text = add(excelize.Style{Font: font(9, false, ink), Border: line, Alignment: left})
	s.wrapped = add(excelize.Style{Font: font(9, false, ink), Border: line, Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "top", WrapText: true, Indent: 1}})
	s.date = add(excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &dateFormat, Alignment: left})
	s.number = add(excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &whole, Alignment: right})
	s.money = add(excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &amount, Alignment: right})
	s.quantity = add(excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &quantity, Alignment: right})
	s.percent = add(excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &percent, Alignment: right})
	fx := "0.00####"
	s.fxRate = add(excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &fx, Alignment: right})
	s.totalText = add(excelize.Style{Font: font(9, true, ink), Border: double, Alignment: left})
	s.totalMoney = add(excelize.Style{Font: font(9, true, ink), Border: double, CustomNumFmt: &amount, Alignment: right})
	s.totalNumber = add(excelize.Style{Font: font(9, true, ink), Border: double, CustomNumFmt: &whole, Alignment: right})
	return s, failed
}
