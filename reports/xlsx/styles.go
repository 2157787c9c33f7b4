package xlsx

import (
	"cmp"
	"encoding/xml"
	"sync"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

// styles are the looks a workbook uses, by what they are for.
type styles struct {
	accent string        // colour of headings and charts
	axis   excelize.Font // of a chart's figures

	title, subtitle, draft, final, note, noteWrapped, section     int
	banner, bannerDraft                                           int
	label, value, big, bigMoney                                   int
	head, headRight, text, wrapped, date, number, money, quantity int
	percent, fxRate, totalText, totalMoney, totalNumber           int
}

const (
	ink       = "1F2A44"
	blue      = "24508C"
	pale      = "E9EEF6"
	grey      = "6B7280"
	warn      = "B42318"
	usualFace = "Arial"
)

// looks are styles as they have been registered once, with the sheet of styles that a
// workbook then has: the same in every workbook of one letterhead and language.
type looks struct {
	styles styles
	first  *excelize.File
	part   []byte // the sheet of styles as it stands in a workbook
}

var known sync.Map // of accent, face and date format

// stylesOf gives a new workbook its looks.
func stylesOf(f *excelize.File, head reports.Letterhead, dateFormat string) (looks, error) {
	key := head.Accent + "\x00" + head.Font + "\x00" + dateFormat
	found, ok := known.Load(key)
	if !ok {
		first := excelize.NewFile()
		s, err := newStyles(first, head, dateFormat)
		if err != nil {
			return looks{}, err
		}
		part, err := xml.Marshal(first.Styles)
		if err != nil {
			return looks{}, err
		}
		found, _ = known.LoadOrStore(key, looks{s, first, append([]byte(xml.Header), part...)})
	}
	l := found.(looks)
	f.Styles = l.first.Styles // nothing registers a style after this, so many can read it at once
	return l, nil
}

// newStyles registers every style once. The order is fixed, so that the same
// workbook has the same style numbers.
func newStyles(f *excelize.File, head reports.Letterhead, dateFormat string) (styles, error) {
	accent, face := cmp.Or(head.Accent, blue), cmp.Or(head.Font, usualFace)
	s := styles{accent: accent, axis: excelize.Font{Family: face, Size: 8, Color: grey}}
	var failed error
	add := func(name string, style excelize.Style) int {
		id, err := f.NewStyle(&style)
		if err != nil && failed == nil {
			failed = err
		}
		if err == nil {
			nameStyle(f, id, name)
		}
		return id
	}
	font := func(size float64, bold bool, color string) *excelize.Font {
		return &excelize.Font{Family: face, Size: size, Bold: bold, Color: color}
	}
	middle := &excelize.Alignment{Vertical: "center"}
	left := &excelize.Alignment{Horizontal: "left", Vertical: "center", Indent: 1} // clear of the number before it
	amount, whole, quantity, percent := "#,##0.00;[Red]-#,##0.00", "#,##0;[Red]-#,##0", "#,##0.###", "0.00##%"
	line := []excelize.Border{{Type: "bottom", Color: "D5DBE5", Style: 1}}
	double := []excelize.Border{{Type: "top", Color: ink, Style: 1}, {Type: "bottom", Color: ink, Style: 6}}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	right := &excelize.Alignment{Horizontal: "right", Vertical: "center"}

	s.title = add("Statement title", excelize.Style{Font: font(18, true, accent)})
	s.subtitle = add("Statement subtitle", excelize.Style{Font: font(12, false, ink)})
	s.draft = add("Statement draft", excelize.Style{Font: font(14, true, warn), Alignment: &excelize.Alignment{Horizontal: "right"}})
	s.final = add("Statement final", excelize.Style{Font: font(14, true, accent), Alignment: &excelize.Alignment{Horizontal: "right"}})
	s.banner = add("Statement banner", excelize.Style{Font: font(10, true, accent)})
	s.bannerDraft = add("Statement bannerDraft", excelize.Style{Font: font(10, true, warn)})
	s.note = add("Statement note", excelize.Style{Font: font(9, false, grey), Alignment: middle})
	s.noteWrapped = add("Statement noteWrapped", excelize.Style{Font: font(9, false, grey), Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}})
	s.section = add("Statement section", excelize.Style{Font: font(11, true, accent), Border: []excelize.Border{{Type: "bottom", Color: accent, Style: 2}}})
	s.label = add("Statement label", excelize.Style{Font: font(10, false, grey), Alignment: middle})
	s.value = add("Statement value", excelize.Style{Font: font(10, true, ink), Alignment: middle})
	s.big = add("Statement big", excelize.Style{Font: font(14, true, ink), Fill: fill(pale)})
	s.bigMoney = add("Statement bigMoney", excelize.Style{Font: font(14, true, ink), Fill: fill(pale), CustomNumFmt: &amount, Alignment: &excelize.Alignment{Horizontal: "right"}})
	s.head = add("Statement head", excelize.Style{Font: font(9, true, "FFFFFF"), Fill: fill(accent), Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "center", WrapText: true, Indent: 1}})
	s.headRight = add("Statement headRight", excelize.Style{Font: font(9, true, "FFFFFF"), Fill: fill(accent), Alignment: &excelize.Alignment{Horizontal: "right", Vertical: "center", WrapText: true}})
	s.text = add("Statement text", excelize.Style{Font: font(9, false, ink), Border: line, Alignment: left})
	s.wrapped = add("Statement wrapped", excelize.Style{Font: font(9, false, ink), Border: line, Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "center", WrapText: true, Indent: 1}})
	s.date = add("Statement date", excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &dateFormat, Alignment: left})
	s.number = add("Statement number", excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &whole, Alignment: right})
	s.money = add("Statement money", excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &amount, Alignment: right})
	s.quantity = add("Statement quantity", excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &quantity, Alignment: right})
	s.percent = add("Statement percent", excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &percent, Alignment: right})
	fx := "0.00####"
	s.fxRate = add("Statement fxRate", excelize.Style{Font: font(9, false, ink), Border: line, CustomNumFmt: &fx, Alignment: right})
	s.totalText = add("Statement totalText", excelize.Style{Font: font(9, true, ink), Border: double, Alignment: left})
	s.totalMoney = add("Statement totalMoney", excelize.Style{Font: font(9, true, ink), Border: double, CustomNumFmt: &amount, Alignment: right})
	s.totalNumber = add("Statement totalNumber", excelize.Style{Font: font(9, true, ink), Border: double, CustomNumFmt: &whole, Alignment: right})
	return s, failed
}

// nameStyle gives a look a name, so that whoever opens the workbook finds it in the
// list of styles and can change it everywhere at once.
func nameStyle(f *excelize.File, id int, name string) {
	look := f.Styles.CellXfs.Xf[id]
	master := len(f.Styles.CellStyleXfs.Xf)
	f.Styles.CellXfs.Xf[id].XfID = &master
	look.XfID = nil
	f.Styles.CellStyleXfs.Xf = append(f.Styles.CellStyleXfs.Xf, look)
	f.Styles.CellStyleXfs.Count = len(f.Styles.CellStyleXfs.Xf)
	named := *f.Styles.CellStyles.CellStyle[0]
	named.Name, named.XfID, named.BuiltInID = name, master, nil
	f.Styles.CellStyles.CellStyle = append(f.Styles.CellStyles.CellStyle, &named)
	f.Styles.CellStyles.Count = len(f.Styles.CellStyles.CellStyle)
}
