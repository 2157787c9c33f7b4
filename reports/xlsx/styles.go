package xlsx

import (
	"cmp"
	"encoding/xml"
	"strconv"
	"strings"
	"sync"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
	"tranche/reports/currency"
)

// styles are the numbers of a workbook's styles, by use.
type styles struct {
	face   string        // the one typeface
	accent string        // colour of headings and charts
	axis   excelize.Font // of charts

	title, subtitle, draft, final, note, section                 int
	banner, bannerDraft, verdict, alarm, sentence                int
	label, value, big, bigMoney, unseen                          int
	head, headRight, text, single, date, number, money, quantity int
	percent, fxRate, totalText, totalMoney, totalNumber          int

	moneyOf, bigOf [currency.Most + 1]int // an amount in a currency of so many decimals
}

const (
	ink       = "1F2A44"
	blue      = "24508C"
	pale      = "E9EEF6"
	grey      = "6B7280"
	warn      = "B42318"
	usualFace = "Arial"
)

// looks are registered styles and their XML. Workbooks of one letterhead and language share them.
type looks struct {
	styles styles
	first  *excelize.File
	part   []byte // the XML
}

var known sync.Map // of accent, face and date format

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
	f.Styles = l.first.Styles // safe to share: no style is registered after this
	return l, nil
}

// newStyles registers every style in a fixed order, so that style numbers do not change.
func newStyles(f *excelize.File, head reports.Letterhead, dateFormat string) (styles, error) {
	accent, face := cmp.Or(head.Accent, blue), cmp.Or(head.Font, usualFace)
	// Cells without a style and the units of column widths go by the first font of a workbook.
	usual, size := f.Styles.Fonts.Font[0], 10.0
	usual.Name.Val, usual.Sz.Val, usual.Scheme = &face, &size, nil
	s := styles{face: face, accent: accent, axis: excelize.Font{Family: face, Size: 8, Color: grey}}
	var failed error
	add := func(name string, size float64, bold bool, color string, more excelize.Style) int {
		more.Font = &excelize.Font{Family: face, Size: size, Bold: bold, Color: color}
		id, err := f.NewStyle(&more)
		if failed = cmp.Or(failed, err); err == nil {
			nameStyle(f, id, "Statement "+name)
		}
		return id
	}
	atRight := &excelize.Alignment{Horizontal: "right"}
	left := &excelize.Alignment{Horizontal: "left", Vertical: "center", Indent: 1} // away from the number before it
	leftWrapped := &excelize.Alignment{Horizontal: "left", Vertical: "center", WrapText: true, Indent: 1}
	right := &excelize.Alignment{Horizontal: "right", Vertical: "center"}
	rightWrapped := &excelize.Alignment{Horizontal: "right", Vertical: "center", WrapText: true}
	amount, whole := moneyFormat(currency.Usual), moneyFormat(0)
	under := []excelize.Border{{Type: "bottom", Color: accent, Style: 2}}
	const white = "FFFFFF"

	s.addHeads(add, under)
	s.head = add("head", 9, true, white, excelize.Style{Fill: fill(accent), Alignment: leftWrapped})
	s.headRight = add("headRight", 9, true, white, excelize.Style{Fill: fill(accent), Alignment: rightWrapped})

	line := []excelize.Border{{Type: "bottom", Color: "D5DBE5", Style: 1}}
	value := func(name, format string, at *excelize.Alignment) int {
		style := excelize.Style{Border: line, Alignment: at}
		if format != "" {
			style.CustomNumFmt = &format
		}
		return add(name, 9, false, ink, style)
	}
	hidden := ";;;" // shows nothing
	s.unseen = add("unseen", 9, false, ink, excelize.Style{CustomNumFmt: &hidden})
	s.text = value("text", "", leftWrapped)
	s.single = value("single", "", left)
	s.date = value("date", dateFormat, left)
	s.number = value("number", whole, right)
	s.quantity = value("quantity", "#,##0.###", right)
	s.percent = value("percent", "0.00##%", right)
	s.fxRate = value("fxRate", "0.00####", right)
	double := []excelize.Border{{Type: "top", Color: ink, Style: 1}, {Type: "bottom", Color: ink, Style: 6}}
	s.totalText = add("totalText", 9, true, ink, excelize.Style{Border: double, Alignment: left})
	s.totalMoney = add("totalMoney", 9, true, ink, excelize.Style{Border: double, CustomNumFmt: &amount, Alignment: right})
	s.totalNumber = add("totalNumber", 9, true, ink,
		excelize.Style{Border: double, CustomNumFmt: &whole, Alignment: right})
	for places := range s.moneyOf {
		format := moneyFormat(places)
		s.moneyOf[places] = value("money"+strconv.Itoa(places), format, right)
		s.bigOf[places] = add("bigMoney"+strconv.Itoa(places), 14, true, ink,
			excelize.Style{Fill: fill(pale), CustomNumFmt: &format, Alignment: atRight})
	}
	s.money, s.bigMoney = s.moneyOf[currency.Usual], s.bigOf[currency.Usual]
	return s, failed
}

// addHeads registers the styles of what stands over and beside tables.
func (s *styles) addHeads(add func(string, float64, bool, string, excelize.Style) int, under []excelize.Border) {
	middle, atRight := &excelize.Alignment{Vertical: "center"}, &excelize.Alignment{Horizontal: "right"}
	plain, accent := excelize.Style{}, s.accent
	s.title = add("title", 18, true, accent, plain)
	s.subtitle = add("subtitle", 12, false, ink, plain)
	s.draft = add("draft", 14, true, warn, excelize.Style{Alignment: atRight})
	s.final = add("final", 14, true, accent, excelize.Style{Alignment: atRight})
	s.banner = add("banner", 10, true, accent, plain)
	s.bannerDraft = add("bannerDraft", 10, true, warn, plain)
	s.verdict = add("verdict", 11, true, "1B7F3B", excelize.Style{Alignment: middle})
	s.alarm = add("alarm", 11, true, warn, excelize.Style{Alignment: middle})
	s.sentence = add("sentence", 9, false, ink, excelize.Style{Alignment: middle})
	s.note = add("note", 9, false, grey, excelize.Style{Alignment: middle})
	s.section = add("section", 11, true, accent, excelize.Style{Border: under})
	s.label = add("label", 10, false, grey, excelize.Style{Alignment: middle})
	s.value = add("value", 10, true, ink, excelize.Style{Alignment: middle})
	s.big = add("big", 14, true, ink, excelize.Style{Fill: fill(pale)})
}

// moneyFormat is the format of an amount of so many decimals.
func moneyFormat(places int) string {
	digits := "#,##0" + strings.TrimSuffix("."+strings.Repeat("0", places), ".")
	return digits + ";[Red]-" + digits
}

func fill(color string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
}

// nameStyle names a style, so that users find it in Excel's list and can change it everywhere.
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
