package xlsx

import (
	"fmt"
	"strings"

	"tranche/reports"
)

// edition sets the banner of every sheet: whose it is, and its status. A long name is cut, because a text that runs
// out of the page makes everything on it smaller.
func (b *workbook) edition(e reports.Edition, whose ...string) {
	const most = 500 // points; the narrowest sheet has more
	names := append(whose, b.standing(e))
	for i, name := range names {
		names[i] = cut(name, most/2)
	}
	b.final, b.banner = e.Final, cut(strings.Join(names, " · "), most)
	if strings.HasSuffix(b.banner, "…") { // the status is never cut off
		b.banner = cut(names[1], most/2) + " · " + b.standing(e)
	}
}

// cut ends a text that is wider than so many points, in the font of a banner, with an ellipsis.
func cut(text string, most float64) string {
	const size = 10 * boldness
	if textWidth(text, size) <= most {
		return text
	}
	letters := []rune(text)
	for len(letters) > 0 && textWidth(string(letters), size)+size > most {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimSpace(string(letters)) + "…"
}

// standing is the status of a workbook in a few words.
func (b *workbook) standing(e reports.Edition) string {
	key := "draft"
	switch {
	case e.Final:
		key = "final"
	case e.Approval:
		key = "draft_for_approval"
	}
	if e.Version > 1 || e.Final {
		return b.words.say(key) + " · " + fmt.Sprintf(b.words.say("version_number"), e.Version)
	}
	return b.words.say(key)
}

// standingNote explains the status.
func (b *workbook) standingNote(e reports.Edition) string {
	switch {
	case e.Final:
		return b.words.say("final_note")
	case e.Approval:
		return b.words.say("approval_note")
	}
	return b.words.say("draft_note")
}

// printedOver marks every printed page of a draft.
func (b *workbook) printedOver() string {
	if b.final || b.banner == "" {
		return ""
	}
	return "&R&14&B" + b.words.say("draft")
}
