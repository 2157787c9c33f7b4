// Package words says the texts of the console in the reader's language.
//
// A text is named by itself in English. A *catalogue* has the same texts in another language; a test finds those that
// are missing. Reasons, causes and other words of the marts are said by the catalogue of the workbooks.
package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"strings"
	"sync"

	"tranche/reports/xlsx"
)

//go:embed *.json
var catalogues embed.FS

// Languages lists the languages. The first is the default.
func Languages() []string { return []string{"en", "fr", "de"} }

// Words is one language.
type Words struct {
	Language           string
	texts              map[string]string
	thousands, decimal string
}

var marks = map[string][2]string{"en": {",", "."}, "fr": {"\u202f", ","}, "de": {".", ","}}

var read sync.Map // catalogues, by language

// In is the words of a language, or of the default one.
func In(language string) (*Words, error) {
	mark, ok := marks[language]
	if !ok {
		language = Languages()[0]
		mark = marks[language]
	}
	if w, ok := read.Load(language); ok {
		return w.(*Words), nil
	}
	w := &Words{Language: language, texts: map[string]string{}, thousands: mark[0], decimal: mark[1]}
	if language != Languages()[0] {
		data, err := catalogues.ReadFile(language + ".json")
		if err == nil {
			err = json.Unmarshal(data, &w.texts)
		}
		if err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", language, err)
		}
	}
	read.Store(language, w)
	return w, nil
}

// Choose is the language that a browser asks for first of those that there are.
func Choose(accepted string) string {
	for part := range strings.SplitSeq(accepted, ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		name, _, _ = strings.Cut(strings.ToLower(name), "-")
		if _, ok := marks[name]; ok {
			return name
		}
	}
	return Languages()[0]
}

// Has says whether the catalogue has a text.
func (w *Words) Has(text string) bool {
	_, ok := w.texts[text]
	return ok || w.Language == Languages()[0]
}

// Say is a text, with values in the places of its verbs.
func (w *Words) Say(text string, values ...any) string {
	if said, ok := w.texts[text]; ok {
		text = said
	}
	if len(values) == 0 {
		return text
	}
	return fmt.Sprintf(text, values...)
}

// Word is a word of the marts, such as a reason or a role.
func (w *Words) Word(word string) string {
	if said, ok := w.texts["word: "+word]; ok {
		return said
	}
	if said := xlsx.WordIn(w.Language, word); said != word {
		return said
	}
	return w.Say(strings.ReplaceAll(word, "_", " "))
}

// Change is what becomes of the subject of a change.
func (w *Words) Change(kind, change string) string { return xlsx.ChangedIn(w.Language, kind, change) }

// Cause is the cause of an adjustment. kind is what it is about.
func (w *Words) Cause(kind, cause string) string { return xlsx.CauseIn(w.Language, kind, cause) }

// Number is an exact decimal with the marks of the language.
func (w *Words) Number(number string) string {
	whole, places, _ := strings.Cut(number, ".")
	whole, isLess := strings.CutPrefix(whole, "-")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + w.thousands + whole[at:]
	}
	if isLess {
		whole = "\u2212" + whole
	}
	if places == "" {
		return whole
	}
	return whole + w.decimal + places
}

// All are the texts of the catalogue.
func (w *Words) All() iter.Seq2[string, string] { return maps.All(w.texts) }
