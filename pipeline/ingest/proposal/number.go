package proposal

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
	"tranche/reports/currency"
)

// number is a value in micro-units, if it could be read.
type number struct {
	micro int64
	ok    bool
}

// written is a number without the marks around its digits.
type written struct {
	digits   string // with the marks of thousands and decimals
	style    string // of its minus; empty: it has none
	currency string // the sign or code beside it
	zero     string // the mark that stands for 0
	minus    bool
}

var digitsLike = regexp.MustCompile(`^[0-9][0-9.,'’ \x{a0}\x{202f}]*$|^[.,][0-9]+$`)

// unwrap takes sign, parentheses and currency off a number.
func unwrap(v string) (w written, ok bool) {
	v = strings.TrimSpace(v)
	v = w.cutCurrency(v)
	if isDash(v) {
		w.zero = v
		return w, true
	}
	upper := strings.ToUpper(v)
	switch {
	case strings.HasPrefix(v, "(") && strings.HasSuffix(v, ")"):
		v, w.style, w.minus = v[1:len(v)-1], feed.Parentheses, true
	case strings.HasPrefix(v, "-"), strings.HasPrefix(v, "\u2212"):
		v, w.style, w.minus = strings.TrimLeft(v, "-\u2212"), feed.LeadingMinus, true
	case strings.HasSuffix(v, "-"), strings.HasSuffix(v, "\u2212"):
		v, w.style, w.minus = strings.TrimRight(v, "-\u2212"), feed.TrailingMinus, true
	case strings.HasSuffix(upper, "CR"), strings.HasSuffix(upper, "DR"):
		v, w.style = v[:len(v)-2], "cr"
	}
	v = strings.TrimSpace(w.cutCurrency(strings.TrimSpace(v)))
	w.digits = v
	return w, digitsLike.MatchString(v)
}

// cutCurrency takes one sign of a currency from either end.
func (w *written) cutCurrency(v string) string {
	digit := func(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune("(-\u2212.,", r) }
	first, last := strings.IndexFunc(v, digit), strings.LastIndexFunc(v, func(r rune) bool {
		return unicode.IsDigit(r) || strings.ContainsRune(")-\u2212–", r)
	})
	if first > 0 && isCurrency(strings.TrimSpace(v[:first])) {
		w.currency = strings.TrimSpace(v[:first])
		return strings.TrimSpace(v[first:])
	}
	if last >= 0 {
		if end := last + len(string([]rune(v[last:])[0])); isCurrency(strings.TrimSpace(v[end:])) {
			w.currency = strings.TrimSpace(v[end:])
			return strings.TrimSpace(v[:end])
		}
	}
	return v
}

// isCurrency knows signs, codes, and the short words that some countries write.
func isCurrency(sign string) bool {
	if sign == "" || len(sign) > 6 {
		return false
	}
	signs := strings.ContainsFunc(sign, func(r rune) bool { return unicode.Is(unicode.Sc, r) })
	return signs || currency.Known(sign) || strings.Contains("|Fr.|SFr.|kr|kr.|Rs|Rs.|zł|Kč|Ft|", "|"+sign+"|")
}

// isDash knows the marks that accountants write for zero.
func isDash(v string) bool { return v == "-" || v == "–" || v == "—" || v == "--" }

func isNumber(v string) bool {
	w, ok := unwrap(v)
	return ok && w.zero == "" && !isDate(v)
}

// numberFormat is how a sender writes numbers.
type numberFormat struct {
	decimal, thousands string
	indian             bool
}

// read reads the digits of a number, even of one that is too fine.
func (f numberFormat) read(digits string) (micro int64, ok bool) {
	d := feed.Feed{DecimalMark: f.decimal}
	if f.thousands != "" {
		d.ThousandMarks = []string{f.thousands}
	}
	if f.indian {
		d.Grouping = feed.Indian
	}
	micro, code := d.ParseNumber(digits, 6)
	return micro, code == "" || code == feed.TooFine || code == feed.TooLarge
}

// numberFormats are the possible formats, the usual ones first.
func numberFormats() (list []numberFormat) {
	for _, decimal := range []string{".", ","} {
		for _, thousands := range []string{"", ".", ",", "\u00a0", "\u202f", "'", "’", " "} {
			if thousands != decimal {
				list = append(list, numberFormat{decimal: decimal, thousands: thousands})
			}
		}
	}
	return append(list, numberFormat{decimal: ".", thousands: ",", indian: true})
}

// likeliest are the formats that read the most values, all but so many, and the unread values: some mistakes of the
// sender do not hide the format.
func likeliest[Format any](
	formats []Format, values []string, fewest int, reads func(Format, string) bool,
) (list []Format, unread []string) {
	for _, format := range formats {
		bad := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return reads(format, v) })
		switch {
		case len(bad) > fewest:
		case len(bad) < fewest || list == nil:
			list, unread, fewest = []Format{format}, bad, len(bad)
		default:
			list = append(list, format)
		}
	}
	return list, unread
}

// formatsOf are the likeliest formats of numbers.
func formatsOf(values []string) (list []numberFormat, unread []string) {
	return likeliest(numberFormats(), values, len(values)/4, func(f numberFormat, v string) bool {
		w, ok := unwrap(v)
		if ok && w.zero != "" || isNull(v) {
			return true
		}
		_, reads := f.read(w.digits)
		return ok && reads
	})
}

// numbers are the values of each column that holds numbers, row by row; nil for other columns.
func (t *table) numbers(columns []*profile) [][]number {
	list := make([][]number, len(columns))
	var values []string
	for i, p := range columns {
		if p.most(p.numbers, 50) && (t.body[0].kinds == nil || !slices.Contains(t.kindsOf(i), framing.Number)) {
			values = append(values, p.values[:min(len(p.values), mostProven)]...)
		}
	}
	format := numberFormat{decimal: "."}
	if formats, _ := formatsOf(values); len(formats) > 0 {
		format = formats[0]
	}
	for i, p := range columns {
		if !p.most(p.numbers, 50) {
			continue
		}
		for _, r := range t.body[:min(len(t.body), mostProven)] {
			f := format
			if r.kinds != nil && r.kinds[i] == framing.Number {
				f = numberFormat{decimal: "."}
			}
			var n number
			if w, ok := unwrap(r.fields[i]); ok {
				if n.micro, n.ok = f.read(w.digits); w.minus {
					n.micro = -n.micro
				}
			}
			list[i] = append(list[i], n)
		}
	}
	return list
}

func (t *table) kindsOf(i int) (kinds []framing.Kind) {
	for _, r := range t.body {
		if r.kinds != nil && r.fields[i] != "" {
			kinds = append(kinds, r.kinds[i])
		}
	}
	return kinds
}
