package xlsx

import (
	"slices"
	"strings"
	"testing"

	"tranche/reports"
)

func TestWhatDiffersFromTheVersionBeforeAddsUpToTheDifferenceOfWhatIsPaid(t *testing.T) {
	st := example()
	st.Version, st.Replaces = 2, 1
	line := func(document, changed string, before, after reports.Cents) reports.Change {
		return reports.Change{What: "line", Incentive: "resell", Document: document, Changed: changed, BaseBefore: 100,
			BaseAfter: 100, Before: before, After: after}
	}
	st.Changes = []reports.Change{
		line("1", "position", 500, 501), line("2", "position", 500, 499), line("3", "position", 500, 502),
		line("4", "document_date", 0, 5000),
		{What: "carried_in", Before: 0, After: 300}, {What: "carried_out", Before: 0, After: 1000},
		{What: "money_entry", Document: "E1", Before: 100, After: 150}, {What: "money_entries", Before: 100, After: 150},
		{What: "payable", Before: 5000, After: 5000 + 5000 + 2 + 300 - 1000 + 50},
		{What: "level", Changed: "ready > advanced"},
	}
	rows, err := open(t, st).GetRows("Changes")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows[2:] {
		cells := row
		for len(cells) < 12 {
			cells = append(cells, "")
		}
		got = append(got, strings.TrimSpace(cells[0]+" "+cells[5]+" "+cells[11]))
	}
	want := []string{"Line 4 50.00", "Carried from the month before  3.00", "Carried to the next month  -10.00",
		"Manual adjustment E1 0.50", "Lines that moved  0.02", "Payable  43.52", "Level"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q\nwant %q", got, want)
	}
	note, err := open(t, st).GetRows("Summary")
	says := func(r []string) bool { return len(r) > 0 && strings.HasPrefix(r[0], "It replaces version 1.") }
	if err != nil || !slices.ContainsFunc(note, says) {
		t.Error("the summary does not say what it replaces")
	}
}
