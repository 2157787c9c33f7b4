package main

import (
	"bytes"
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write the answers of docs/analysts.md anew")

const analysts = "../../docs/analysts.md"

// demo is the sample, run once for the tests that only ask.
var demo = struct {
	once sync.Once
	dir  string
}{}

// demoConfig is the configuration of the sample after its run.
func demoConfig(t *testing.T) string {
	t.Helper()
	demo.once.Do(func() {
		dir, err := os.MkdirTemp("", "tranche-demo-")
		if err != nil {
			t.Fatal(err)
		}
		demo.dir = dir
		ended(t, exitDone, "init", filepath.Join(dir, "demo"))
		ended(t, exitWaiting, "run", "-c", filepath.Join(dir, "demo", "config.yaml"))
	})
	return filepath.Join(demo.dir, "demo", "config.yaml")
}

// ended runs a command that has to end with that code, and returns what it says.
func ended(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, told bytes.Buffer
	if code := run(t.Context(), args, nil, &out, &told); code != want {
		t.Fatalf("%v ended with %d: %s%s", args, code, out.String(), told.String())
	}
	return out.String()
}

// question is a heading of the document with the first SQL under it, and the answer shown
// behind that.
type question struct{ heading, sql, shown string }

func questions(t *testing.T, text string) []question {
	t.Helper()
	var list []question
	for i, part := range strings.Split(text, "\n### ") {
		if i == 0 {
			continue
		}
		heading, body, _ := strings.Cut(part, "\n")
		_, body, opened := strings.Cut(body, "```sql\n")
		sql, shown, closed := strings.Cut(body, "\n```\n")
		if !opened || !closed {
			t.Fatalf("%s has no SQL", heading)
		}
		list = append(list, question{heading, sql, shown})
	}
	return list
}

// TestTheQuestionsOfAnalystsHaveTheAnswersShown asks every question of docs/analysts.md
// as an analyst would. `make analysts` writes the answers anew.
func TestTheQuestionsOfAnalystsHaveTheAnswersShown(t *testing.T) {
	data, err := os.ReadFile(analysts)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	list := questions(t, text)
	if len(list) < 20 {
		t.Fatalf("%d questions of twenty and more", len(list))
	}
	conf := demoConfig(t)
	for _, q := range list {
		answer, rows := markdown(t, asked(t, conf, q.sql))
		if rows == 0 {
			t.Errorf("%s: the sample has no answer", q.heading)
		}
		if *update {
			text = strings.Replace(text, q.sql+"\n```\n"+q.shown, q.sql+"\n```\n\n"+answer, 1)
		} else if answer != strings.Trim(q.shown, "\n")+"\n" {
			t.Errorf("%s: the answer is\n%sand shown is\n%s", q.heading, answer, q.shown)
		}
	}
	if *update {
		if err := os.WriteFile(analysts, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// asked is the answer to a query as CSV.
func asked(t *testing.T, conf, sql string) string {
	t.Helper()
	return ended(t, exitDone, "query", "-c", conf, "-f", "csv", sql)
}

// markdown is a CSV as a table of a document, and how many rows it has.
func markdown(t *testing.T, text string) (string, int) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(records) == 0 {
		t.Fatal("read an answer:", err)
	}
	var table strings.Builder
	for i, r := range records {
		table.WriteString("| " + strings.ReplaceAll(strings.Join(r, "\x00"), "|", `\|`) + " |\n")
		if i == 0 {
			table.WriteString("|" + strings.Repeat("---|", len(r)) + "\n")
		}
	}
	return strings.ReplaceAll(table.String(), "\x00", " | "), len(records) - 1
}

// TestTheOldRegimeOfTheQuestionIsWhatCompareSays holds the document's word that the two
// agree where a level has stood still.
func TestTheOldRegimeOfTheQuestionIsWhatCompareSays(t *testing.T) {
	conf := demoConfig(t)
	data, err := os.ReadFile(analysts)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	_, programme, _ := strings.Cut(string(text), "\nprogramme:\n")
	first, _, _ := strings.Cut(programme, "\n  - name: \"2024-07,")
	old := filepath.Join(t.TempDir(), "old.yaml")
	if err := os.WriteFile(old, []byte("programme:\n"+first+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	compared := map[string]string{}
	for line := range strings.SplitSeq(ended(t, exitDone, "compare", "-c", conf, "--programme", old), "\n") {
		if f := strings.Fields(line); len(f) > 3 && f[1] == "Resell" {
			compared[f[0]] = f[3]
		}
	}
	held := 0
	for _, r := range strings.Split(asked(t, conf, questions(t, string(data))[4].sql), "\n")[1:] {
		if f := strings.Split(r, ","); len(f) == 8 && f[2] == "false" {
			held++
			if compared[f[0]] != f[6] {
				t.Errorf("%s: compare says %s, the question %s", f[0], compared[f[0]], f[6])
			}
		}
	}
	if held != 6 {
		t.Errorf("%d partners were compared", held)
	}
}
