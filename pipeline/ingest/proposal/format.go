package proposal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
)

// shape writes where records and fields begin and end.
func (d *draft) shape(text []byte, whole bool) {
	t := d.table
	if t.delimiter != ',' && t.delimiter != 0 {
		d.add("", "delimiter: %q", string(rune(t.delimiter)))
	}
	if t.noQuotes {
		d.add("", "quote: none # quotes stand alone in fields, as for inches")
	}
	if t.excelText {
		d.add("", "excel_text: true # values are written =\"...\"")
	}
	switch {
	case t.lines == 0:
		d.add("", "no_header: true # the first line looks like data")
		d.add("", "width: %d", len(t.header))
	case t.line > 1:
		d.add("", "header_line: %d", t.line)
	}
	if t.lines > 1 {
		d.add("", "header_lines: %d", t.lines)
	}
	if last := len(text) - 1; last >= 0 && whole && text[last] != '\n' && text[last] != '\r' {
		d.add("", "final_newline: optional # the sample's last line has no end: ask whether this sender always writes so")
	}
}

// rows writes what is no data, and which rows nothing is declared for.
func (d *draft) rows() {
	a := d.aside
	if marks := declared(a.comments); len(marks) == 1 {
		d.add("", "comment: %q # lines of marks: %s", marks[0], a.comments[0].sample())
	} else if len(marks) > 1 {
		d.add("", "comment: [%s] # lines of marks: %s", quoteAll(marks), a.comments[0].sample())
	}
	if len(a.ends) > 0 {
		d.add("", "trailer: {starts_with: [%s]} # %s; add count_column and total_column, where they hold a row count and "+
			"a total", quoteAll(declared(a.ends)), a.ends[0].sample())
	}
	if a.repeated != nil {
		d.add("exclude", "- {repeated_header: true} # %s", a.repeated.sample())
	}
	if a.blank != nil {
		d.add("exclude", "- {blank: true} # %s", a.blank.sample())
	}
	for _, s := range a.totals {
		d.add("exclude", "- %s # totals: %s", s.declare, s.sample())
	}
	d.askAboutStatus()
	if s := a.short; s != nil && len(s.rows)*20 > len(d.table.body) {
		d.ask("", Question{Key: "missing_fields", Text: s.what + ": " + s.sample(), Choices: []Choice{
			{Label: "this sender leaves out empty fields at the end", Lines: []string{"missing_fields: empty"}},
			{Label: "these rows are wrong: reject them"}}})
	} else if s != nil {
		a.unread = append(a.unread, s)
	}
	for _, s := range a.unread {
		d.add("", "# not read: %s, %s", s.what, s.sample())
	}
}

func declared(list []*set) (marks []string) {
	for _, s := range list {
		marks = append(marks, s.declare)
	}
	return marks
}

// sample is how many rows there are, the first line, and how it reads.
func (s *set) sample() string {
	r := s.rows[0]
	text := r.raw
	if text == "" {
		text = strings.Join(r.fields, " | ")
	}
	if runes := []rune(text); len(runes) > 50 {
		text = string(runes[:50]) + "..."
	}
	if len(s.rows) == 1 {
		return fmt.Sprintf("line %d, %q", r.line, text)
	}
	return fmt.Sprintf("%d rows, the first on line %d, %q", len(s.rows), r.line, text)
}

func quoteAll(words []string) string {
	var quoted []string
	for _, w := range words {
		quoted = append(quoted, strconv.Quote(w))
	}
	return strings.Join(quoted, ", ")
}

// valuesOf are the values of our columns that look so, of their rivals too, but for cells of a workbook that have a
// type of their own.
func (d *draft) valuesOf(looks string, typed framing.Kind) (values []string) {
	seen := map[int]bool{}
	take := func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		for _, r := range d.table.body {
			if v := r.fields[i]; v != "" && !isNull(v) && (r.kinds == nil || r.kinds[i] != typed) {
				values = append(values, v)
			}
		}
	}
	for _, c := range d.kind.Columns {
		f := d.found[c.Name]
		if f == nil {
			continue
		}
		for _, c := range append([]candidate{f.candidate}, f.rivals...) {
			if w := c.ours.looks; w == looks || looks == "number" && (w == "quantity" || w == "whole") {
				take(c.column)
			}
		}
	}
	lacks := d.lacks(looks)
	for i, p := range d.columns { // what a person may choose
		if p.isUnknown() || lacks {
			if looks == "date" && p.most(p.dates, 50) || looks == "number" && p.most(p.numbers, 90) {
				take(i)
			}
		}
	}
	return values
}

// lacks says that the kind needs a column with such values, and none was found.
func (d *draft) lacks(looks string) (none bool) {
	for _, w := range d.judge.wanted {
		if w.kind == d.kind.Name && w.looks == looks && d.judge.needed(w) {
			if d.found[w.name] != nil {
				return false
			}
			none = true
		}
	}
	return none
}

func (d *draft) writeDates() {
	values := d.valuesOf("date", framing.Day)
	if len(values) == 0 {
		return
	}
	if days := func(v string) bool { return !isDate(v) && isNumber(v) }; !slices.ContainsFunc(values, func(v string) bool {
		return !days(v)
	}) {
		d.ask("", Question{Key: "dates", Text: fmt.Sprintf("%q is the number of a day, as workbooks count", values[0]),
			Choices: []Choice{{Label: "from 1900, as Excel does", Lines: []string{"dates: [excel]"}},
				{Label: "from 1904, as Excel on old Macs did", Lines: []string{"dates: [excel_1904]"}}}})
		return
	}
	f := datesOf(values)
	if len(f.unread) > 0 && len(f.patterns) > 0 {
		d.unread("dates", f.unread, values)
	}
	plain := slices.Equal(f.patterns, []string{"yyyy-mm-dd"})
	switch {
	case len(f.patterns) == 0:
		d.ask("", Question{Key: "dates", Text: "how dates are written could not be told from " +
			quoteAll(values[:min(len(values), 3)]), Free: "dates: [%s]",
			Choices: []Choice{{Label: "yyyy-mm-dd", Lines: nil}}})
	case len(f.others) > 0:
		d.askOrder(f)
	case !plain:
		d.add("", "dates: [%s]", strings.Join(quotePatterns(f.patterns), ", "))
	}
	if names := languagesOf(f.language); len(names) > 0 {
		d.add("", "month_names: [%s]", strings.Join(names, ", "))
	}
	if f.twoDigit {
		d.add("", "two_digit_years_from: 1990 # 90 is 1990, 89 is 2089")
	}
	if f.zoned {
		d.ask("", Question{Key: "time_zone", Text: "times have a zone; where is the day taken that counts",
			Free: "time_zone: %s", Choices: []Choice{{Label: "UTC", Lines: []string{"time_zone: UTC"}},
				{Label: "Berlin", Lines: []string{"time_zone: Europe/Berlin"}},
				{Label: "New York", Lines: []string{"time_zone: America/New_York"}}}})
	}
}

func quotePatterns(patterns []string) (list []string) {
	for _, p := range patterns {
		if strings.ContainsAny(p, ",' ") {
			p = strconv.Quote(p)
		}
		list = append(list, p)
	}
	return list
}

// askOrder asks for the order of day and month, where the sample does not tell.
func (d *draft) askOrder(f dateFormat) {
	q := Question{Key: "dates", Text: fmt.Sprintf("nothing in the sample tells day from month: %q", f.example)}
	for _, p := range append([]string{f.patterns[0]}, f.others...) {
		day, _ := readDay(p, f.example)
		all := append([]string{p}, f.patterns[1:]...)
		q.Choices = append(q.Choices, Choice{Label: "it is " + day,
			Lines: []string{"dates: [" + strings.Join(quotePatterns(all), ", ") + "]"}})
	}
	d.ask("", q)
}

// languagesOf are the languages needed for these names of months; nil: English is enough.
func languagesOf(names []string) []string {
	reads := func(languages []string) bool {
		return !slices.ContainsFunc(names, func(name string) bool {
			return !slices.ContainsFunc(languages, func(l string) bool { return feed.MonthIn(l, name) > 0 })
		})
	}
	for _, languages := range [][]string{{"en"}, {"fr"}, {"de"}, {"en", "fr"}, {"en", "de"}, {"fr", "de"}} {
		if reads(languages) {
			if languages[0] == "en" && len(languages) == 1 {
				return nil
			}
			return languages
		}
	}
	return []string{"en", "fr", "de"}
}

// unread writes the values that the proposed feed does not read.
func (d *draft) unread(what string, unread, values []string) {
	d.add("", "# %s that this feed does not read: %d of %d, such as %q; ask the sender",
		what, len(unread), len(values), unread[0])
}

func (d *draft) writeNumbers() {
	values := d.valuesOf("number", framing.Number)
	formats, unread := formatsOf(values)
	if len(values) == 0 {
		return
	}
	if len(formats) == 0 {
		d.ask("", Question{Key: "decimal", Text: "how numbers are written could not be told from " +
			quoteAll(values[:min(len(values), 3)]), Free: "decimal: %q",
			Choices: []Choice{{Label: "a point before decimals"}, {Label: "a comma", Lines: []string{`decimal: ","`}}}})
		return
	}
	if len(unread) > 0 {
		d.unread("numbers", unread, values)
	}
	if !d.askMarks(formats, values) {
		d.writeMarks(formats[0], values)
	}
	d.writeSigns(values)
}

// askMarks asks which mark is which, where two formats read different numbers.
func (d *draft) askMarks(formats []numberFormat, values []string) bool {
	for _, other := range formats[1:] {
		for _, v := range values {
			w, _ := unwrap(v)
			one, reads := formats[0].read(w.digits)
			two, readsToo := other.read(w.digits)
			if !reads || !readsToo || one == two {
				continue
			}
			q := Question{Key: "decimal", Text: fmt.Sprintf("%q is %s or %s", v, plainMicro(one), plainMicro(two))}
			for _, f := range []numberFormat{formats[0], other} {
				micro, _ := f.read(w.digits)
				lines := f.lines()
				if micro%1_000_000 != 0 && micro%10_000 != 0 {
					lines = append(lines, "decimals: 3")
				}
				q.Choices = append(q.Choices, Choice{Label: "it is " + plainMicro(micro), Lines: lines})
			}
			d.ask("", q)
			return true
		}
	}
	return false
}

func plainMicro(micro int64) string {
	text := fmt.Sprintf("%d.%06d", micro/1_000_000, micro%1_000_000)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// lines are the marks of a format that are not usual.
func (f numberFormat) lines() (lines []string) {
	if f.decimal != "." {
		lines = append(lines, fmt.Sprintf("decimal: %q", f.decimal))
	}
	if f.thousands != "" {
		lines = append(lines, fmt.Sprintf("thousands: [%q]", f.thousands))
	}
	if f.indian {
		lines = append(lines, "grouping: indian")
	}
	return lines
}

// writeMarks writes the marks, and how many decimals amounts have where a number of three looks like thousands.
func (d *draft) writeMarks(f numberFormat, values []string) {
	for _, line := range f.lines() {
		d.add("", "%s", line)
	}
	most, doubtful := 2, ""
	for _, v := range values {
		w, _ := unwrap(v)
		whole, fraction, _ := strings.Cut(w.digits, f.decimal)
		if most = max(most, len(fraction)); len(fraction) == 3 && len(whole) <= 3 && !strings.HasPrefix(whole, "0") {
			doubtful = v
		}
	}
	if doubtful != "" {
		d.add("", "decimals: %d # %q has decimals, by the other numbers", min(most, 6), doubtful)
	}
}

// writeSigns writes how minus, zero and currencies are written.
func (d *draft) writeSigns(values []string) {
	var styles, signs []string
	zero := ""
	add := func(list []string, word string) []string {
		if word != "" && !slices.Contains(list, word) {
			list = append(list, word)
		}
		return list
	}
	for _, v := range values {
		w, ok := unwrap(v)
		if !ok {
			continue
		}
		styles, signs = add(styles, w.style), add(signs, w.currency)
		if w.zero != "" {
			zero = w.zero
		}
	}
	if len(signs) > 0 {
		d.add("", "currency_signs: [%s]", quoteAll(signs))
	}
	if zero != "" {
		d.add("", "zero: %q", zero)
	}
	switch {
	case slices.Contains(styles, "cr"):
		d.ask("", Question{Key: "negative", Text: "which of CR and DR is below zero", Choices: []Choice{
			{Label: "CR", Lines: []string{"negative: cr"}}, {Label: "DR", Lines: []string{"negative: dr"}}}})
	case len(styles) == 1 && styles[0] != feed.LeadingMinus:
		d.add("", "negative: %s", styles[0])
	case len(styles) > 1:
		slices.Sort(styles)
		d.add("", "negative: [%s]", strings.Join(styles, ", "))
	}
}

// writeNulls writes the words that stand for no value in the columns that are read.
func (d *draft) writeNulls() {
	var words []string
	for _, f := range d.found {
		for _, v := range d.columns[f.column].words {
			if isNull(v) && !slices.Contains(words, v) {
				words = append(words, v)
			}
		}
	}
	if slices.Sort(words); len(words) > 0 {
		d.add("", "null_words: [%s]", quoteAll(words))
	}
}
