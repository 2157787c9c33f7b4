package proposal

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// Show is a choice for a person.
func (c Choice) Show() string {
	if len(c.Lines) == 0 {
		return c.Label
	}
	return strings.Join(c.Lines, "; ") + " (" + c.Label + ")"
}

var (
	problemLine  = regexp.MustCompile(`^line [0-9]+`)
	problemValue = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

// Grouped are the problems of a file, those that differ only in line and value as one, with their number.
func Grouped(problems []string) (list []string) {
	times := map[string]int{}
	var firsts []string
	key := func(p string) string {
		return problemValue.ReplaceAllString(problemLine.ReplaceAllString(p, ""), "")
	}
	for _, p := range problems {
		if k := key(p); times[k] == 0 {
			firsts = append(firsts, p)
		}
		times[key(p)]++
	}
	for _, p := range firsts {
		if n := times[key(p)]; n > 1 {
			p = fmt.Sprintf("%d rows, the first: %s", n, p)
		}
		list = append(list, p)
	}
	return list
}

// DoubtEncoding says why an encoding that was tried may be wrong: a letter with an accent that neither English nor
// French nor German has, or a sign that stands in no such text. Empty: nothing speaks against it.
func DoubtEncoding(encoding string, text []byte) string {
	const usual = "äöüÄÖÜßàâæçèéêëîïôœùûüÿÀÂÆÇÈÉÊËÎÏÔŒÙÛÜŸ€£¥§°²³µ–—‘’“”„«»…•©®™¼½¾ñÑáíóúÁÍÓÚåÅøØ·×±\u00a0"
	for line := range strings.Lines(string(text)) {
		for _, r := range line {
			if r > unicode.MaxASCII && !strings.ContainsRune(usual, r) {
				return fmt.Sprintf("the bytes are no UTF-8; as %s one line reads %q", encoding, strings.TrimSpace(line))
			}
		}
	}
	return ""
}
