package xlsx

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Every sheet is printed on A4, fitted to the width of the page. Columns are chosen so that this leaves the figures at
// eight points or more.

// Inches of the paper and of its margins.
const (
	tall, broad = 11.69, 8.27
	side, end   = 0.3, 0.6
	running     = 0.3 // of header and footer
	inch        = 72  // points
	dots        = 96  // pixels of an inch
)

// columnWidths is written here because excelize copies all columns for each of them, which takes
// longer than forty rows.
func columnWidths(widths []float64) string {
	var text strings.Builder
	text.WriteString("<cols>")
	for i, width := range widths {
		fmt.Fprintf(&text, `<col min="%d" max="%d" width="%v" customWidth="1"/>`, i+1, i+1, width)
	}
	text.WriteString("</cols>")
	return text.String()
}

func (b *workbook) layOut(s setup) {
	if b.err != nil {
		return
	}
	fit, one, many := true, 1, 0
	if s.onePage {
		many = 1
	}
	paper, orientation := 9, "portrait" // A4
	if s.landscape {
		orientation = "landscape"
	}
	row := usualRow
	b.check(b.f.SetSheetProps(s.title, &excelize.SheetPropsOptions{FitToPage: &fit, DefaultRowHeight: &row,
		CustomHeight: &fit}))
	b.check(b.f.SetPageLayout(s.title, &excelize.PageLayoutOptions{
		Size:        &paper,
		Orientation: &orientation,
		FitToWidth:  &one,
		FitToHeight: &many,
	}))
	b.margins(s.title, end)
	header := b.printedOver()
	if s.frozen > 0 || s.titled { // the page says it by itself
		header = ""
	}
	face := `&"` + b.styles.face + `,Regular"&8`
	b.check(b.f.SetHeaderFooter(s.title, &excelize.HeaderFooterOptions{
		OddHeader: header,
		OddFooter: "&L" + face + "&F&C" + face + "&A&R" + face + "&P / &N",
	}))
	show := !s.gridless
	b.check(b.f.SetSheetView(s.title, 0, &excelize.ViewOptions{ShowGridLines: &show}))
	b.freeze(s.title, s.frozen)
}

// freeze keeps the first rows of a sheet in view, and repeats them on every page.
func (b *workbook) freeze(title string, rows int) {
	if rows == 0 || b.err != nil {
		return
	}
	b.check(b.f.SetPanes(title, &excelize.Panes{
		Freeze:      true,
		YSplit:      rows,
		TopLeftCell: "A" + strconv.Itoa(rows+1),
		ActivePane:  "bottomLeft",
	}))
	b.check(b.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: title,
		RefersTo: fmt.Sprintf("%s$1:$%d", reference(title), rows)}))
}

// margins are narrow, which keeps the figures large.
func (b *workbook) margins(title string, bottom float64) {
	left, top, edge := side, end, running
	b.check(b.f.SetPageMargins(title, &excelize.PageLayoutMarginsOptions{
		Left: &left, Right: &left, Top: &top, Bottom: &bottom, Header: &edge, Footer: &edge,
	}))
}

// done ends the sheet; nil is none. The next sheet and write call it.
func (s *sheet) done() {
	if s == nil || s.err != nil {
		return
	}
	widths := s.widened()
	s.workbook.widths[len(s.workbook.widths)-1] = columnWidths(widths)
	if s.printed > 0 {
		s.check(s.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", Scope: s.name,
			RefersTo: fmt.Sprintf("%s$A$1:$%s$%d", reference(s.name), columnNames[s.printed-1], s.row)}))
		widths = widths[:s.printed]
	}
	if !s.setup.onePage {
		s.margins(s.name, s.bottom(widths))
	}
	s.check(s.sw.Flush())
}

// width is what is printed of a sheet, in points.
func (s *sheet) width() (points float64) {
	widths := s.setup.widths
	if s.printed > 0 {
		widths = widths[:s.printed]
	}
	for _, w := range widths {
		points += (w*character + besides) * pixel
	}
	return points - 2*besides
}

// notes writes a text that can be longer than the page is wide, in as many rows as it takes.
func (s *sheet) notes(text string) {
	for _, line := range paragraph(text, s.width(), tableFont) {
		s.put(s.note(line))
	}
}

// merge makes one cell of some in the last row, for a number that is wider than its column.
func (s *sheet) merge(first, last int) {
	if s.err == nil {
		s.check(s.sw.MergeCell(cellName(first, s.row), cellName(last, s.row)))
	}
}

// widened are the widths of the columns, each wide enough for its numbers.
func (s *sheet) widened() []float64 {
	widths := append([]float64(nil), s.setup.widths...)
	for i := range widths {
		if least := (s.need[i]/pixel + 9 - besides) / character; s.need[i] > 0 && widths[i] < least {
			widths[i] = float64(int(least*4)+1) / 4
		}
	}
	return widths
}

// narrow takes from the widest columns of texts what the printed columns have too much for eight points: the words of
// a heading in another language can need more than was planned.
func (s *setup) narrow(least []float64) {
	printed := len(s.widths)
	if s.printed > 0 {
		printed = s.printed
	}
	const room = 1165 // pixels of a page in landscape, at eight points, and a little for large numbers
	for sum := pixels(s.widths[:printed]); s.landscape && sum > room; sum = pixels(s.widths[:printed]) {
		at, most := -1, 0.0
		for i := range printed {
			if spare := s.widths[i] - least[i]; spare > 0.5 && s.widths[i] > most {
				at, most = i, s.widths[i]
			}
		}
		if at < 0 {
			return
		}
		s.widths[at] -= 0.5
	}
}

// pixels is how wide columns are together.
func pixels(widths []float64) (sum float64) {
	for _, w := range widths {
		sum += w*character + besides
	}
	return sum
}

// page is what a page holds of a sheet below its repeated rows, in points of the sheet.
func (s *sheet) page(widths []float64, bottom float64) (room float64, repeated int) {
	width, height := broad, tall
	if s.setup.landscape {
		width, height = tall, broad
	}
	scale := min(1, (width-2*side)*dots/max(pixels(widths), 1))
	room = (height - end - bottom) * inch / scale
	repeated = min(s.setup.frozen, len(s.heights))
	for _, h := range s.heights[:repeated] {
		room -= h
	}
	return room, repeated
}

// keep leaves rows empty where what follows, so many points high, would go over the end of a page.
func (s *sheet) keep(points float64) {
	room, repeated := s.page(s.widened(), end)
	filled := 0.0
	for _, h := range s.heights[repeated:] {
		if filled+h > room {
			filled = 0
		}
		filled += h
	}
	if filled+points > room {
		s.skip(int((room-filled)/usualRow) + 8) // other programs break a page a little later
	}
}

// bottom is the lower margin at which no page has a single row: a larger one moves more rows to the last page.
func (s *sheet) bottom(widths []float64) float64 {
	for bottom := end; bottom < 2*end; bottom += 0.15 {
		if page, repeated := s.page(widths, bottom); lastPage(s.heights[repeated:], page) != 1 {
			return bottom
		}
	}
	return end
}

// lastPage is the number of rows on the last page, or zero if there is only one page.
func lastPage(heights []float64, page float64) int {
	pages, rows, filled := 1, 0, 0.0
	for _, h := range heights {
		if filled+h > page && rows > 0 {
			pages, rows, filled = pages+1, 0, 0
		}
		rows, filled = rows+1, filled+h
	}
	if pages == 1 {
		return 0
	}
	return rows
}
