package main

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/feed"
)

const feedsPage = "../../docs/feeds.md"

// An example of docs/feeds.md is some lines of a feed (yaml), a file as the sender writes it (csv NAME), and what comes
// of it: the columns that its table names, and what is said of rejected rows (> lines). Keys that compare a file with
// others have several files, each followed by a run, and a question (sql) or a command (sh).
type example struct {
	heading, before string // the feed's lines, with those of the page's first feed
	keys            []string
	steps           []fence
	shown           string
}

// fence is a block of the page: its kind, the name behind it, and its text.
type fence struct{ kind, name, text string }

// pageExamples reads the examples of the page. The first block of yaml is the feed that all others change.
func pageExamples(t *testing.T, page string) (list []example) {
	t.Helper()
	var base string
	for i, section := range strings.Split(page, "\n### ") {
		heading, rest, _ := strings.Cut(section, "\n")
		parts := strings.Split(rest, "```")
		one := example{heading: heading, before: base}
		for n := 1; n < len(parts); n += 2 {
			info, text, _ := strings.Cut(parts[n], "\n")
			kind, name, _ := strings.Cut(info, " ")
			if kind == "yaml" {
				if i == 0 {
					base = text
				}
				one = example{heading: heading, before: joined(base, text), keys: keysIn(text)}
			} else {
				one.steps = append(one.steps, fence{kind, name, text})
			}
			if shown := answerIn(parts[n+1]); shown != "" || n+2 == len(parts) && kind != "yaml" {
				one.shown = shown
				list = append(list, one)
				one.steps = nil
			}
		}
	}
	return list
}

// answerIn is the table and the sentences that begin a text.
func answerIn(text string) string {
	lines, end := strings.Split(text, "\n"), 0
	for i, line := range lines {
		if line != "" && line[0] != '|' && line[0] != '>' {
			break
		}
		if line != "" {
			end = i + 1
		}
	}
	return strings.Trim(strings.Join(lines[:end], "\n"), "\n")
}

var (
	topKey = regexp.MustCompile(`(?m)^(\w+):`)
	anyKey = regexp.MustCompile(`(\w+): `)
)

// keysIn are the keys of a feed's lines; those of a section within it as section.key.
func keysIn(text string) (keys []string) {
	for _, name := range slices.Sorted(maps.Keys(blocks(text))) {
		keys = append(keys, name)
		for _, m := range anyKey.FindAllStringSubmatch(blocks(text)[name], -1) {
			keys = append(keys, name+"."+m[1])
		}
	}
	return keys
}

// blocks cuts a feed's lines at its keys.
func blocks(text string) map[string]string {
	found := map[string]string{}
	at := topKey.FindAllStringSubmatchIndex(text, -1)
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		found[text[m[2]:m[3]]] = text[m[0]:end]
	}
	return found
}

// joined are the lines of a feed where some are said anew. An empty one is left out.
func joined(base, lines string) string {
	all := blocks(base)
	maps.Copy(all, blocks(lines))
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if block := strings.TrimRight(all[name], "\n"); block != name+":" {
			out.WriteString(block + "\n")
		}
	}
	return out.String()
}

// item is a feed's lines as an item of the list of feeds.
func item(lines string) string {
	return "  - " + strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", "\n    ") + "\n"
}

// TestThePageOfFeedsHoldsWhatItShows loads each example of docs/feeds.md. `make feeds` writes what comes of them anew.
func TestThePageOfFeedsHoldsWhatItShows(t *testing.T) {
	data, err := os.ReadFile(feedsPage)
	if err != nil {
		t.Fatal(err)
	}
	page, list := string(data), pageExamples(t, string(data))
	at := 0
	for _, e := range list {
		last := e.steps[len(e.steps)-1]
		var answer string
		if last.kind == "csv" && len(e.steps) == 1 {
			answer = e.preview(t, last)
		} else if testing.Short() {
			answer = e.shown // a run takes seconds
		} else {
			answer = e.nights(t)
		}
		block := "```" + strings.TrimSpace(last.kind+" "+last.name) + "\n" + last.text + "```\n"
		i := strings.Index(page[at:], block+"\n"+e.shown)
		if i < 0 {
			t.Fatalf("%s: its block %q does not end with what is shown: %q", e.heading, block, e.shown)
		}
		at += i
		if *update {
			page = page[:at] + strings.Replace(page[at:], block+"\n"+e.shown, block+"\n"+answer, 1)
		} else if answer != e.shown {
			t.Errorf("%s: what comes of it is\n%s\n\nand shown is\n%s", e.heading, answer, e.shown)
		}
		at += len(block)
	}
	listed, isThere := strings.CutSuffix(page, columnsOfKinds())
	if !isThere && !*update {
		t.Errorf("the columns of each kind are now\n%s", columnsOfKinds())
	}
	if cut := strings.Index(listed, "| kind | columns |"); cut > 0 {
		listed = listed[:cut]
	}
	page = listed + columnsOfKinds()
	if *update {
		if err := os.WriteFile(feedsPage, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// columnsOfKinds is the table of the columns that each kind has.
func columnsOfKinds() string {
	table := "| kind | columns |\n|---|---|\n"
	for _, kind := range feed.Kinds() {
		var names []string
		for _, c := range kind.Columns {
			switch {
			case c.Derived:
			case c.Needed:
				names = append(names, "**"+c.Name+"**")
			default:
				names = append(names, c.Name)
			}
		}
		table += "| " + kind.Name + " | " + strings.Join(names, ", ") + " |\n"
	}
	return table
}

// TestThePageOfFeedsHasEveryKey holds that each key a feed can have, by the schema, is in an example that is loaded,
// and each word that a key can have is on the page.
func TestThePageOfFeedsHasEveryKey(t *testing.T) {
	data, err := os.ReadFile(feedsPage)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, e := range pageExamples(t, string(data)) {
		for _, key := range slices.Concat(e.keys, keysIn(e.before)) {
			known[key] = true
		}
	}
	text, err := config.Schema()
	if err != nil {
		t.Fatal(err)
	}
	type shape struct {
		Properties map[string]shape
		Items      *shape
		AnyOf      []shape
		Enum       []string
		Additional any `json:"additionalProperties"`
	}
	var schema shape
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	for name, key := range schema.Properties["feeds"].Items.Properties {
		if !known[name] {
			t.Errorf("%s has no example", name)
		}
		inside := key.Properties
		if key.Items != nil && key.Items.Properties != nil {
			inside = key.Items.Properties
		}
		for inner := range inside {
			if !known[name+"."+inner] {
				t.Errorf("%s of %s has no example", inner, name)
			}
		}
		for _, form := range append(key.AnyOf, key) {
			for _, word := range form.Enum {
				if !regexp.MustCompile("`" + regexp.QuoteMeta(word) + "`").Match(data) {
					t.Errorf("%s can be `%s`, which is not on the page", name, word)
				}
			}
		}
	}
}
