package feed

import (
	"bytes"
	"slices"
	"strings"
)

// Width is how many fields a record has.
func (t *Typer) Width() int { return len(t.header) }

// HeaderAgain says whether a record is the header once more, or another header: at least three of its fields, and half
// of them, are names of the header.
func (t *Typer) HeaderAgain(fields [][]byte) (same, other bool) {
	if t.feed.NoHeader {
		return false, false
	}
	filled, known, places := 0, 0, 0
	for i, field := range fields {
		name := strings.Join(strings.Fields(string(field)), " ")
		if name == "" {
			continue
		}
		filled++
		at := slices.IndexFunc(t.header, func(n string) bool { return strings.EqualFold(n, name) })
		if at >= 0 {
			known++
		}
		if i < len(t.header) && strings.EqualFold(t.header[i], name) {
			places++
		}
	}
	if known < 3 || known*2 < filled {
		return false, false
	}
	named := 0
	for _, name := range t.header {
		if name != "" {
			named++
		}
	}
	same = places == filled && filled == named
	return same, !same
}

// showHidden takes invisible characters out of a code, number, date or word.
func (t *Typer) showHidden(v *value) {
	shown := bytes.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, v.text)
	if len(shown) < len(v.text) {
		t.Hidden++
		v.text = bytes.TrimSpace(shown)
	}
}

// invisible says that nobody can see a character: it has no width, turns the direction of text, or is a byte order
// mark.
func invisible(r rune) bool {
	switch {
	case r == 0xAD, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2069, r == 0xFEFF:
		return true
	}
	return false
}
