package transforms_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"tranche/pipeline/store"
)

var update = flag.Bool("update", false, "write what is generated anew, and fill in what cases leave open")

// TestCases holds models and oracle against cases whose figures were worked out
// on paper. A case is a file and its name is a sentence. Above its sections
// stands why it comes to what it comes to; its sections are
//
//	*.csv      facts, as readFacts describes them
//	programme  what differs from the plain programme, as ruleLines describes it
//	programme.yaml  or the programme as a configuration writes it
//	close 2024-01  closes the months up to that one, with the facts above it
//	complete.csv   sell-out lines of a file that is complete for its months
//	show       beginnings of the lines that the case is about; * is any word
//	want       those lines, worked out by hand; -update fills in a * or what is not there at all
//
// A table below a close replaces the one above it; lines of sales.csv and complete.csv come in
// a new file each, the first of which is 40.csv.
//
// No word that stands in want is ever written over: who expects other figures takes
// them out first.
func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no cases (%v)", err)
	}
	paths = append(paths, programmes(t)...)
	// Two databases of one thread each, as most of a case is the making of small tables.
	idle := make(chan *store.Session, 2)
	for range cap(idle) {
		idle <- tables(t, 1)
	}
	for i, path := range paths {
		if testing.Short() && i%3 > 0 {
			continue // make test has a third of them, make test-all every one
		}
		sentence := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			s := <-idle
			defer func() { idle <- s }()
			c := readCase(t, path)
			got := c.workOut(t, s)
			excerpt, want := shown(t, c, got), c.part("want")
			if excerpt != want && !(*update && leavesOpen(want, excerpt)) {
				t.Errorf("it comes to\n%sby hand it comes to\n%s", excerpt, want)
			} else if excerpt != want {
				c.fillIn(t, excerpt)
			}
		})
	}
}

// namedCase is a file of testdata/cases.
type namedCase struct {
	path string
	text *txtar.Archive
}

var sections = []string{"programme.yaml", "complete.csv", "partners.csv", "products.csv", "rates.csv",
	"claims.csv", "links.csv", "certifications.csv", "targets.csv", "activities.csv", "budgets.csv",
	"entries.csv", "sales.csv",
	"programme", "decide", "show", "want"}

// readCase refuses a section that nothing would read, and a case that does not
// say why it comes to its figures.
func readCase(t *testing.T, path string) namedCase {
	t.Helper()
	text, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(text.Comment)) == "" {
		t.Fatal("the case does not say why")
	}
	seen := map[string]bool{}
	for _, f := range text.Files {
		if strings.HasPrefix(f.Name, closeSection) {
			clear(seen)
			continue
		}
		if !slices.Contains(sections, f.Name) || seen[f.Name] {
			t.Fatalf("the section %q is unknown or stands twice; known are %v", f.Name, sections)
		}
		seen[f.Name] = true
	}
	return namedCase{path, text}
}

func (c namedCase) part(name string) string {
	for _, f := range c.text.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// lines are those of a section that say something.
func (c namedCase) lines(name string) []string {
	var out []string
	for line := range strings.SplitSeq(c.part(name), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// shown is what the marts say of what the case is about. A beginning that shows
// nothing is misspelt, so it fails.
func shown(t *testing.T, c namedCase, said []string) string {
	t.Helper()
	beginnings := c.lines("show")
	if len(beginnings) == 0 {
		t.Fatal("the case shows nothing")
	}
	var out strings.Builder
	for _, b := range beginnings {
		found := false
		for _, line := range said {
			if begins(strings.Fields(line), strings.Fields(b)) {
				out.WriteString(line + "\n")
				found = true
			}
		}
		if !found {
			t.Errorf("nothing begins with %q in\n%s", b, strings.Join(said, "\n"))
		}
	}
	return out.String()
}

// begins compares word by word. A star stands for any word, and the last word
// may be a beginning itself, so that a month need not say its day.
func begins(line, words []string) bool {
	if len(line) < len(words) {
		return false
	}
	for i, w := range words {
		isLast := i == len(words)-1
		if w != "*" && w != line[i] && !(isLast && strings.HasPrefix(line[i], w)) {
			return false
		}
	}
	return true
}

// leavesOpen says that what was worked out by hand contradicts nothing of what was
// said: there is nothing, or each line says the same word by word as far as it goes,
// but for a star.
func leavesOpen(want, said string) bool {
	if strings.TrimSpace(want) == "" {
		return true
	}
	byHand, all := strings.Split(strings.TrimSpace(want), "\n"), strings.Split(strings.TrimSpace(said), "\n")
	return slices.EqualFunc(byHand, all, func(hand, line string) bool {
		words, figures := strings.Fields(line), strings.Fields(hand)
		return len(figures) <= len(words) && slices.EqualFunc(figures, words[:len(figures)],
			func(h, w string) bool { return h == "*" || h == w })
	})
}

func TestUpdateWritesOverNoFigureThatWasWorkedOutByHand(t *testing.T) {
	const said = "credit D N01 1 P1 earned 500.00 points 0\ncredit D N02 1 P1 earned 50.00 points 1\n"
	for want, isOpen := range map[string]bool{
		"": true,
		"credit D N01 1 P1 earned 500.00\ncredit D N02 1 * earned * points 1\n":               true,
		"credit D N01 1 P1 earned 500.01 points 0\ncredit D N02 1 P1 earned 50.00 points 1\n": false,
		"credit D N01 * * earned 500.01\ncredit D N02\n":                                      false,
		// a figure is no beginning of another
		"credit D N01 * * earned 5\ncredit D N02\n": false,
		// and a line that was not expected is one too many
		"credit D N01 1 P1 earned 500.00\n":                            false,
		"credit D N01\ncredit D N02 1 P1 earned 50.00 points 1 cent\n": false,
	} {
		if leavesOpen(want, said) != isOpen {
			t.Errorf("%q can be filled in: %v", want, !isOpen)
		}
	}
}

func (c namedCase) fillIn(t *testing.T, want string) {
	t.Helper()
	i := slices.IndexFunc(c.text.Files, func(f txtar.File) bool { return f.Name == "want" })
	if i < 0 {
		i = len(c.text.Files)
		c.text.Files = append(c.text.Files, txtar.File{Name: "want"})
	}
	c.text.Files[i].Data = []byte(want)
	if err := os.WriteFile(c.path, txtar.Format(c.text), 0o600); err != nil {
		t.Fatal(err)
	}
}
