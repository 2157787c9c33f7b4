package xlsx

import "strings"

// How wide a text is decides how high its row is, and how wide a column has to be. Widths are those of Arial, which
// Helvetica and Liberation Sans share, in thousandths of the size of the font.

// advances are the widths of the characters from the blank to the tilde.
var advances = [95]uint16{
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
	333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
	556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
}

// thousandths is the width of a character. Letters with marks are as wide as most are, and what is written in squares
// is as wide as its size.
func thousandths(r rune) int {
	switch {
	case r >= ' ' && int(r-' ') < len(advances):
		return int(advances[r-' '])
	case r == '\u00a0' || r == '\u202f':
		return 278
	case r >= 0xC0 && r <= 0xDE:
		return 722
	case r >= 0x1100:
		if r >= 0x2E80 {
			return 1000
		}
		return 611
	case r >= 0x370:
		return 760
	}
	return 584
}

const (
	tableFont = 9.0    // points, of the cells of tables
	boldness  = 1.07   // how much wider a bold text is at most
	textLine  = 11.5   // height of a line of that font
	usualRow  = 13.0   // height of a row with one
	character = 7.0    // pixels of a unit of column width
	besides   = 5.0    // pixels of a column besides
	pixel     = 0.75   // points
	padding   = 13.0   // pixels left free in a cell, with its indent
	tallest   = 409.0  // points; Excel has no higher row
	inkless   = 1.0    // points above and below
	thousand  = 1000.0 // of the widths above
)

// textWidth is the width of a line of text in points.
func textWidth(text string, size float64) float64 { //nolint // a width, and no money
	sum := 0
	for _, r := range text {
		sum += thousandths(r)
	}
	return float64(sum) * size / thousand
}

// room is how much of a column a text can fill, in points.
func room(width float64) float64 { return (width*character + besides - padding) * pixel }

// wrapped says how many lines a text takes in so much room. A word that is too long is broken.
func wrappedLines(text string, room, size float64) (lines int) {
	limit := int(room / size * thousand)
	for line := range strings.SplitSeq(text, "\n") {
		lines++
		at, word := 0, 0
		for _, r := range line {
			w := thousandths(r)
			if r == ' ' {
				at, word = at+word+w, 0
				continue
			}
			word += w
			switch {
			case at+word <= limit:
			case at > 0 && word <= limit: // the word begins the next line
				lines, at = lines+1, 0
			case word > limit: // it is broken
				lines, at, word = lines+1, 0, w
			}
		}
	}
	return lines
}

// paragraph cuts a text into lines of so much room.
func paragraph(text string, room, size float64) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		longer := strings.TrimPrefix(line+" "+word, " ")
		if line != "" && textWidth(longer, size) > room {
			lines, longer = append(lines, line), word
		}
		line = longer
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// numberWidth is the width in points of a number with separators of thousands and so many places at least.
func numberWidth(units int64, scale, places int, size float64) float64 {
	digits, sum := 0, 0
	if units < 0 {
		sum, units = int(advances['-'-' ']), -units
	}
	for rest := units; rest > 0; rest /= 10 {
		digits++
	}
	whole := max(digits-scale, 1)
	behind := max(scale, places)
	sum += (whole+behind)*int(advances['0'-' ']) + (whole-1)/3*int(advances[','-' '])
	if behind > 0 {
		sum += int(advances['.'-' '])
	}
	return float64(sum) * size / thousand
}
