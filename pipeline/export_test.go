package pipeline_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/export"
	"tranche/pipeline/files"
	"tranche/pipeline/store"
	"tranche/transforms"
)

// august is one sale more in the newest month.
const august = "Invoice Number,Line,Transaction Type,Invoice Date,Ship-To ID,End User Name," +
	"Vendor Part Number,Quantity,Unit Price,Currency,Deal Registration,Original Invoice,Original Line\r\n" +
	"990001,1,Invoice,08/30/2024,44100,Quill & Marsh,LK-PLT-S,1,296.65,USD,,,\r\n"

func (w *world) export(t *testing.T, dir string) *export.Done {
	t.Helper()
	done, err := pipeline.Export(t.Context(), w.config, dir)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// tree is the hash of every file below a folder, by its name in it.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	hashes := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		hashes[name], err = files.Hash(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hashes
}

var errCut = errors.New("cut short")

// failAfter lets so many renames succeed and none after them.
func failAfter(renames int) {
	done := 0
	files.Fault = func(act, _ string) error {
		if act != "rename" {
			return nil
		}
		done++
		if done > renames {
			return errCut
		}
		return nil
	}
}

func TestAnExportHoldsEveryRowOfEveryMart(t *testing.T) {
	w, dir := sampleWorld(t), t.TempDir()
	w.export(t, dir)
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.AttachReadOnly(ctx, w.config.Folders.Published(), "published"); err != nil {
		t.Fatal(err)
	}
	models, err := transforms.Models()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range models {
		if m.Layer != "mart" {
			continue
		}
		var rows, differ int
		if err := s.Row(ctx, "select count(*) from published."+m.FullName(), []any{&rows}); err != nil {
			t.Fatal(err)
		}
		parts, _ := filepath.Glob(filepath.Join(dir, m.Name, "*", "data.parquet"))
		if len(parts) == 0 && rows == 0 {
			continue // no month has a row
		}
		var columns []string
		for _, c := range m.Columns {
			columns = append(columns, store.Name(c.Name))
		}
		list := "select " + strings.Join(columns, ", ") + " from "
		theirs := list + "read_parquet(" + store.Literal(
			filepath.Join(dir, m.Name, "**", "data.parquet"),
		) + ", hive_partitioning = true)"
		ours := list + "published." + m.FullName()
		q := "select count(*) from ((" + theirs + " except all " + ours + ") union all (" +
			ours + " except all " + theirs + "))"
		if err := s.Row(ctx, q, []any{&differ}); err != nil || differ != 0 {
			t.Errorf("%s: %d rows differ (%v)", m.FullName(), differ, err)
		}
	}
}

func TestASecondExportWritesNothing(t *testing.T) {
	w, dir := sampleWorld(t), t.TempDir()
	if first := w.export(t, dir); len(first.Written) < 80 || first.Unchanged != 0 {
		t.Fatalf("the first export wrote %d parts", len(first.Written))
	}
	long := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for name := range tree(t, dir) {
		if err := os.Chtimes(filepath.Join(dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	if second := w.export(t, dir); len(second.Written)+len(second.Removed) != 0 || second.Unchanged < 80 {
		t.Errorf("the second wrote %v and removed %v", second.Written, second.Removed)
	}
	for name := range tree(t, dir) {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.ModTime().Equal(long) {
			t.Errorf("%s was touched (%v)", name, err)
		}
	}
}

func TestTheSameRowsAreTheSameBytesAtAnyNumberOfThreads(t *testing.T) {
	long(t)
	w, one, more := sampleWorld(t), t.TempDir(), t.TempDir()
	conf := *w.config
	for dir, threads := range map[string]int{one: 1, more: 8} {
		conf.Database.Threads = threads
		if _, err := pipeline.Export(t.Context(), &conf, dir); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := tree(t, one), tree(t, more); !maps.Equal(a, b) {
		t.Error("the folders differ")
	}
}

func TestAMonthThatChangesIsAllThatIsWritten(t *testing.T) {
	long(t)
	w := newWorld(t, t.TempDir(), asItIs)
	w.run(t)
	dir := filepath.Join(w.dir, "export")
	w.export(t, dir)
	before := tree(t, dir)
	w.drop(t, "HTD_867_0824_late.csv", august)
	w.run(t)
	done := w.export(t, dir)
	if !slices.Contains(done.Written, "payables/month=2024-08-01/data.parquet") ||
		!slices.Contains(done.Written, "statement_lines/month=2024-08-01/data.parquet") {
		t.Errorf("written are %v", done.Written)
	}
	for _, name := range done.Written {
		if strings.Contains(name, "/month=") && !strings.Contains(name, "/month=2024-08-01/") {
			t.Errorf("%s was written, and only August has changed", name)
		}
	}
	for name, hash := range tree(t, dir) {
		if name != export.ManifestName && before[name] != hash && !slices.Contains(done.Written, name) {
			t.Errorf("%s has changed and was not told of", name)
		}
	}
	if done.Unchanged < 50 {
		t.Errorf("%d parts are unchanged", done.Unchanged)
	}
}

func TestAPartThatIsGoneIsRemovedAndNothingElseIs(t *testing.T) {
	long(t)
	w := newWorld(t, t.TempDir(), asItIs)
	w.run(t)
	dir := filepath.Join(w.dir, "export")
	w.export(t, dir)
	theirs := filepath.Join(dir, "payables", "month=2024-08-01", "notes.txt")
	if err := os.WriteFile(theirs, []byte("somebody else's"), 0o600); err != nil {
		t.Fatal(err)
	}
	july := time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	o := pipeline.Options{Config: w.config, Now: now, Program: "test", Month: july}
	if _, err := pipeline.Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Fault = nil })
	failAfter(1) // the manifest has been begun, and no part been written
	if _, err := pipeline.Export(t.Context(), w.config, dir); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	files.Fault = nil
	done := w.export(t, dir)
	if !slices.Contains(done.Removed, "payables/month=2024-08-01/data.parquet") {
		t.Errorf("removed are %v", done.Removed)
	}
	left := tree(t, dir)
	if _, there := left[filepath.Join("payables", "month=2024-08-01", "data.parquet")]; there ||
		left[filepath.Join("payables", "month=2024-08-01", "notes.txt")] == "" {
		t.Error("August's part is there, or what is somebody else's is not")
	}
	if _, err := os.Stat(filepath.Join(dir, "statements", "month=2024-08-01")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("an empty folder is left")
	}
}

func TestADamagedPartIsWrittenAnew(t *testing.T) {
	w, dir := sampleWorld(t), t.TempDir()
	w.export(t, dir)
	before := tree(t, dir)
	damaged, missing := "partners/data.parquet", "payables/month=2024-05-01/data.parquet"
	if err := errors.Join(
		os.WriteFile(filepath.Join(dir, damaged), []byte("PAR1"), 0o600),
		os.Remove(filepath.Join(dir, missing)),
	); err != nil {
		t.Fatal(err)
	}
	if done := w.export(t, dir); !slices.Equal(done.Written, []string{damaged, missing}) ||
		!maps.Equal(tree(t, dir), before) {
		t.Errorf("written are %v", done.Written)
	}
}

func TestAnExportCutShortIsGoneOnWithByTheNext(t *testing.T) {
	w, whole, dir := sampleWorld(t), t.TempDir(), t.TempDir()
	w.export(t, whole)
	want := tree(t, whole)
	t.Cleanup(func() { files.Fault = nil })
	for _, after := range []int{0, 1, 7, 60} {
		failAfter(after)
		if _, err := pipeline.Export(t.Context(), w.config, dir); !errors.Is(err, errCut) {
			t.Fatalf("after %d renames: %v", after, err)
		}
		files.Fault = nil
		for name, hash := range tree(t, dir) {
			if name != export.ManifestName && want[name] != hash {
				t.Errorf("after %d renames %s is there and not whole", after, name)
			}
		}
	}
	w.export(t, dir)
	if !maps.Equal(tree(t, dir), want) {
		t.Error("the next did not come to what an undisturbed one comes to")
	}
}

func TestAFolderWithSomebodyElsesManifestIsRefused(t *testing.T) {
	w := sampleWorld(t)
	for _, text := range []string{
		`{"month": "2024-08", "files": {}}`, `not JSON`, `{"parts": {"../../data.parquet": {}}}`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, export.ManifestName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := pipeline.Export(t.Context(), w.config, dir); err == nil ||
			!strings.Contains(err.Error(), "name another folder") {
			t.Errorf("%s: %v", text, err)
		}
		if len(tree(t, dir)) != 1 {
			t.Errorf("something was written beside %s", text)
		}
	}
}

func TestTheGroupMayReadAnExportBesideAPublishedFileItMayRead(t *testing.T) {
	w, around := sampleWorld(t), t.TempDir()
	if err := os.Chmod(around, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(around, "export")
	w.export(t, dir)
	for name, want := range map[string]os.FileMode{
		"":                                       0o750,
		"payables":                               0o750,
		"payables/month=2024-08-01":              0o750,
		"payables/month=2024-08-01/data.parquet": 0o640,
		"manifest.json":                          0o640,
	} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s is %v, it should be %v (%v)", name, info.Mode().Perm(), want, err)
		}
	}
}
