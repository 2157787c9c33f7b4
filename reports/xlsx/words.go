package xlsx

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tranche/reports"
)

//go:embed words/*.json
var catalogues embed.FS

// words is one language's catalogue: every text a workbook shows, by its key.
type words map[string]string

// Languages lists the catalogues there are; the first serves where a partner's
// own is not among them.
func Languages() []string { return []string{"en", "fr"} }

// Speaks says whether there is a catalogue for a partner's language; none named is the
// first.
func Speaks(language string) bool {
	return language == "" || slices.Contains(Languages(), spoken(language))
}

// spoken is a language without its country: fr of fr-FR.
func spoken(language string) string {
	language, _, _ = strings.Cut(strings.ToLower(language), "-")
	language, _, _ = strings.Cut(language, "_")
	return language
}

func wordsOf(language string) (words, error) {
	language = spoken(language)
	if found, ok := loaded.Load(language); ok {
		return found.(words), nil
	}
	w, err := readWords(language)
	if err == nil {
		loaded.Store(language, w)
	}
	return w, err
}

var loaded sync.Map // catalogues, by language

func readWords(language string) (words, error) {
	data, err := catalogues.ReadFile("words/" + language + ".json")
	if err != nil {
		data, err = catalogues.ReadFile("words/" + Languages()[0] + ".json")
	}
	if err != nil {
		return nil, err
	}
	w := words{}
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("catalogue %s: %w", language, err)
	}
	return w, nil
}

// say is a text; a key that is missing shows itself, and fails a test.
func (w words) say(key string) string {
	if text, ok := w[key]; ok {
		return text
	}
	return "?" + key
}

// month is a month in words, with its year.
func (w words) month(t time.Time) string {
	return strings.Split(w.say("month_names"), ",")[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// decimal writes a number with the language's marks, without the zeros behind it.
func (w words) decimal(units int64, scale int) string {
	if scale == 0 {
		return w.fixed(units, 0)
	}
	return strings.TrimRight(strings.TrimRight(w.fixed(units, scale), "0"), w.say("decimal_mark"))
}

// amount writes an amount with both its decimals.
func (w words) amount(c reports.Cents) string { return w.fixed(int64(c), 2) }

func (w words) fixed(units int64, scale int) string {
	if units < 0 {
		return "-" + w.fixed(-units, scale)
	}
	text := fmt.Sprintf("%0*d", scale+1, units)
	return w.marked(text[:len(text)-scale], text[len(text)-scale:])
}

// marked puts the language's marks between the digits before the point, and behind them.
func (w words) marked(whole, rest string) string {
	whole, isLess := strings.CutPrefix(whole, "-")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + w.say("thousands_mark") + whole[at:]
	}
	if isLess {
		whole = "-" + whole
	}
	if rest == "" {
		return whole
	}
	return whole + w.say("decimal_mark") + rest
}

// values are several of them, which stand behind each other.
func (w words) values(list, between string) string {
	parts := strings.Split(list, between)
	for i, part := range parts {
		parts[i] = w.value(part)
	}
	return strings.Join(parts, between)
}

// value is how one of our own words is said. Words that are not ours, such as a
// role or a category from the configuration, are shown as they are.
func (w words) value(word string) string {
	if text, ok := w["value_"+word]; ok {
		return text
	}
	return word
}

// Cause is how the cause of an adjustment is said in the first language.
func Cause(cause string) string {
	w, err := wordsOf(Languages()[0])
	if err != nil {
		return cause
	}
	return w.say("cause_" + cause)
}

// Word is how one of our own words is said in the first language.
func Word(word string) string {
	w, err := wordsOf(Languages()[0])
	if err != nil {
		return word
	}
	return w.value(word)
}
