package xlsx

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tranche/reports"
)

//go:embed words/*.json
var catalogues embed.FS

// words is the catalogue of one language: all texts of a workbook by key.
type words map[string]string

// Languages lists the catalogues. The first is the default.
func Languages() []string { return []string{"en", "fr", "de"} }

// Speaks says whether a language has a catalogue. An empty language is the default.
func Speaks(language string) bool {
	return language == "" || slices.Contains(Languages(), spoken(language))
}

// spoken is a language without the country: fr of fr-FR.
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

// say is a text. A missing key shows itself.
func (w words) say(key string) string {
	if text, ok := w[key]; ok {
		return text
	}
	return "?" + key
}

func (w words) month(t time.Time) string {
	return strings.Split(w.say("month_names"), ",")[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// decimal writes a number with the language's marks and without trailing zeros.
func (w words) decimal(units int64, scale int) string {
	if scale == 0 {
		return w.fixed(units, 0)
	}
	return strings.TrimRight(strings.TrimRight(w.fixed(units, scale), "0"), w.say("decimal_mark"))
}

func (w words) amount(c reports.Cents) string { return w.fixed(int64(c), 2) }

// exact is an amount with two places, of any size.
func (w words) exact(amount string) string {
	whole, places, _ := strings.Cut(amount, ".")
	return w.marked(whole, places)
}

func (w words) fixed(units int64, scale int) string {
	if units < 0 {
		return "-" + w.fixed(-units, scale)
	}
	text := fmt.Sprintf("%0*d", scale+1, units)
	return w.marked(text[:len(text)-scale], text[len(text)-scale:])
}

// marked adds the language's thousands and decimal marks.
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

// values translates a list.
func (w words) values(list, between string) string {
	parts := strings.Split(list, between)
	for i, part := range parts {
		parts[i] = w.value(part)
	}
	return strings.Join(parts, between)
}

// value translates a word of the marts. Names have the programme's label. Others, such as a role or a category of the
// configuration, stay as they are.
func (w words) value(word string) string {
	if text, ok := w["name_"+word]; ok {
		return text
	}
	if text, ok := w["value_"+word]; ok {
		return text
	}
	return word
}

// with has the labels of the programme's names, too.
func (w words) with(names reports.Names, language string) words {
	if len(names.Labels) == 0 {
		return w
	}
	all := maps.Clone(w)
	for name := range names.Labels {
		all["name_"+name] = names.In(spoken(language), name)
	}
	return all
}

// changed is what becomes of a stated thing.
func (w words) changed(kind, change string) string {
	for _, key := range []string{"change_" + kind + "_" + change, "change_" + change, "cause_" + change} {
		if text, ok := w[key]; ok {
			return text
		}
	}
	return change
}

// cause is why something that was stated is adjusted: a line, or an entry or posting.
func (w words) cause(kind, cause string) string {
	if text, ok := w["adjusted_"+cause]; ok && kind != lineKind {
		return text
	}
	return w.say("cause_" + cause)
}

// lineKind is the kind of adjustment that is about a line.
const lineKind = "line"

// Changed is what becomes of a stated thing, in English: a sentence for a code, and other texts as they are.
func Changed(kind, change string) string { return english().changed(kind, change) }

// Word is a word of the marts in English.
func Word(word string) string { return english().value(word) }

func english() words {
	w, err := wordsOf(Languages()[0])
	if err != nil {
		panic(err) // the catalogue is embedded
	}
	return w
}
