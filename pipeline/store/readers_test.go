package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"tranche/pipeline/store"
)

func published(t *testing.T, path string, payable int) {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Attach(ctx, path, "published"); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		"create schema published.mart",
		"create table published.mart.partners as from (values ('P1', 'DE'), ('P2', 'FR')) as t(partner_id, country)",
		fmt.Sprintf(`create table published.mart.payables as
			select partner_id, %d as payable, 'secret' as note from published.mart.partners`, payable),
		"create table published.mart.programme as select 'Example' as name",
		"create table published.mart.reconciliation as select 'file' as name",
	} {
		if err := s.Exec(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Detach(ctx, path, "published"); err != nil {
		t.Fatal(err)
	}
}

func TestReadersOfAViewSeeTheirPartnersOnly(t *testing.T) {
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "published.duckdb")
	published(t, path, 1)
	r, err := store.OpenReaders(ctx, path, 2, []store.View{{Name: "german", Partners: "country = 'DE'",
		Shared: []string{"programme"}, Instead: map[string]string{"payables": "'' as note"}}}, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// A new file takes the place of the open one, in the same process.
	published(t, path+".new", 2)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	for view, want := range map[string][]string{"": {"P1 1 secret", "P2 1 secret"}, "german": {"P1 1 "}} {
		s, err := r.Take(ctx, view)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"mart.payables", "payables"} {
			got, err := s.Texts(ctx, "select concat(partner_id, ' ', payable, ' ', note) from "+table+" order by all")
			if err != nil || len(got) != len(want) || got[0] != want[0] {
				t.Errorf("the view %q of %s: %q, %v, it should be %q", view, table, got, err, want)
			}
		}
		_, err = s.Texts(ctx, "select name from mart.reconciliation")
		if (err != nil) != (view != "") {
			t.Errorf("the view %q of what is nobody's: %v", view, err)
		}
		if err := s.Exec(ctx, "copy (select 1) to 'x.csv'"); err == nil {
			t.Error("a reader has written a file")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	again, err := store.OpenReaders(ctx, path, 1, nil, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	s, _ := again.Take(ctx, "")
	if got, err := s.Texts(ctx, "select payable::varchar from mart.payables"); err != nil || got[0] != "2" {
		t.Errorf("the new file: %q, %v", got, err)
	}
	_ = s.Close()
}
