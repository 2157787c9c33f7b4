package pipeline_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tranche/fixtures"
	"tranche/pipeline"
	"tranche/pipeline/config"
)

// world is a working folder in which a run has ended.
type world struct {
	dir    string
	config *config.Config
	last   *pipeline.Summary
	closes string // the month that a child closes
}

// now is the clock of every test: a day after the sample's last month.
var now = time.Date(2024, 9, 20, 2, 30, 0, 0, time.UTC)

// newWorld lays out a folder with the sample and a configuration, which edit may
// change first.
func newWorld(t *testing.T, dir string, edit func(string) string) *world {
	t.Helper()
	inbox := filepath.Join(dir, "inbox")
	if err := os.MkdirAll(inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := fixtures.LayOut(inbox); err != nil {
		t.Fatal(err)
	}
	text, err := fixtures.Config()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{dir: dir}
	w.configure(t, edit(string(text)))
	return w
}

func (w *world) configure(t *testing.T, text string) {
	t.Helper()
	path := filepath.Join(w.dir, "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.config, err = config.Read(path); err != nil {
		t.Fatal(err)
	}
}

// drop puts a file into the inbox that has held still since the day before.
func (w *world) drop(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(w.dir, "inbox", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, now.AddDate(0, 0, -1), now.AddDate(0, 0, -1)); err != nil {
		t.Fatal(err)
	}
}

func asItIs(text string) string { return text }

// run runs, and fails the test if the run does.
func (w *world) run(t *testing.T) *pipeline.Summary {
	t.Helper()
	s, err := pipeline.Run(context.Background(), pipeline.Options{Config: w.config, Now: now, Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	w.last = s
	return s
}

// rows asks the published database, everything as text.
func (w *world) rows(t *testing.T, query string) [][]string {
	t.Helper()
	s, err := pipeline.OpenPublished(t.Context(), w.config)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := s.Query(t.Context(), "select columns(*)::varchar from ("+query+")")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, _ := rows.Columns()
	var out [][]string
	for rows.Next() {
		cells := make([]*string, len(names))
		into := make([]any, len(names))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(names))
		for i, c := range cells {
			if c != nil {
				row[i] = *c
			}
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// all is every row of every mart but the run's own, in an order of its own.
func (w *world) all(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, name := range w.rows(t, "select table_name from duckdb_tables() where schema_name = 'mart' order by 1") {
		if name[0] == "as_of" {
			continue
		}
		for _, row := range w.rows(t, "select * from mart."+name[0]) {
			out = append(out, name[0]+"|"+strings.Join(row, "|"))
		}
	}
	slices.Sort(out)
	return out
}

func (w *world) workbooks(t *testing.T, months string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(w.dir, "statements", months, "*.xlsx"))
	if err != nil || len(list) == 0 {
		t.Fatal("no workbooks", err)
	}
	return list
}

var (
	sampleOnce sync.Once
	sampleIn   *world
)

// sampleWorld is the sample, run once for all tests that only look.
func sampleWorld(t *testing.T) *world {
	t.Helper()
	sampleOnce.Do(func() {
		dir, err := os.MkdirTemp("", "tranche-sample-")
		if err != nil {
			t.Fatal(err)
		}
		sampleIn = newWorld(t, dir, asItIs)
		sampleIn.run(t)
	})
	if sampleIn == nil || sampleIn.last == nil {
		t.Fatal("the sample did not run")
	}
	return sampleIn
}

// long leaves a test to make test-all.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("make test-all runs it")
	}
}

func TestMain(m *testing.M) {
	syscall.Umask(0o077) // as the program does
	if dir := os.Getenv(childFolder); dir != "" {
		os.Exit(runAsChild(dir))
	}
	flag.Parse()
	// Each history is several runs of everything; a hundred by default are too many.
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		_ = flag.Set("rapid.checks", "5")
	}
	code := m.Run()
	if sampleIn != nil {
		_ = os.RemoveAll(sampleIn.dir)
	}
	os.Exit(code)
}

func TestTheMartsAreTheSameAtAnyNumberOfThreads(t *testing.T) {
	long(t)
	want := sampleWorld(t).all(t)
	for _, threads := range []string{"1", "2", "8"} {
		w := newWorld(
			t,
			t.TempDir(),
			func(text string) string { return strings.Replace(text, "threads: 0", "threads: "+threads, 1) },
		)
		w.run(t)
		if got := w.all(t); !slices.Equal(got, want) {
			t.Errorf("at %s threads the marts differ: %s", threads, firstDifference(got, want))
		}
	}
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return got[i] + " instead of " + want[i]
		}
	}
	return "one has more rows"
}

func TestNoColumnAnywhereIsAFloat(t *testing.T) {
	rows := sampleWorld(
		t,
	).rows(t, "select table_name, column_name, data_type from duckdb_columns() where database_name = 'published'")
	if len(rows) < 100 {
		t.Fatalf("only %d columns were seen", len(rows))
	}
	for _, r := range rows {
		if strings.Contains(r[2], "DOUBLE") || strings.Contains(r[2], "FLOAT") {
			t.Errorf("%v", r)
		}
	}
}

func TestEveryTableAndColumnIsCommented(t *testing.T) {
	w := sampleWorld(t)
	for _, r := range w.rows(t, `
		select table_name, column_name from duckdb_columns() where database_name = 'published' and comment is null
		union all select table_name, '' from duckdb_tables() where database_name = 'published' and comment is null`) {
		t.Errorf("%s %s has no comment", r[0], r[1])
	}
}

func TestFilesAreTheOperatorsAlone(t *testing.T) {
	w := sampleWorld(t)
	for path, want := range map[string]os.FileMode{
		"statements/2024-07":                      0o700,
		"statements/2024-07/statement_P1001.xlsx": 0o600,
		"statements/2024-07/manifest.json":        0o600,
		"state/published.duckdb":                  0o640,
		"landing":                                 0o700,
		"state":                                   0o700,
	} {
		info, err := os.Stat(filepath.Join(w.dir, path))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s is %v, it should be %v (%v)", path, info.Mode().Perm(), want, err)
		}
	}
}
