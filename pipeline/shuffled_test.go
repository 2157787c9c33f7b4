package pipeline_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tranche/transforms/oracle"
)

// TestTheOrderOfRowsInAFileDoesNotMatter shuffles the rows of every sales file
// and compares every credit, level, balance and payment.
func TestTheOrderOfRowsInAFileDoesNotMatter(t *testing.T) {
	long(t)
	want := sampleWorld(t).said(t)
	for seed := range uint64(3) {
		w := newWorld(t, t.TempDir(), asItIs)
		for _, pattern := range []string{"NW_*.csv", "HTD_*.csv"} {
			paths, err := filepath.Glob(filepath.Join(w.dir, "inbox", pattern))
			if err != nil || len(paths) == 0 {
				t.Fatal("no files", err)
			}
			for _, path := range paths {
				shuffle(t, path, seed)
			}
		}
		w.run(t)
		if got := w.said(t); !slices.Equal(got, want) {
			t.Errorf("shuffled, the figures differ: %s", firstDifference(got, want))
		}
	}
}

// said asks the published marts for every figure somebody is paid or promoted by.
func (w *world) said(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, row := range w.rows(t, oracle.Question()) {
		out = append(out, row[0])
	}
	slices.Sort(out)
	return out
}

// shuffle mixes the rows below a file's header and keeps its time.
func shuffle(t *testing.T, path string, seed uint64) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(data), "\n")+"\n", "\n")
	rows := lines[1 : len(lines)-1]
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
}
