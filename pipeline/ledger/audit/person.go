package audit

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Person reads the name of somebody who decides: letters, digits, blanks and the
// marks that names and addresses have, in one script. Characters that nobody sees,
// and letters of one alphabet among those of another, would make a second person of
// the first.
func Person(text string) (string, error) {
	name := strings.Join(strings.Fields(norm.NFKC.String(text)), " ")
	if name == "" {
		return "", fmt.Errorf("somebody has to decide: a name is missing (--by NAME)")
	}
	script := ""
	for _, c := range name {
		switch {
		case unicode.IsLetter(c):
			of := scriptOf(c)
			if script != "" && of != script {
				return "", fmt.Errorf("the name %q mixes letters of two alphabets (%s and %s), so it can pass for another; write it in one", name, script, of)
			}
			script = of
		case unicode.IsDigit(c), unicode.IsMark(c), strings.ContainsRune(" .,'’-_@+()\\", c):
		default:
			return "", fmt.Errorf("the name %q has the character %U, which no name needs; leave it out", name, c)
		}
	}
	if script == "" {
		return "", fmt.Errorf("the name %q has no letter in it", name)
	}
	return name, nil
}

// SamePerson says that two names would be taken for one: they have letters and digits
// that look the same, whatever their case, accents, blanks and marks.
func SamePerson(a, b string) bool { return bare(a) == bare(b) }

func bare(name string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) || strings.ContainsRune("ꞌʼˈ", c) {
			return -1
		}
		c = unicode.ToLower(c)
		if latin, ok := looksLike[c]; ok {
			return latin
		}
		return c
	}, norm.NFKD.String(name))
}

// looksLike has small letters, and capitals made small, that stand for a Latin one in
// print: Cyrillic, Greek, and what Latin itself has twice.
var looksLike = func() map[rune]rune {
	list := map[rune]rune{}
	from, to := []rune("авеікмнорстухјѕԁԛԝһҽαβεζηικμνορτυχɑ1i0ı"), []rune("abelkmhopctyxjsdqwhyabezhlkmnoptuxallol")
	for i, c := range from {
		list[c] = to[i]
	}
	return list
}()

// scriptOf is the alphabet of a letter. Japanese writes in three of them at once.
func scriptOf(c rune) string {
	for name, table := range unicode.Scripts {
		if unicode.Is(table, c) {
			switch name {
			case "Han", "Hiragana", "Katakana", "Common":
				return "Japanese or Chinese"
			}
			return name
		}
	}
	return "unknown"
}
