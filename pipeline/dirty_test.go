package pipeline_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"tranche/pipeline/ingest/landing"
)

var update = flag.Bool("update", false, "rewrite what must come of the dirty files")

// dirtyCase is one file of fixtures/dirty with the text beside it.
type dirtyCase struct {
	name, file, note string
	text             *txtar.Archive
}

func dirtyCases(t *testing.T) []dirtyCase {
	t.Helper()
	notes, err := filepath.Glob("../fixtures/dirty/*.txt")
	if err != nil || len(notes) < 150 {
		t.Fatalf("%d dirty files, at least 150 are promised (%v)", len(notes), err)
	}
	var list []dirtyCase
	for _, note := range notes {
		c := dirtyCase{name: strings.TrimSuffix(filepath.Base(note), ".txt"), note: note}
		if c.text, err = txtar.ParseFile(note); err != nil {
			t.Fatal(err)
		}
		c.file = strings.TrimSuffix(note, ".txt") + ".csv"
		if _, err := os.Stat(c.file); err != nil {
			c.file += ".gz"
		}
		list = append(list, c)
	}
	return list
}

func (c dirtyCase) part(name string) string {
	for _, f := range c.text.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// plainFeed is how a file is declared where its text says nothing else.
var plainFeed = []string{
	"kind: sales", "returns: negative", "final_newline: required", "max_rejects: 0",
	"values: {document_type: {S: sale, R: return}}",
	"columns: {document_no: doc, line_no: line, document_type: type, document_date: date, partner_code: code, " +
		"end_customer: customer, sku: sku, quantity: qty, net_amount: net, currency: cur}",
}

// feed declares the case's own feed; its file's name is the distributor.
func (c dirtyCase) feed() string {
	own := c.part("feed.yaml")
	glob := strings.NewReplacer("[", "?", "]", "?").Replace(c.name) + ".csv"
	lines := []string{"name: " + quoted(c.name), "glob: " + quoted(glob)}
	for _, line := range append(plainFeed, "constants: {distributor: "+quoted(c.name)+"}") {
		key, _, _ := strings.Cut(line, ":")
		if !strings.HasPrefix(own, key+":") && !strings.Contains(own, "\n"+key+":") {
			lines = append(lines, line)
		}
	}
	if own != "" {
		lines = append(lines, strings.Split(strings.TrimSuffix(own, "\n"), "\n")...)
	}
	return "  - " + strings.Join(lines, "\n    ") + "\n"
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

// TestDirtyFilesComeToWhatStandsBesideThem loads every dirty file in one run and
// compares what became of each row with the text beside the file.
func TestDirtyFilesComeToWhatStandsBesideThem(t *testing.T) {
	cases := dirtyCases(t)
	w := dirtyWorld(t, cases)
	w.run(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := w.outcome(t, filepath.Base(c.file))
			w.heldToTruth(t, c)
			if *update {
				c.rewrite(t, got)
				return
			}
			if want := c.part("expect"); got != want {
				t.Errorf("it comes to\n%s\nit should come to\n%s", got, want)
			}
		})
	}
}

func dirtyWorld(t *testing.T, cases []dirtyCase) *world {
	t.Helper()
	w := &world{dir: t.TempDir()}
	inbox := filepath.Join(w.dir, "inbox")
	if err := os.MkdirAll(inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	feeds := ""
	for _, c := range cases {
		feeds += c.feed()
		data, err := os.ReadFile(c.file)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(inbox, filepath.Base(c.file))
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		old := now.Add(-time.Hour)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	w.configure(t, "vendor: V\ncurrency: USD\nfeeds:\n"+feeds+barePlan)
	return w
}

// barePlan is the smallest programme there can be.
const barePlan = `programme:
  - name: bare
    from: 2024-01-01
    points: {status_months: 12}
    levels: {source: computed, review_month: 12, grace_months: 3, requirements: [{level: ready, points: 0}]}
`

// outcome says what became of a file, row by row. Nobody knows the partners in
// these files, so every row that loaded is held and shows there.
func (w *world) outcome(t *testing.T, file string) string {
	t.Helper()
	if why := w.leftInInbox(file); why != "" {
		return "left in the inbox: " + why + "\n"
	}
	var out strings.Builder
	name := strings.ReplaceAll(file, "'", "''")
	for _, r := range w.rows(t, `
		select if(is_loaded, 'loaded', 'refused: ' || detail), records, loaded, duplicate, superseded, rejected,
			loaded_amount, rejected_amount, unread_amounts, coalesce(notes, '')
		from mart.reconciliation where file_name = '`+name+`'`) {
		fmt.Fprintf(
			&out,
			"%s\nrows %s = %s loaded + %s duplicate + %s superseded + %s rejected; "+
				"loaded %s, rejected %s, unreadable amounts %s\n",
			r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8],
		)
		if r[9] != "" {
			fmt.Fprintf(&out, "ignored columns: %s\n", r[9])
		}
	}
	for _, r := range w.rows(t, `
		select words, excluded, amount, unread_amounts, file_line from mart.excluded_rows
		where file_name = '`+name+`' order by condition`) {
		fmt.Fprintf(&out, "excluded, %s: %s, amounts %s, unreadable %s, from line %s\n", r[0], r[1], r[2], r[3], r[4])
	}
	for _, r := range w.rows(t, `
		select file_line, document_no, line_no, what, coalesce(end_customer, ''), sku, net_amount, currency
		from mart.held_lines where file_name = '`+name+`' order by file_line, line_no`) {
		fmt.Fprintf(&out, "line %s: %s/%s %q %q %q %s %s\n", r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7])
	}
	for _, r := range w.rows(t, `
		select file_line, coalesce(column_name, ''), code, coalesce(raw_text, ''), sentence from mart.rejected_rows
		where file_name = '`+name+`' order by problem`) {
		fmt.Fprintf(&out, "not believed, line %s %s %s %q: %s\n", r[0], r[1], r[2], r[3], r[4])
	}
	return out.String()
}

// leftInInbox is why the last run left a file in the inbox.
func (w *world) leftInInbox(file string) string {
	for _, a := range w.last.Arrivals {
		if a.Source == file && a.Fate == landing.Refused {
			return a.Detail
		}
	}
	return ""
}

// heldToTruth compares what was loaded with what a careful person would load.
func (w *world) heldToTruth(t *testing.T, c dirtyCase) {
	t.Helper()
	truth := strings.TrimSpace(c.part("truth"))
	if truth == "refuse" && w.leftInInbox(filepath.Base(c.file)) != "" {
		return
	}
	name := strings.ReplaceAll(filepath.Base(c.file), "'", "''")
	rows := w.rows(t, "select is_loaded, loaded, loaded_amount from mart.reconciliation where file_name = '"+name+"'")
	if len(rows) != 1 {
		t.Fatalf("the file is %d times in the reconciliation", len(rows))
	}
	if truth == "refuse" {
		if rows[0][0] != "false" {
			t.Errorf("the file was not refused")
		}
		return
	}
	count, amount, _ := strings.Cut(truth, " ")
	if rows[0][0] != "true" || rows[0][1] != count || !sameAmount(rows[0][2], amount) {
		t.Errorf("loaded %v, the truth is %s", rows[0], truth)
	}
}

func sameAmount(a, b string) bool {
	trim := func(s string) string { return strings.TrimRight(strings.TrimRight(s, "0"), ".") }
	return trim(a) == trim(b)
}

func (c dirtyCase) rewrite(t *testing.T, got string) {
	t.Helper()
	for i := range c.text.Files {
		if c.text.Files[i].Name == "expect" {
			c.text.Files[i].Data = []byte(got)
			got = ""
		}
	}
	if got != "" {
		c.text.Files = append(c.text.Files, txtar.File{Name: "expect", Data: []byte(got)})
	}
	if err := os.WriteFile(c.note, txtar.Format(c.text), 0o600); err != nil {
		t.Fatal(err)
	}
}
