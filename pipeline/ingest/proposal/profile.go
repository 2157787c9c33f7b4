package proposal

import (
	"slices"
	"strings"

	"tranche/pipeline/ingest/framing"
	"tranche/reports/currency"
)

// profile is how the values of a column look.
type profile struct {
	name    string
	tokens  []token
	values  []string // the filled ones, without words for nothing
	dates   int      // how many of them look like a date, and so on
	numbers int
	wholes  int
	small   int // whole numbers of at most three digits
	long    int // of more than six
	spaced  int // words with spaces between them, as names are
	codes   int // of currencies
	days    int // whole numbers that can be days of a workbook
	words   []string
}

// mostWords is how many different values of a column are remembered.
const mostWords = 30

// nullWords stand for no value in many exports.
const nullWords = "|NULL|(NULL)|(null)|null|N/A|n/a|NA|#N/A|\\N|None|none|nil|NIL|k.A.|k. A.|n.v.|NaN|" +
	"(blank)|(leer)|(vide)|"

func isNull(v string) bool { return strings.Contains(nullWords, "|"+v+"|") }

func (t *table) profile(i int, v vocabulary) *profile {
	p := &profile{name: t.header[i]}
	if t.lines > 0 {
		p.tokens = v.tokens(p.name)
	}
	for _, r := range t.body {
		text := r.fields[i]
		if text == "" {
			continue
		}
		if !slices.Contains(p.words, text) && len(p.words) < mostWords {
			p.words = append(p.words, text)
		}
		if isNull(text) {
			continue
		}
		p.values = append(p.values, text)
		if w, ok := unwrap(text); ok && w.zero != "" {
			p.numbers++
			continue
		}
		p.look(text, r.kinds != nil && r.kinds[i] == framing.Day)
	}
	return p
}

func (p *profile) look(text string, dateCell bool) {
	switch {
	case dateCell || isDate(text):
		p.dates++
	case isNumber(text):
		p.numbers++
		digits := strings.TrimLeft(text, "-")
		if !strings.ContainsAny(digits, ".,'’ \u00a0\u202f") {
			p.wholes++
			if len(digits) <= 3 {
				p.small++
			} else if len(digits) > 6 {
				p.long++
			}
		}
		if len(digits) == 5 && digits > "30000" && digits < "60000" {
			p.days++
		}
	case strings.Contains(text, " "):
		p.spaced++
	case currency.Known(text):
		p.codes++
	}
	if len(text) == 8 && isDate(text) { // 20240618 can be a number as well
		p.numbers++
		p.wholes++
	}
}

// most says whether more than so many percent of the values are of that sort.
func (p *profile) most(n, percent int) bool {
	return len(p.values) > 0 && n*100 > len(p.values)*percent
}

func (p *profile) means(meaning string) bool {
	return slices.ContainsFunc(p.tokens, func(t token) bool { return t.means(meaning) })
}

// isUnknown says that the name says nothing.
func (p *profile) isUnknown() bool {
	return !slices.ContainsFunc(p.tokens, func(t token) bool { return len(t.meanings) > 0 })
}

// doubtful says that a code looks otherwise than codes do: like a name, or like the number of a line.
func (p *profile) doubtful(w *wanted) bool {
	return w.looks == "code" && (p.most(p.spaced, 50) || w.name == "sku" && p.most(p.small, 90))
}

// suits is what the values add to the score of a name, and whether they can be of that sort at all.
func (p *profile) suits(looks string) (more int, can bool) {
	if len(p.values) == 0 {
		return -15, true
	}
	switch looks {
	case "date":
		return 0, p.most(p.dates, 50) || p.most(p.days, 80)
	case "number":
		return 0, p.most(p.numbers, 50)
	case "quantity":
		if !p.most(p.wholes, 50) {
			return -10, p.most(p.numbers, 50)
		}
		return 0, p.most(p.numbers, 50)
	case "whole":
		return 0, p.most(p.wholes, 50) && !p.most(p.long, 50)
	case "currency":
		if p.most(p.codes, 80) {
			return 0, true
		}
		return -45, !p.most(p.numbers, 50) && !p.most(p.dates, 50)
	case "word":
		if len(p.words) > 12 {
			return -30, !p.most(p.numbers, 80)
		}
		return 0, !p.most(p.numbers, 80) && !p.most(p.dates, 50)
	case "code":
		switch {
		case p.most(p.dates-p.wholes, 50) || p.most(p.numbers-p.wholes, 50):
			return 0, false
		}
	}
	return 0, !p.most(p.dates, 50)
}
