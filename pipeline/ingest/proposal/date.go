package proposal

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tranche/pipeline/ingest/feed"
)

// dateReading is one way to read a date. D and M in its pattern stand for days and months of one or two digits.
type dateReading struct {
	pattern    string
	shortDay   bool // a day of one digit
	shortMonth bool
	zoned      bool
	month      string // its name, if it has one
}

var (
	timeLike = regexp.MustCompile(`^(.+?)(T| |, )([0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?(?:[.,][0-9]+)?` +
		`(?: ?[AaPp]\.?[Mm]\.?)?)( ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?$`)
	numericDate = regexp.MustCompile(`^([0-9]{1,4})([./\- ])([0-9]{1,2})([./\- ])([0-9]{1,4})\.?$`)
	dayFirst    = regexp.MustCompile(`^([0-9]{1,2})(\. |[ .\-/])(\pL{3,10})\.?([ .\-/,]|, )([0-9]{2}|[0-9]{4})$`)
	monthFirst  = regexp.MustCompile(`^(\pL{3,10})(\. |[ .\-/])([0-9]{1,2})(, |[ .\-/,])([0-9]{2}|[0-9]{4})$`)
	yearFirst   = regexp.MustCompile(`^([0-9]{4})([ .\-/])(\pL{3,10})([ .\-/])([0-9]{1,2})$`)
	compact     = regexp.MustCompile(`^(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$`)
)

func isDate(v string) bool { return len(dateReadings(v)) > 0 }

// dateReadings are the ways to read a text as a date.
func dateReadings(v string) (list []dateReading) {
	if len(v) < 6 || len(v) > 40 || !strings.ContainsAny(v, "0123456789") {
		return nil
	}
	behind, zoned := "", false
	if m := timeLike.FindStringSubmatch(v); m != nil {
		v, behind, zoned = m[1], m[2]+"time", m[4] != ""
	}
	if compact.MatchString(v) {
		list = []dateReading{{pattern: "yyyymmdd"}}
	} else if m := numericDate.FindStringSubmatch(v); m != nil && m[2] == m[4] {
		list = numericReadings(m[1], m[2], m[3], m[5])
	} else {
		list = namedReadings(v)
	}
	for i := range list {
		r := &list[i]
		if r.zoned = zoned; behind == "" {
			continue
		}
		if r.pattern += behind; strings.HasPrefix(r.pattern, "yyyy-M-D") && !r.shortDay && !r.shortMonth ||
			strings.HasPrefix(r.pattern, "yyyymmddT") {
			r.pattern = "iso8601"
		}
	}
	return list
}

func numericReadings(a, mark, b, c string) (list []dateReading) {
	add := func(pattern, m, d string) {
		if between(m, 12) && between(d, 31) {
			list = append(list, dateReading{pattern: strings.ReplaceAll(pattern, "/", mark), shortDay: len(d) == 1,
				shortMonth: len(m) == 1})
		}
	}
	switch {
	case len(a) == 4 && len(c) <= 2:
		add("yyyy/M/D", b, c)
	case len(a) <= 2 && len(c) == 4:
		add("D/M/yyyy", b, a)
		add("M/D/yyyy", a, b)
	case len(a) <= 2 && len(c) == 2:
		add("D/M/yy", b, a)
		add("M/D/yy", a, b)
		if len(list) == 0 || mark == "-" && len(a) == 2 {
			add("yy/M/D", b, c)
		}
	}
	return list
}

// namedReadings reads a month that is a name.
func namedReadings(v string) []dateReading {
	r, year := dateReading{}, ""
	day := ""
	if m := dayFirst.FindStringSubmatch(v); m != nil {
		r.pattern, r.month, day, year = "D"+m[2]+"mmm"+m[4], m[3], m[1], m[5]
	} else if m := monthFirst.FindStringSubmatch(v); m != nil {
		r.pattern, r.month, day, year = "mmm"+m[2]+"D"+m[4], m[1], m[3], m[5]
	} else if m := yearFirst.FindStringSubmatch(v); m != nil {
		r.pattern, r.month, day, year = "yyyy"+m[2]+"mmm"+m[4]+"D", m[3], m[5], ""
	}
	if monthOf(r.month) == 0 || !between(day, 31) {
		return nil
	}
	r.shortDay = len(day) == 1
	r.pattern += "yyyy"[:len(year)]
	return []dateReading{r}
}

func between(text string, most int) bool {
	n, err := strconv.Atoi(text)
	return err == nil && len(text) <= 2 && n >= 1 && n <= most
}

// monthOf is the number of a month, in any language; zero: it is none.
func monthOf(name string) int {
	for _, language := range feed.MonthLanguages() {
		if n := feed.MonthIn(language, name); n > 0 {
			return n
		}
	}
	return 0
}

// readDay reads a day by a pattern as a feed with it does, in any language and zone.
func readDay(pattern, v string) (day string, ok bool) {
	f := feed.Feed{Dates: []string{pattern}, MonthNames: feed.MonthLanguages(), TwoDigitYearsFrom: 1990, TimeZone: "UTC"}
	day, code := f.ParseDate(v)
	return day, code == ""
}

// dateFormat is how a sender writes dates.
type dateFormat struct {
	patterns []string
	others   []string // read as many, but other days
	unread   []string
	example  string // of what both read
	zoned    bool
	twoDigit bool
	language []string
	serial   bool
}

// datesOf finds the patterns that read the values.
func datesOf(values []string) (f dateFormat) {
	readings := map[string][]dateReading{}
	var order []string // of patterns, as they are met
	for _, v := range values {
		for _, r := range dateReadings(v) {
			if readings[r.pattern] == nil {
				order = append(order, r.pattern)
			}
			readings[r.pattern] = append(readings[r.pattern], r)
		}
	}
	rest := values
	for len(rest) > 0 {
		least := max(1, len(values)/4) // of the values have this pattern
		if len(rest) < len(values) {
			least = max(2, len(values)/20)
		}
		best, unread := likeliest(order, rest, len(rest)-least, func(pattern, v string) bool {
			_, ok := readDay(widths(pattern, readings[pattern]), v)
			return ok
		})
		if len(best) == 0 || len(f.patterns) == 3 || len(rest) < len(values) && !f.agrees(best[0]) {
			break
		}
		f.take(best, readings, rest, unread)
		rest = unread
	}
	f.unread = rest
	return f
}

// agrees says that no pattern so far reads the day where this one reads the month.
func (f *dateFormat) agrees(pattern string) bool {
	first := dayComesFirst(pattern)
	return !slices.ContainsFunc(f.patterns, func(p string) bool { return dayComesFirst(p)*first < 0 })
}

// dayComesFirst is 1 where the day is a number before that of the month, -1 where it is behind, and 0 elsewhere.
func dayComesFirst(pattern string) int {
	p := strings.ToLower(strings.ReplaceAll(pattern, "time", ""))
	d, m := strings.IndexByte(p, 'd'), strings.IndexByte(p, 'm')
	switch {
	case d < 0 || strings.Contains(p, "mmm") || strings.HasPrefix(p, "y"):
		return 0
	case d < m:
		return 1
	}
	return -1
}

// take adds the best patterns: the first, and the others as doubts where they read other days.
func (f *dateFormat) take(best []string, readings map[string][]dateReading, values, unread []string) {
	f.patterns = append(f.patterns, widths(best[0], readings[best[0]]))
	for _, r := range readings[best[0]] {
		f.zoned = f.zoned || r.zoned
		if r.month != "" {
			f.language = append(f.language, r.month)
		}
	}
	f.twoDigit = f.twoDigit || strings.Contains(strings.ReplaceAll(best[0], "yyyy", ""), "yy")
	for _, other := range best[1:] {
		other = widths(other, readings[other])
		for _, v := range values {
			one, reads := readDay(f.patterns[len(f.patterns)-1], v)
			if two, readsToo := readDay(other, v); reads && readsToo && one != two {
				f.others, f.example = append(f.others, other), v
				break
			}
		}
	}
}

// widths writes dd and mm where all days and months have two digits.
func widths(pattern string, list []dateReading) string {
	day, month := "dd", "mm"
	if slices.ContainsFunc(list, func(r dateReading) bool { return r.shortDay || r.shortMonth }) {
		day, month = "d", "m" // these read two digits as well
	}
	return strings.NewReplacer("D", day, "M", month).Replace(pattern)
}
