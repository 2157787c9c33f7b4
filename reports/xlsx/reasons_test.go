package xlsx

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryReasonThatALineWaitsHasItsWords looks for the reasons in the models, and for their words in each language.
func TestEveryReasonThatALineWaitsHasItsWords(t *testing.T) {
	var reasons []string
	for name, pattern := range map[string]string{
		"lines.sql":              `then '([a-z_]+)'`,
		"doubtful_lines.sql":     `, '([a-z]+_[a-z_]+)'`,
		"contested_versions.sql": `'([a-z_]+)'(?: as kind|, o\.feed)`,
	} {
		text, err := os.ReadFile(filepath.Join("..", "..", "transforms", "intermediate", "lines", name))
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1)
		if len(found) < 3 {
			t.Errorf("%s has %d reasons", name, len(found))
		}
		for _, m := range found {
			reasons = append(reasons, m[1])
		}
	}
	languages, err := filepath.Glob("words/*.json")
	if err != nil || len(languages) < 2 {
		t.Fatal(languages, err)
	}
	for _, path := range languages {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, reason := range reasons {
			if !strings.Contains(string(text), `"value_`+reason+`"`) {
				t.Errorf("%s has no words for %s", path, reason)
			}
		}
	}
}
