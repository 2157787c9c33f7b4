package xlsx

import (
	"fmt"

	"tranche/reports"
)

// edition sets the banner of every sheet: whose it is, and its status.
func (b *workbook) edition(e reports.Edition, whose string) {
	b.final, b.banner = e.Final, whose+" · "+b.standing(e)
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
