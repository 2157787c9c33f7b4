package proposal

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"

	"tranche/reports/currency"
)

//go:embed words.txt
var wordsText string

// vocabulary is what words mean. A word can have several meanings.
type vocabulary map[string][]string

func newVocabulary() vocabulary {
	v := vocabulary{}
	for line := range strings.Lines(wordsText) {
		meaning, words, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(meaning, "#") {
			continue
		}
		for word := range strings.FieldsSeq(words) {
			if word = fold(word); !slices.Contains(v[word], meaning) {
				v[word] = append(v[word], meaning)
			}
		}
	}
	return v
}

// accents are the plain letters of those with accents. An umlaut is its plain letter here, and fold makes the same of
// ae, oe and ue.
var accents = strings.NewReplacer("à", "a", "â", "a", "ä", "a", "á", "a", "ç", "c", "è", "e", "é", "e", "ê", "e",
	"ë", "e", "î", "i", "ï", "i", "ô", "o", "ö", "o", "ó", "o", "ù", "u", "û", "u", "ü", "u", "ú", "u", "ñ", "n",
	"ß", "ss", "œ", "o", "æ", "a", "\u0301", "", "\u0300", "", "\u0308", "", "\u0302", "", "\u0327", "")

// fold writes a word in one way: small, without accents, with an umlaut as its plain letter however it is written.
func fold(word string) string {
	word = accents.Replace(strings.ToLower(word))
	word = strings.NewReplacer("ae", "a", "oe", "o").Replace(word)
	end := ""
	if strings.HasSuffix(word, "ue") { // value, revenue, due
		word, end = word[:len(word)-2], "ue"
	}
	return strings.ReplaceAll(word, "ue", "u") + end
}

// token is a word of a header with its meanings; none: it is not known.
type token struct {
	word     string
	meanings []string
	filler   bool // says nothing
}

func (t token) means(meaning string) bool { return slices.Contains(t.meanings, meaning) }

// fillers are words without a meaning of their own.
const fillers = " of the to de du des d l la le les der die das den dem for par pour and et und in im zu the a an "

// tokens are the words of a sender's name, those of several words as one.
func (v vocabulary) tokens(name string) []token {
	var words []string
	for _, word := range splitName(name) {
		words = append(words, v.parts(word)...)
	}
	var list []token
	for i := 0; i < len(words); {
		n := min(3, len(words)-i)
		for n > 1 && v[strings.Join(words[i:i+n], "_")] == nil {
			n--
		}
		word := strings.Join(words[i:i+n], "_")
		i += n
		meanings := v[word]
		switch {
		case strings.Contains(fillers, " "+word+" ") || word[0] >= '0' && word[0] <= '9':
			list = append(list, token{word: word, filler: true})
		case meanings == nil && len(word) == 3 && currency.Known(strings.ToUpper(word)):
			list = append(list, token{word: word, meanings: []string{"iso"}, filler: true})
		default:
			list = append(list, token{word: word, meanings: meanings})
		}
	}
	return list
}

// splitName cuts a name where its letters change from small to capital, at digits and at marks, and writes the marks
// that mean a number as one.
func splitName(name string) (words []string) {
	name = strings.NewReplacer("#", " no ", "№", " no ", "n°", " no ", "N°", " no ", "Nº", " no ", "nº", " no ",
		"%", " percent ", "'", " ", "’", " ").Replace(name)
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, fold(string(word)))
		}
		word = word[:0]
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			end()
			continue
		case i == 0 || len(word) == 0:
		case unicode.IsDigit(r) != unicode.IsDigit(runes[i-1]),
			unicode.IsUpper(r) && unicode.IsLower(runes[i-1]),
			unicode.IsUpper(r) && i+1 < len(runes) && unicode.IsLower(runes[i+1]) && unicode.IsUpper(runes[i-1]):
			end()
		}
		word = append(word, r)
	}
	end()
	return words
}

// parts cuts a word that is not known into words that are, as Rechnungsnummer and ORDERDATE are written. It stays as it
// is where that does not go.
func (v vocabulary) parts(word string) []string {
	if strings.Contains(fillers, " "+word+" ") || v[word] != nil {
		return []string{word}
	}
	parts := v.cut(word, 4)
	if !slices.ContainsFunc(parts, func(part string) bool { return len(part) >= 4 }) {
		return []string{word}
	}
	return parts
}

// cut finds the fewest known words that a word is made of, with the letters that German puts between them; nil: it is
// not made so.
func (v vocabulary) cut(word string, most int) []string {
	if word == "" || most == 0 {
		return nil
	}
	if v[word] != nil {
		return []string{word}
	}
	var best []string
	for n := len(word) - 1; n >= 2; n-- {
		if v[word[:n]] == nil {
			continue
		}
		for _, link := range []string{"", "s", "n", "en", "es"} {
			rest, ok := strings.CutPrefix(word[n:], link)
			if !ok {
				continue
			}
			more := v.cut(rest, most-1)
			if more != nil && (best == nil || len(more)+1 < len(best)) {
				best = append([]string{word[:n]}, more...)
			}
		}
	}
	return best
}
