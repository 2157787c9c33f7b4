package pipeline_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranche/pipeline"
	"tranche/pipeline/files"
)

func TestARollbackAfterAPublicationThatWasCutShortGoesBackOneAndNotTwo(t *testing.T) {
	long(t)
	b := newBroken(t, t.TempDir())
	b.goesOn(t, "the second day")
	second := b.published(t)
	b.drop(t, "entries_third.csv", strings.ReplaceAll(tomorrow, "E-9", "E-10"))
	b.run(t)
	last, err := filepath.Glob(filepath.Join(b.config.Folders.State, "previous", "*", "undo.json"))
	if err != nil || len(last) == 0 {
		t.Fatal(last, err)
	}
	path := last[len(last)-1]
	var was map[string]any
	if err := json.Unmarshal(mustRead(t, path), &was); err != nil {
		t.Fatal(err)
	}
	was["complete"] = false // as a kill just before the end leaves it
	data, err := json.Marshal(was)
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if run, err := pipeline.BeingPublished(b.config); err != nil || run != was["run_id"] {
		t.Errorf("being published is %q (%v), it should be %v", run, err, was["run_id"])
	}
	if _, err := pipeline.Rollback(t.Context(), b.options(), "anna", "a test"); err != nil {
		t.Fatal(err)
	}
	if run, err := pipeline.BeingPublished(b.config); err != nil || run != "" {
		t.Errorf("being published is %q (%v) afterwards", run, err)
	}
	if got := b.published(t); !maps.Equal(got, second) {
		t.Errorf("it went elsewhere: %s", difference(got, second))
	}
}

func TestARollbackThatFailsHalfWayIsFinishedByWhoeverBeginsNext(t *testing.T) {
	long(t)
	b := newBroken(t, t.TempDir())
	first := b.published(t)
	b.goesOn(t, "the second day")
	renames := 0
	files.Fault = func(act, path string) error {
		if act != "rename" || strings.HasSuffix(path, "undo.json") {
			return nil
		}
		if renames++; renames > 1 { // the database is back, and no workbook
			return errors.New("the disk says no")
		}
		return nil
	}
	t.Cleanup(func() { files.Fault = nil })
	_, err := pipeline.Rollback(t.Context(), b.options(), "anna", "a test")
	files.Fault = nil
	if !errors.Is(err, pipeline.ErrHalfPublished) {
		t.Errorf("it says %v", err)
	}
	if got := b.published(t); maps.Equal(got, first) {
		t.Error("nothing was left half way")
	}
	if run, err := pipeline.BeingPublished(b.config); err != nil || run == "" {
		t.Errorf("nothing says so: %v", err)
	}
	if _, err := pipeline.Rollback(t.Context(), b.options(), "anna", "a test"); err != nil {
		t.Fatal(err)
	}
	if got := b.published(t); !maps.Equal(got, first) {
		t.Errorf("it went elsewhere: %s", difference(got, first))
	}
}

func TestARollbackAcrossAClosingIsRefused(t *testing.T) {
	long(t)
	w := smallWorld(t, t.TempDir())
	w.run(t)
	w.close(t, 1)
	if _, err := pipeline.Reopen(t.Context(), w.options(), day("2024-01-01"), "bert", "a test"); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Rollback(t.Context(), w.options(), "anna", "a test"); err != nil {
		t.Errorf("the run after the reopening: %v", err)
	}
	if _, err := pipeline.Rollback(t.Context(), w.options(), "anna", "a test"); !errors.Is(err, pipeline.ErrDecision) {
		t.Errorf("the closing: %v", err)
	}
}

func TestFoldersThatNothingCanBeRenamedBetweenAreRefusedBeforeAnythingIsDone(t *testing.T) {
	b := newBroken(t, t.TempDir())
	other := *b.config
	other.Folders.Statements = filepath.Join(inMemory(t, 50), "statements")
	o := b.options()
	o.Config = &other
	if _, err := pipeline.Run(t.Context(), o); !errors.Is(err, pipeline.ErrPlace) ||
		!strings.Contains(err.Error(), "folders.statements is on another file system") {
		t.Errorf("it says %v", err)
	}
	b.stands(t, "another file system")
}

func TestACopyOfTheFolderDoesNotPublishIntoTheFirst(t *testing.T) {
	long(t)
	b := newBroken(t, t.TempDir())
	shared := filepath.Join(t.TempDir(), "published")
	b.config.Folders.Analysts = shared
	b.goesOn(t, "with a folder for analysts")
	if info, err := os.Stat(shared); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("the folder is %v (%v)", info.Mode(), err)
	}
	copied := newBroken(t, t.TempDir())
	copied.config.Folders.Analysts = shared
	if _, err := pipeline.Rebuild(t.Context(), copied.options()); !errors.Is(err, pipeline.ErrPlace) {
		t.Errorf("the copy says %v", err)
	}
}

func TestWhatFailsBeforeAnythingBeginsIsRemembered(t *testing.T) {
	long(t)
	w := smallWorld(t, t.TempDir())
	w.run(t)
	w.close(t, 1)
	path := filepath.Join(w.config.Folders.Closed, "2024-01", "pay.parquet")
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := scribble(path, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Run(t.Context(), w.options()); err == nil {
		t.Fatal("a changed closed month passes")
	}
	past, err := pipeline.History(w.config)
	if err != nil || past[len(past)-1].Outcome != pipeline.Failed ||
		!strings.Contains(past[len(past)-1].Error, "pay.parquet") {
		t.Errorf("the history ends with %+v (%v)", past[len(past)-1], err)
	}
	c := pipeline.Closing{Month: day("2024-02-01"), By: "anna"}
	if _, err := pipeline.Close(t.Context(), w.options(), c); err == nil {
		t.Error("it closes")
	}
}

func TestADamagedBlockIsFoundBeforeItIsPublished(t *testing.T) {
	long(t)
	b := newBroken(t, t.TempDir())
	s, err := pipeline.OpenPublished(t.Context(), b.config)
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	found := 0
	for _, at := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9} {
		c := newBroken(t, t.TempDir())
		if err := scribble(c.config.Folders.Published(), float64(at)/10); err != nil { //nolint // a place, and no money
			t.Fatal(err)
		}
		if c.unreadable(t) {
			found++
		}
	}
	if found < 6 {
		t.Errorf("reading every value found %d of 9 damaged places", found)
	}
}

// unreadable reads a published file as a run reads back its own.
func (b *broken) unreadable(t *testing.T) bool {
	t.Helper()
	s, err := pipeline.OpenPublished(t.Context(), b.config)
	if err != nil {
		return true
	}
	defer s.Close()
	rows, err := s.Query(t.Context(), "select table_name from duckdb_tables() where schema_name = 'mart'")
	if err != nil {
		return true
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return true
		}
		names = append(names, name)
	}
	for _, name := range names {
		r, err := s.Query(t.Context(), "select bit_xor(hash(columns(*))) from mart."+name)
		if err != nil {
			return true
		}
		for r.Next() {
		}
		err = r.Err()
		_ = r.Close()
		if err != nil {
			return true
		}
	}
	return rows.Err() != nil
}
