package proposal

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tranche/pipeline/ingest/feed"
)

// outcome is what became of a needed column.
type outcome int

const (
	missing outcome = iota
	found
	asked
	wrong
)

// answers are the right columns of a file: by our name, the sender's names that are right. A name that has to be asked
// about comes after ASK.
type answers map[string]string

func readAnswers(t *testing.T, path string) (answers, string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, text, _ := strings.Cut(string(data), "\n\n")
	a := answers{}
	for line := range strings.Lines(head) {
		name, right, _ := strings.Cut(strings.TrimSpace(line), ": ")
		a[name] = right
	}
	return a, text
}

// proposed is what a proposal says of one of our columns: without a question, and as choices.
func proposed(p Proposal, name string) (silent string, choices []string) {
	value := func(line string) (string, bool) {
		rest, ok := strings.CutPrefix(line, name+": \"")
		text, _, closed := strings.Cut(rest, "\"")
		return text, ok && closed
	}
	for _, item := range p.Items {
		if item.Section != "columns" {
			continue
		}
		for _, line := range item.Lines {
			if text, ok := value(line); ok {
				silent = text
			}
		}
		if item.Question == nil {
			continue
		}
		for _, c := range item.Question.Choices {
			for _, line := range c.Lines {
				if text, ok := value(line); ok && item.Question.Text != "needed, and not found" {
					choices = append(choices, text)
				}
			}
		}
	}
	return silent, choices
}

// judgeColumn compares a proposal with the right columns.
func (a answers) judgeColumn(p Proposal, name string) outcome {
	silent, choices := proposed(p, name)
	askOnly := false
	var right, rightIfAsked []string
	for word := range strings.SplitSeq(a[name], " | ") {
		if word, askOnly = strings.CutPrefix(word, "ASK "); askOnly {
			rightIfAsked = append(rightIfAsked, word)
		} else {
			right = append(right, word)
		}
	}
	if strings.HasPrefix(a[name], "ASK ") {
		rightIfAsked, right = append(rightIfAsked, right...), nil
	}
	switch {
	case silent != "" && slices.Contains(right, silent):
		return found
	case silent != "":
		return wrong
	case slices.ContainsFunc(choices, func(c string) bool { return slices.Contains(append(right, rightIfAsked...), c) }):
		return asked
	}
	return missing
}

// neededOf are the needed columns of a kind that the file has, an amount or a price as one.
func neededOf(a answers) (names []string) {
	kind, _ := feed.KindNamed(a["kind"])
	for _, c := range kind.Columns {
		if c.Needed && a[c.Name] != "" && a[c.Name] != "-" {
			names = append(names, c.Name)
		}
	}
	if kind.Name == feed.Sales {
		names = append(names, "quantity", "money")
	}
	return names
}

func measure(t *testing.T, folder string) (counts [4]int, report string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "headers", folder, "*.txt"))
	if err != nil || len(paths) < 15 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		a, text := readAnswers(t, path)
		p, err := Of(Sample{Name: "x.csv", Text: []byte(text), Whole: true})
		if err != nil {
			t.Fatal(path, err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		if p.Kind != a["kind"] {
			report += fmt.Sprintf("%s: it is taken for %s\n", name, p.Kind)
		}
		for _, column := range neededOf(a) {
			got := a.judgeColumn(p, column)
			if column == "money" {
				got = a.money(p)
			}
			counts[got]++
			if got == missing || got == wrong {
				silent, choices := proposed(p, column)
				report += fmt.Sprintf("%s: %s is %s, and %q %q is proposed\n", name, column, a[column], silent, choices)
			}
		}
		for _, c := range []string{"net_amount", "unit_price", "end_customer", "line_no"} { // never a wrong one silently
			if silent, _ := proposed(p, c); a[c] == "-" && silent != "" {
				counts[wrong]++
				report += fmt.Sprintf("%s: %s is none, and %q is proposed\n", name, c, silent)
			}
		}
	}
	return counts, report
}

// money is found with the amount or with the price; either is wrong if it is wrong.
func (a answers) money(p Proposal) outcome {
	net, price := a.judgeColumn(p, "net_amount"), a.judgeColumn(p, "unit_price")
	switch {
	case net == wrong || price == wrong:
		return wrong
	case net == found || price == found:
		return found
	}
	return max(net, price)
}

func TestNineNeededColumnsInTenAreFoundAndNoneIsWrongSilently(t *testing.T) {
	for _, folder := range []string{"tuned", "held"} {
		t.Run(folder, func(t *testing.T) {
			counts, report := measure(t, folder)
			all := counts[missing] + counts[found] + counts[asked] + counts[wrong]
			t.Logf("of %d needed columns %d are found and %d are among the choices of a question, %d are missing, %d wrong\n%s",
				all, counts[found], counts[asked], counts[missing], counts[wrong], report)
			if counts[wrong] > 0 || (counts[found]+counts[asked])*10 < all*9 || strings.Contains(report, "taken for") {
				t.Errorf("%d of %d found or asked, %d wrong:\n%s", counts[found]+counts[asked], all, counts[wrong], report)
			}
		})
	}
}
