package feed

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// check compares a text with its column's type.
func (t *Typer) check(c *Column, src *source, v *value) (code, detail string) {
	switch c.Type {
	case Date:
		if v.day, code = t.date(v.text); code == "" {
			code = c.inRange(v.day)
		}
		return code, ""
	case Decimal:
		if c.Exact {
			v.units, code = t.numbers.parse(v.text, c.Scale)
		} else {
			v.units, code = t.numbers.amount(v.text, c)
		}
		return code, ""
	case Whole:
		v.units, code = t.numbers.whole(v.text)
		return code, ""
	case LineNumber:
		return t.lineNumber(v), ""
	case Word:
		if !slices.Contains(src.allowed, string(v.text)) {
			return UnknownWord, "known are " + strings.Join(src.allowed, ", ")
		}
		return "", ""
	case Dated:
		code, detail = checkDated(string(v.text), src.allowed)
		if names, ok := t.feed.Words[c.Name]; ok && code == UnknownWord {
			detail += fmt.Sprintf("; the programme has %s, and names.%ss in the configuration can name more",
				strings.Join(names, ", "), strings.TrimSuffix(c.Name, "s"))
		}
		return code, detail
	case Aliases:
		return checkAliases(v.text)
	}
	marks := marksIn(v.text)
	switch {
	case marks&exponent > 0 && c.Type == Code && mangled(v.text):
		code = Mangled
	case len(v.text) > maxText:
		code = TooLong
	case marks&control > 0 && bytes.ContainsFunc(v.text, Unshowable):
		code = ControlMark
	}
	return code, ""
}

// lineNumber reads 10, and 10.1 where the feed says that its numbers have parts.
func (t *Typer) lineNumber(v *value) (code string) {
	whole, _, isPart := bytes.Cut(v.text, []byte{'.'})
	if !isPart || !t.feed.Dotted {
		whole = v.text
	} else if rest := v.text[len(whole)+1:]; len(rest) == 0 || !allDigits(bytes.ReplaceAll(rest, []byte{'.'}, nil)) {
		return BadNumber
	}
	v.units, code = t.numbers.whole(whole)
	if code != "" && isPart && !t.feed.Dotted {
		return Dotted
	}
	v.isPart = isPart && t.feed.Dotted
	return code
}

// words are those that a column can have.
func (f Feed) words(c Column) []string {
	if own, ok := f.Words[c.Name]; ok {
		return own
	}
	return c.Words
}

// Reads says what is wrong with a text that the feed's own words put into a column; empty: nothing.
func (f Feed) Reads(column, text string) string {
	kind, _ := KindNamed(f.Kind)
	c, ok := kind.Column(column)
	if !ok || text == "" {
		return ""
	}
	t := Typer{feed: f, numbers: newNumbers(f), dates: newDates(f)}
	code, detail := t.check(&c, &source{allowed: f.words(c)}, &value{text: []byte(text)})
	switch {
	case code == "":
		return ""
	case c.Type == Word:
		return fmt.Sprintf("%q is none of our words; %s", text, detail)
	}
	return fmt.Sprintf("%q does not fit: %s", text, Problem{Code: code, Detail: detail}.Sentence())
}

// date reads a day. Neighbouring records often have the same one.
func (t *Typer) date(text []byte) (day, string) {
	if len(text) > 0 && bytes.Equal(text, t.lastDate) {
		return t.lastDay, ""
	}
	d, code := t.dates.read(text)
	if code == "" {
		t.lastDate, t.lastDay = append(t.lastDate[:0], text...), d
	}
	return d, code
}

// mark is a reason to look closer at a text.
type mark uint8

const (
	control  mark = 1 << iota // perhaps
	exponent                  // perhaps a number that a spreadsheet has changed
	hidden                    // perhaps an invisible character
)

// marksOf is the marks of each byte. 0xC2 begins U+0080 to U+009F, from Windows-1252 declared as ISO-8859-1; 0xEF
// begins U+FFFE and U+FFFF, which are not characters.
var marksOf = func() (table [256]mark) {
	for c := range ' ' {
		table[c] = control
	}
	table[0x7f], table[0xC2], table[0xEF] = control, control, control
	table['\t'], table['\n'], table['\r'] = 0, 0, 0
	table['+'] = exponent
	for _, c := range []byte{0xC2, 0xE2, 0xEF} { // begin all invisible characters
		table[c] |= hidden
	}
	table[0xE2] |= control
	return table
}()

func marksIn(text []byte) (m mark) {
	for _, c := range text {
		m |= marksOf[c]
	}
	return m
}

// Unshowable says that neither a screen nor a cell can show a character.
func Unshowable(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r == 0xFFFE || r == 0xFFFF ||
		r == 0x2028 || r == 0x2029 // ends of lines and paragraphs
}

// mangled recognises a long number after a spreadsheet: 1.23E+12.
func mangled(text []byte) bool {
	i := bytes.IndexAny(text, "eE")
	if i < 1 || i+2 >= len(text) || text[i+1] != '+' {
		return false
	}
	for j, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != ',' && j != i && j != i+1 {
			return false
		}
	}
	return true
}

// datedItem is an item and its days: none, the first, the first and the last, or only the last.
var datedItem = regexp.MustCompile(`(?s)^(.*?)(?: (\d{4}-\d{2}-\d{2})?(?:\.\.(\d{4}-\d{2}-\d{2}))?)?$`)

// checkDated checks a list such as "resell|sell_with 2024-03-01..2024-09-30". The last day is included.
func checkDated(text string, allowed []string) (code, detail string) {
	for item := range strings.SplitSeq(text, "|") {
		word, code, detail := cutDays(item)
		switch {
		case code != "":
			return code, detail
		case slices.Contains(allowed, word), len(allowed) == 0 && !strings.Contains(word, " "):
		case strings.Contains(word, " "):
			return BadList, strconv.Quote(item) + ` should read like "resell", "resell 2024-01-01" or ` +
				`"resell 2024-01-01..2024-12-31"`
		default:
			return UnknownWord, strconv.Quote(word)
		}
	}
	return "", ""
}

// cutDays cuts the days off an item, and checks them.
func cutDays(text string) (item, code, detail string) {
	m := datedItem.FindStringSubmatch(text)
	from, bad := isoDay(m[2])
	if m[2] != "" && bad {
		return m[1], BadDate, m[2]
	}
	if m[3] == "" {
		return m[1], "", ""
	}
	if to, bad := isoDay(m[3]); bad || m[2] != "" && to.before(from) {
		return m[1], BadList, m[3] + " is not a last day"
	}
	return m[1], "", ""
}

func isoDay(text string) (d day, bad bool) {
	iso := newDates(Feed{})
	d, code := iso.read([]byte(text))
	return d, code != ""
}

// checkAliases checks a list such as "NORDWIND=K-1023 2024-02-01|*=44". A | in a code is doubled.
func checkAliases(list []byte) (code, detail string) {
	if bytes.ContainsFunc(list, Unshowable) {
		return ControlMark, ""
	}
	const doubled = "\x1f" // no text holds it
	for item := range strings.SplitSeq(strings.ReplaceAll(string(list), "||", doubled), "|") {
		named, code, detail := cutDays(item)
		if code != "" {
			return code, detail
		}
		distributor, alias, ok := strings.Cut(named, "=")
		if !ok || distributor == "" || alias == "" || strings.TrimSpace(item) != item {
			return BadList, strconv.Quote(strings.ReplaceAll(item, doubled, "||")) +
				" should read like NORDWIND=K-1023, or *=K-1023 for every distributor; a | in a code is written twice"
		}
	}
	return "", ""
}
