package xlsx

import "testing"

// A line that came late is a line; an entry that came late is not.
func TestTheCauseOfAnAdjustmentIsSaidOfWhatItIsAbout(t *testing.T) {
	for kind, want := range map[string]string{
		"line":        "The line came after the month was closed.",
		"money_entry": "It came after the month was closed.",
	} {
		if said := CauseIn("en", kind, "late"); said != want {
			t.Errorf("of a %s it says %q", kind, said)
		}
	}
	if said := CauseIn("de", "line", "late"); said == CauseIn("en", "line", "late") {
		t.Errorf("in German it says %q", said)
	}
}
