package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranche/pipeline"
	"tranche/pipeline/lake/laketest"
	"tranche/pipeline/store"
)

// laked is a world whose runs publish into a lake.
func laked(t *testing.T) (*world, *laketest.Postgres) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var version string
	if err := s.Row(t.Context(), "select library_version from pragma_version()", []any{&version}); err != nil {
		t.Fatal(err)
	}
	extensions, postgres := laketest.Extensions(t, version), laketest.NewPostgres(t)
	t.Setenv("LAKE_PASSWORD", laketest.Password)
	dir := t.TempDir()
	return newWorld(t, dir, func(text string) string {
		return strings.Replace(text, "\npublish:\n", fmt.Sprintf("\npublish:\n  lake: {catalog: %q, "+
			"password_env: LAKE_PASSWORD, data: lake, extensions: %s, programme: larkspur}\n",
			"postgres:"+postgres.Catalog(), extensions), 1)
	}), postgres
}

// inLake compares every published mart with the lake's, row by row and with types, and counts them.
func (w *world) inLake(t *testing.T) (marts int) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	do := func(statement string) {
		t.Helper()
		if err := s.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AttachReadOnly(t.Context(), w.config.Folders.Published(), "published"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ducklake", "postgres_scanner"} {
		do("load " + store.Literal(filepath.Join(w.config.Lake.Extensions, name+".duckdb_extension")))
	}
	do("create secret c (type postgres, password " + store.Literal(laketest.Password) + ")")
	do("attach 'ducklake:postgres:" + w.config.Lake.Catalog + "' as lake (read_only, meta_secret 'c')")
	names, err := s.Texts(t.Context(), "select table_name from duckdb_tables() "+
		"where database_name = 'published' and schema_name = 'mart' order by all")
	if err != nil {
		t.Fatal(err)
	}
	columns := func(database, schema, table string) string {
		got, err := s.Texts(t.Context(), "select column_name || ' ' || data_type from duckdb_columns() where "+
			"database_name = ? and schema_name = ? and table_name = ? order by column_index", database, schema, table)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(got, ", ")
	}
	for _, name := range names {
		a, b := columns("published", "mart", name), columns("lake", "larkspur", name)
		if a != b {
			t.Errorf("%s has %s, and in the lake %s", name, a, b)
			continue
		}
		ours, theirs := "published.mart."+name, "lake.larkspur."+name
		var differ int
		err := s.Row(t.Context(), fmt.Sprintf("select count(*) from ((from %s except all from %s) union all "+
			"(from %s except all from %s))", ours, theirs, theirs, ours), []any{&differ})
		if err != nil || differ != 0 {
			t.Errorf("%s: %d rows differ, %v", name, differ, err)
		}
	}
	return len(names)
}

func TestTheMartsOfTheSampleAreInTheLake(t *testing.T) {
	w, postgres := laked(t)
	s := w.run(t)
	if s.Lake == nil || s.Lake.Down != "" || s.Lake.Written == 0 || s.Lake.Unchanged != 0 {
		t.Fatalf("%+v", s.Lake)
	}
	t.Logf("%d marts are in the lake, in %d parts", w.inLake(t), s.Lake.Written)
	all := s.Lake.Written
	if s = w.run(t); s.Lake.Written > 2 || s.Lake.Unchanged < all-2 {
		t.Errorf("the same again: %+v", s.Lake)
	}

	// A lake that is down fails no run, and the next one catches up.
	postgres.Stop(t)
	w.drop(t, "NW_2024-08b.csv", august)
	s = w.run(t)
	if s.Lake.Down == "" || !s.Waits() || strings.Contains(s.Lake.Down, laketest.Password) {
		t.Errorf("%+v", s.Lake)
	}
	past, err := pipeline.History(w.config)
	if err != nil || past[len(past)-1].Outcome != pipeline.Waiting {
		t.Errorf("%+v, %v", past[len(past)-1], err)
	}
	postgres.Start(t)
	s = w.run(t)
	if s.Lake.Down != "" || s.Lake.Written == 0 || s.Lake.Unchanged == 0 {
		t.Errorf("%+v", s.Lake)
	}
	w.inLake(t)

	// What was taken back is taken back there too.
	back, err := pipeline.Rollback(t.Context(), pipeline.Options{Config: w.config, Now: now, Program: "test"}, "t", "why")
	if err != nil || back.Lake.Down != "" {
		t.Fatalf("%+v, %v", back, err)
	}
	w.inLake(t)

	// The lake is lost, and rebuild fills another one.
	postgres.Ask(t, "drop schema public cascade; create schema public")
	if err := os.RemoveAll(filepath.Join(w.dir, "lake")); err != nil {
		t.Fatal(err)
	}
	s, err = pipeline.Rebuild(t.Context(), pipeline.Options{Config: w.config, Now: now, Program: "test"})
	if err != nil || s.Lake.Down != "" || s.Lake.Unchanged != 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	w.inLake(t)
}
