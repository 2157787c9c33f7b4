package feed

import (
	"strconv"
	"strings"
)

// day is a calendar day, kept small because every record has some.
type day struct {
	year       int16
	month, day uint8
}

// layout is a date format, part by part.
type layout []layoutPart

type layoutPart struct {
	field   byte // 'd', 'm', 'y', or zero for a literal
	exact   bool // exactly two digits
	literal byte
}

// parseLayout reads dd d mm m yyyy with any marks between them. Anything else gives nil, also two-digit years.
func parseLayout(text string) layout {
	var l layout
	seen := map[byte]bool{}
	for text != "" {
		c := text[0]
		if c != 'd' && c != 'm' && c != 'y' {
			l = append(l, layoutPart{literal: c})
			text = text[1:]
			continue
		}
		run := len(text) - len(strings.TrimLeft(text, string(rune(c))))
		if seen[c] || c == 'y' && run != 4 || c != 'y' && run > 2 {
			return nil
		}
		seen[c] = true
		l = append(l, layoutPart{field: c, exact: run != 1})
		text = text[run:]
	}
	if len(seen) != 3 {
		return nil
	}
	return l
}

// ValidLayout says whether a feed may declare this date format.
func ValidLayout(text string) bool { return parseLayout(text) != nil }

func (l layout) parse(text []byte) (day, bool) {
	var d day
	for _, part := range l {
		if part.field == 0 {
			if len(text) == 0 || text[0] != part.literal {
				return day{}, false
			}
			text = text[1:]
			continue
		}
		most, least := 2, 1
		if part.field == 'y' {
			most, least = 4, 4
		} else if part.exact {
			least = 2
		}
		n, value := 0, 0
		for n < most && n < len(text) && text[n] >= '0' && text[n] <= '9' {
			value = value*10 + int(text[n]-'0')
			n++
		}
		if n < least {
			return day{}, false
		}
		text = text[n:]
		switch part.field {
		case 'd':
			d.day = uint8(value)
		case 'm':
			d.month = uint8(value)
		default:
			d.year = int16(value)
		}
	}
	return d, len(text) == 0 && d.valid()
}

func (d day) valid() bool {
	last := uint8(31)
	switch d.month {
	case 4, 6, 9, 11:
		last = 30
	case 2:
		last = 28
		if d.year%4 == 0 && (d.year%100 != 0 || d.year%400 == 0) {
			last = 29
		}
	}
	return d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= last
}

// parseDate reads a day. It refuses a text that two layouts read differently.
func parseDate(layouts []layout, text []byte) (d day, code string) {
	found := false
	for _, l := range layouts {
		got, ok := l.parse(text)
		switch {
		case !ok:
		case found && got != d:
			return day{}, AmbiguousDate
		default:
			d, found = got, true
		}
	}
	if !found {
		return day{}, BadDate
	}
	return d, ""
}

func (d day) before(other day) bool {
	return d.sinceEpoch() < other.sinceEpoch()
}

func appendDay(out []byte, d day) []byte {
	out = strconv.AppendInt(out, int64(d.year), 10)
	out = append(out, '-', '0'+d.month/10, '0'+d.month%10, '-')
	return append(out, '0'+d.day/10, '0'+d.day%10)
}

// sinceEpoch counts the days since 1970-01-01. Years begin in March here, so that a leap day is the last day.
func (d day) sinceEpoch() int64 {
	year, month := int64(d.year), int64(d.month)
	if month < 3 {
		year, month = year-1, month+12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + int64(d.day) - 719_469
}
