package audit

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Person reads the name of a decider: letters, digits, blanks and the marks of names and addresses, in one script.
// Invisible characters and mixed alphabets would let one person pass as two.
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
				return "", fmt.Errorf("the name %q mixes letters of two alphabets (%s and %s), "+
					"so it can pass for another; write it in one", name, script, of)
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

// SamePerson says that two names look alike: it ignores case, accents, blanks and marks.
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

// looksLike maps small letters of Cyrillic, Greek and Latin to the Latin letter that looks the same.
var looksLike = func() map[rune]rune {
	list := map[rune]rune{}
	from, to := []rune("авеікмнорстухјѕԁԛԝһҽαβεζηικμνορτυχɑ1i0ı"), []rune("abelkmhopctyxjsdqwhyabezhlkmnoptuxallol")
	for i, c := range from {
		list[c] = to[i]
	}
	return list
}()

// scriptOf is a letter's script. Japanese uses three at once.
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
