package feed

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// day is a calendar day, kept small because every record has some.
type day struct {
	year       int16
	month, day uint8
}

// Patterns that are no layouts: ISO 8601, and the serial numbers of workbooks, which count days.
const (
	ISO8601   = "iso8601"
	Excel     = "excel"
	Excel1904 = "excel_1904"
)

// dates is how a sender writes days.
type dates struct {
	layouts []layout
	months  map[string]uint8 // names, without accents and in small letters
	since   int              // the first year that two digits can mean
	zone    *time.Location   // where the day of a time with a zone is taken; nil: nowhere
}

func newDates(f Feed) dates {
	d := dates{since: f.TwoDigitYearsFrom, months: map[string]uint8{}}
	for _, pattern := range f.Dates {
		d.layouts = append(d.layouts, parsePattern(pattern)...)
	}
	if len(f.Dates) == 0 {
		d.layouts = parsePattern("yyyy-mm-dd")
	}
	languages := f.MonthNames
	if len(languages) == 0 {
		languages = []string{"en"}
	}
	for _, language := range languages {
		for i, names := range monthNames()[language] {
			for name := range strings.FieldsSeq(names) {
				d.months[name] = uint8(i + 1)
			}
		}
	}
	if f.TimeZone != "" {
		d.zone, _ = time.LoadLocation(f.TimeZone) // the configuration was checked
	}
	return d
}

// monthNames are the names of months by language, long and short, without accents.
func monthNames() map[string][]string {
	return map[string][]string{
		"en": {"january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
			"september sept sep", "october oct", "november nov", "december dec"},
		"fr": {"janvier janv jan", "fevrier fevr fev", "mars mar", "avril avr", "mai", "juin", "juillet juil",
			"aout", "septembre sept sep", "octobre oct", "novembre nov", "decembre dec"},
		"de": {"januar janner jan", "februar feber feb", "marz maerz mrz mar", "april apr", "mai", "juni jun", "juli jul",
			"august aug", "september sept sep", "oktober okt", "november nov", "dezember dez"},
	}
}

// MonthIn is the number of a month by its name in one of the languages; zero: it is none.
func MonthIn(language, name string) int {
	ds := newDates(Feed{MonthNames: []string{language}})
	number, rest := ds.monthName([]byte(name), true)
	if len(rest) > 0 {
		return 0
	}
	return int(number)
}

// ParseDate reads a day as the feed declares, and writes it as yyyy-mm-dd; an empty code is success.
func (f Feed) ParseDate(text string) (day, code string) {
	ds := newDates(f)
	d, code := ds.read([]byte(text))
	if code != "" {
		return "", code
	}
	return string(appendDay(nil, d)), ""
}

// MonthLanguages are the languages whose months are known.
func MonthLanguages() []string { return []string{"en", "fr", "de"} }

// layout is a date format, part by part.
type layout []layoutPart

type layoutPart struct {
	field   field
	exact   bool // exactly two digits
	literal byte
}

type field byte

const (
	literal   field = iota
	dayField        // d or dd
	month           // m or mm
	monthName       // mmm or mmmm
	year            // yyyy
	shortYear       // yy
	clock           // time
	serial          // the number of a day in a workbook
	serial1904
)

// parsePattern reads a pattern: dd d mm m mmm yyyy yy and time, with marks between them, or one of the words. Anything
// else gives nil.
func parsePattern(text string) []layout {
	switch text {
	case ISO8601:
		return slices.Concat(parsePattern("yyyy-mm-dd"), parsePattern("yyyy-mm-ddTtime"), parsePattern("yyyy-mm-dd time"),
			parsePattern("yyyymmdd"), parsePattern("yyyymmddTtime"))
	case Excel:
		return []layout{{{field: serial}}}
	case Excel1904:
		return []layout{{{field: serial1904}}}
	}
	if l := parseLayout(text); l != nil {
		return []layout{l}
	}
	return nil
}

func parseLayout(text string) layout {
	var l layout
	seen := map[field]bool{}
	for text != "" {
		part, length := nextPart(text)
		if length == 0 || part.field != literal && seen[part.field] {
			return nil
		}
		seen[part.field] = true
		l, text = append(l, part), text[length:]
	}
	if !seen[dayField] || seen[month] == seen[monthName] || seen[year] == seen[shortYear] {
		return nil
	}
	return l
}

// nextPart is the first part of a pattern and its length; zero: it is none.
func nextPart(text string) (layoutPart, int) {
	if strings.HasPrefix(text, "time") {
		return layoutPart{field: clock}, len("time")
	}
	run := len(text) - len(strings.TrimLeft(text, text[:1]))
	switch c := text[0]; {
	case c == 'd' && run <= 2:
		return layoutPart{field: dayField, exact: run == 2}, run
	case c == 'm' && run <= 2:
		return layoutPart{field: month, exact: run == 2}, run
	case c == 'm' && run <= 4:
		return layoutPart{field: monthName}, run
	case c == 'y' && run == 4:
		return layoutPart{field: year}, run
	case c == 'y' && run == 2:
		return layoutPart{field: shortYear}, run
	case c >= utf8.RuneSelf, c == 'T', strings.IndexByte(" .,/-_'", c) >= 0:
		return layoutPart{literal: c}, 1
	}
	return layoutPart{}, 0
}

// ValidDates says whether a feed may declare this pattern.
func ValidDates(pattern string) bool { return parsePattern(pattern) != nil }

// HasShortYear says whether a pattern has a year of two digits.
func HasShortYear(pattern string) bool {
	return slices.ContainsFunc(parsePattern(pattern), func(l layout) bool {
		return slices.ContainsFunc(l, func(p layoutPart) bool { return p.field == shortYear })
	})
}

// parse reads a day by one layout; an empty code is success.
func (ds *dates) parse(l layout, text []byte) (d day, code string) {
	var at moment
	for i, part := range l {
		least, most := 1, 2
		switch part.field {
		case literal:
			if len(text) == 0 || text[0] != part.literal {
				return day{}, BadDate
			}
			text = text[1:]
			continue
		case monthName:
			swallowDot := i+1 == len(l) || l[i+1].literal != '.'
			if d.month, text = ds.monthName(text, swallowDot); d.month == 0 {
				return day{}, BadDate
			}
			continue
		case clock:
			var ok bool
			if at, text, ok = parseClock(text); !ok {
				return day{}, BadDate
			}
			continue
		case serial, serial1904:
			return ofSerial(text, part.field == serial1904)
		case year:
			least, most = 4, 4
		case shortYear:
			least = 2
		default:
			if part.exact {
				least = 2
			}
		}
		n, value := 0, 0
		for n < most && n < len(text) && text[n] >= '0' && text[n] <= '9' {
			value = value*10 + int(text[n]-'0')
			n++
		}
		if n < least {
			return day{}, BadDate
		}
		text = text[n:]
		switch part.field {
		case dayField:
			d.day = uint8(value)
		case month:
			d.month = uint8(value)
		case year:
			d.year = int16(value)
		case shortYear:
			d.year = int16(ds.century(value))
		}
	}
	if len(text) > 0 || !d.valid() {
		return day{}, BadDate
	}
	return ds.inZone(d, at)
}

// century is the first year from the declared one on that ends with these two digits.
func (ds *dates) century(two int) int {
	y := ds.since - ds.since%100 + two
	if y < ds.since {
		y += 100
	}
	return y
}

// monthName reads a name and the dot of a short one.
func (ds *dates) monthName(text []byte, swallowDot bool) (uint8, []byte) {
	var name []byte
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if !unicode.IsLetter(r) {
			break
		}
		name, text = utf8.AppendRune(name, withoutAccent(unicode.ToLower(r))), text[size:]
	}
	if swallowDot && len(text) > 0 && text[0] == '.' {
		text = text[1:]
	}
	return ds.months[string(name)], text
}

// withoutAccent is the plain letter of those in the names of months.
func withoutAccent(r rune) rune {
	switch r {
	case 'é', 'è':
		return 'e'
	case 'û', 'ù':
		return 'u'
	case 'ä':
		return 'a'
	}
	return r
}

// ofSerial is the day of a workbook's number, whose fraction is a time. The system of 1900 has a 29 February of that
// year, so that its days before March are one off, and are not read.
func ofSerial(text []byte, is1904 bool) (day, string) {
	whole := text
	if i := strings.IndexAny(string(text), ".,"); i >= 0 {
		if whole = text[:i]; !allDigits(text[i+1:]) {
			return day{}, BadDate
		}
	}
	if len(whole) == 0 || len(whole) > 5 || !allDigits(whole) {
		return day{}, BadDate
	}
	n, _ := strconv.Atoi(string(whole))
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if is1904 {
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if n <= 60 {
		return day{}, BadDate
	}
	there := first.AddDate(0, 0, n)
	return day{year: int16(there.Year()), month: uint8(there.Month()), day: uint8(there.Day())}, ""
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

// read reads a day. It refuses a text that two layouts read differently.
func (ds *dates) read(text []byte) (d day, code string) {
	found := false
	why := BadDate
	for _, l := range ds.layouts {
		got, code := ds.parse(l, text)
		switch {
		case code != "":
			if code != BadDate {
				why = code
			}
		case found && got != d:
			return day{}, AmbiguousDate
		default:
			d, found = got, true
		}
	}
	if !found {
		return day{}, why
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
