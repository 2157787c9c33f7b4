package workbook

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"tranche/pipeline/ingest/framing"
)

// significant is how many digits of a number a workbook keeps. It stores 17, the last two of which are noise.
const significant = 15

// mostExponent is beyond what a number of a workbook can have.
const mostExponent = 400

// appendNumber appends a stored number as a plain decimal of at most 15 significant digits.
func appendNumber(out, text []byte) ([]byte, framing.Kind) {
	var d decimal
	switch {
	case !d.read(text):
		return append(out, text...), framing.CellError
	case d.point > significant:
		return append(out, text...), framing.LongNumber
	case len(d.digits) == 0:
		return append(out, '0'), framing.Number
	}
	if d.minus {
		out = append(out, '-')
	}
	if d.point <= 0 {
		out = append(out, "0."...)
		for range -d.point {
			out = append(out, '0')
		}
		return append(out, d.digits...), framing.Number
	}
	for i := range max(d.point, len(d.digits)) {
		if i == d.point {
			out = append(out, '.')
		}
		if i < len(d.digits) {
			out = append(out, d.digits[i])
		} else {
			out = append(out, '0')
		}
	}
	return out, framing.Number
}

// isPlain says that a number is stored as appendNumber would write it. Most are.
func isPlain(text []byte) bool {
	if len(text) > 0 && text[0] == '-' {
		text = text[1:]
	}
	last := len(text) - 1
	if last < 0 || last > significant || text[0] < '1' || text[0] > '9' {
		return false
	}
	point := -1
	for i, c := range text {
		switch {
		case c >= '0' && c <= '9':
		case c == '.' && point < 0:
			point = i
		default:
			return false
		}
	}
	if point < 0 {
		return last < significant
	}
	return text[last] != '0' && text[last] != '.'
}

// decimal is 0.DIGITS times ten to the power of point. The digits begin and end with another one than 0.
type decimal struct {
	minus  bool
	digits []byte
	point  int
	room   [significant + 1]byte
}

// read reads a number as XML writes it, such as -1.5 or 1.2E-7, and rounds it to 15 significant digits.
func (d *decimal) read(text []byte) bool {
	text, exponent, ok := cutExponent(text)
	if !ok {
		return false
	}
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		d.minus, text = text[0] == '-', text[1:]
	}
	d.digits = d.room[:0]
	seen, behind := false, false
	for _, c := range text {
		switch {
		case c == '.' && !behind:
			behind = true
			continue
		case c < '0' || c > '9':
			return false
		}
		seen = true
		if len(d.digits) > 0 || c != '0' {
			if len(d.digits) <= significant {
				d.digits = append(d.digits, c)
			}
			if !behind {
				d.point++
			}
		} else if behind {
			d.point--
		}
	}
	d.point += exponent
	d.round()
	if len(d.digits) == 0 {
		d.point = 0
	}
	return seen && d.point > -mostExponent
}

// cutExponent cuts E+20 off.
func cutExponent(text []byte) (rest []byte, exponent int, ok bool) {
	i := bytes.IndexAny(text, "eE")
	if i < 0 {
		return text, 0, true
	}
	n, err := strconv.Atoi(string(text[i+1:]))
	return text[:i], n, err == nil && n > -mostExponent && n < mostExponent
}

func (d *decimal) round() {
	if len(d.digits) > significant {
		up := d.digits[significant] >= '5'
		d.digits = d.digits[:significant]
		for i := significant - 1; up && i >= 0; i-- {
			up = d.digits[i] == '9'
			if up {
				d.digits[i] = '0'
			} else {
				d.digits[i]++
			}
		}
		if up {
			d.digits[0] = '1'
			d.point++
		}
	}
	d.digits = bytes.TrimRight(d.digits, "0")
}

// days turns serial numbers into days. Neighbouring rows often have the same one.
type days struct {
	from1904 bool
	last     string
	day      []byte
}

// lastSerial is 9999-12-31 in the system of 1900.
const lastSerial = 2_958_465

// appendDay appends the day of a number; the time of day is left out.
func (d *days) appendDay(out, number []byte) ([]byte, framing.Kind) {
	if len(d.day) > 0 && string(number) == d.last {
		return append(out, d.day...), framing.Day
	}
	start := len(out)
	out, kind := appendNumber(out, number)
	if kind != framing.Number {
		return out, kind
	}
	whole, _, _ := strings.Cut(string(out[start:]), ".")
	serial, err := strconv.Atoi(whole)
	day, ok := d.dayOf(serial)
	if err != nil || !ok || whole[0] == '-' {
		return out, framing.NoDay
	}
	out = day.AppendFormat(out[:start], time.DateOnly)
	d.last, d.day = string(number), append(d.day[:0], out[start:]...)
	return out, framing.Day
}

// dayOf is the day with a number. In the system of 1900, 1 is the first of January and 60 is February 29, a day that
// there never was.
func (d *days) dayOf(serial int) (time.Time, bool) {
	switch {
	case d.from1904:
		return time.Date(1904, 1, 1+serial, 0, 0, 0, 0, time.UTC), serial >= 0 && serial <= lastSerial-1462
	case serial < 60:
		return time.Date(1899, 12, 31+serial, 0, 0, 0, 0, time.UTC), serial >= 1
	}
	return time.Date(1899, 12, 30+serial, 0, 0, 0, 0, time.UTC), serial > 60 && serial <= lastSerial
}

// appendISO appends the day of a date that is stored as text: 2024-08-01, or with a time behind a T.
func appendISO(out, text []byte) ([]byte, framing.Kind) {
	if len(text) >= 10 && (len(text) == 10 || text[10] == 'T') {
		if _, err := time.Parse(time.DateOnly, string(text[:10])); err == nil {
			return append(out, text[:10]...), framing.Day
		}
	}
	return append(out, text...), framing.NoDay
}

// shows is what a number format makes of a number.
type shows byte

const (
	aNumber shows = iota
	aDay
	aTime
)

// builtIn is what the formats show that have only a number. 14 to 22 are dates and times everywhere; 27 to 36 and 50 to
// 58 are dates in the languages of East Asia.
func builtIn(id int) shows {
	switch {
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id >= 57 && id <= 58:
		return aDay
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id >= 55 && id <= 56:
		return aTime
	}
	return aNumber
}

// shownBy is what a format such as yyyy-mm-dd shows. Texts in it, colours and conditions do not count.
func shownBy(format string) shows {
	letters := formatLetters(format)
	switch {
	case strings.ContainsAny(letters, "yd"), strings.Contains(letters, "e") && !strings.ContainsAny(letters, "0#?"):
		return aDay
	case strings.ContainsAny(letters, "hs"):
		return aTime
	case strings.Contains(letters, "m"):
		return aDay
	}
	return aNumber
}

// formatLetters are the marks of a format's first section, in small letters. [h], [mm] and [ss] are hours.
func formatLetters(format string) string {
	var out strings.Builder
	format = strings.ToLower(format)
	for i := 0; i < len(format); i++ {
		switch c := format[i]; c {
		case ';':
			return out.String()
		case '\\', '_', '*':
			i++
		case '"':
			end := strings.IndexByte(format[i+1:], '"')
			if end < 0 {
				return out.String()
			}
			i += end + 1
		case '[':
			end := strings.IndexByte(format[i:], ']')
			if end < 0 {
				return out.String()
			}
			if inner := format[i+1 : i+end]; inner != "" && strings.Trim(inner, inner[:1]) == "" {
				out.WriteByte('h')
			}
			i += end
		default:
			if word := wordAt(format[i:]); word > 0 {
				i += word - 1
				continue
			}
			out.WriteByte(c)
		}
	}
	return out.String()
}

// wordAt is the length of a word in a format whose letters show nothing by themselves.
func wordAt(rest string) int {
	for _, word := range []string{"general", "standard", "am/pm", "a/p"} {
		if strings.HasPrefix(rest, word) {
			return len(word)
		}
	}
	return 0
}
