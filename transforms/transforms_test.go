package transforms

import (
	"strings"
	"testing"
)

func TestAModelSaysWhatItIsAndStaysInItsLayer(t *testing.T) {
	good := "-- Things.\n--\n-- grain: id\n-- id    of the thing\n-- name  in words,\n--       at length\nselect id, " +
		"name from staging.things"
	m, err := parse("intermediate", "things", good)
	if err != nil || m.About != "Things." || len(m.Columns) != 2 || m.Columns[1].About != "in words, at length" {
		t.Errorf("%+v %v", m, err)
	}
	for sentence, text := range map[string]string{
		"a model without a header":          "select 1",
		"a model without a grain":           "-- Things.\nselect 1",
		"an intermediate that reads raw":    strings.Replace(good, "staging.", "raw.", 1),
		"an intermediate that reads a mart": strings.Replace(good, "staging.", "mart.", 1),
	} {
		if _, err := parse("intermediate", "x", text); err == nil {
			t.Errorf("%s was accepted", sentence)
		}
	}
}

func TestModelsStandInAnOrderThatBuilds(t *testing.T) {
	models, err := Models()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range models {
		for _, needed := range m.reads {
			if !seen[needed] {
				t.Errorf("%s stands before %s", m.FullName(), needed)
			}
		}
		seen[m.FullName()] = true
		if strings.Contains(strings.ReplaceAll(body(m.SQL), "' / '", ""), " / ") { // in a text it parts a key
			t.Errorf("%s divides; a quotient of decimals is a float", m.FullName())
		}
		// DuckDB keeps every row that is asked so; of an anti join, only those joined against
		if strings.Contains(body(m.SQL), "not exists") {
			t.Errorf("%s says not exists; say anti join", m.FullName())
		}
		if m.Layer == "staging" && strings.Contains(m.SQL, " join ") {
			t.Errorf("%s joins", m.FullName())
		}
	}
}

// body is a select without its comments.
func body(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, "--") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
