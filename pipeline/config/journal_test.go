package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withJournal puts more keys under journal.
func withJournal(t *testing.T, keys string) string {
	t.Helper()
	const last = "  payable: \"2120\"\n"
	text := strings.Replace(example(t), last, last+keys, 1)
	if !strings.Contains(text, keys) {
		t.Fatal("the example has no journal")
	}
	return text
}

func TestEveryTemplateOfAnAccountingSystemIsAnExport(t *testing.T) {
	templates, err := filepath.Glob("../../fixtures/journals/*.yaml")
	if err != nil || len(templates) != 3 {
		t.Fatalf("there are %v (%v)", templates, err)
	}
	for _, path := range templates {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		keys := "  company: \"1000\"\n  cost_centre: \"4711\"\n  cost_centres: {resell: \"4712\"}\n  exports:\n"
		for line := range strings.Lines(string(text)) {
			keys += "    " + line
		}
		c, err := parse("/x/config.yaml", []byte(withJournal(t, keys)))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		e := c.Journal.Exports
		if len(e) != 1 || e[0].Name != name || len(e[0].Columns) < 10 || c.Journal.CostCentres["resell"] != "4712" {
			t.Errorf("%s is read as %+v", path, c.Journal)
		}
		if name == "sap" && (e[0].Dates != "20060102" || e[0].Delimiter != ';' || e[0].Sides["credit"] != "50") {
			t.Errorf("SAP gets %+v", e[0])
		}
	}
}

func TestAJournalThatCannotBeWrittenIsRefused(t *testing.T) {
	for keys, want := range map[string]string{
		"  cost_centres: {retail: \"1\"}\n":                                          "retail is no incentive",
		"  dimensions: {segment: {retail: \"1\"}}\n":                                 "retail is no incentive",
		"  exports: [{name: x, columns: [{head: H, field: sum}]}]\n":                 `"sum" is no field`,
		"  exports: [{name: x, columns: [{head: H, field: dimension.y}]}]\n":         `"dimension.y" is no field`,
		"  exports: [{name: ../x, columns: [{head: H, field: text}]}]\n":             "is no name of a file",
		"  exports: [{name: x, delimiter: ;;, columns: [{head: H, field: text}]}]\n": "more than one character",
		"  vendors: nowhere.csv\n":                                                   "it cannot be read",
	} {
		if _, err := parse("/x/config.yaml", []byte(withJournal(t, keys))); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s is answered with %v, not with %q", keys, err, want)
		}
	}
}
