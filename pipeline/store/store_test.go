package store_test

import (
	"context"
	"strings"
	"testing"

	"tranche/pipeline/store"
)

func TestASessionSparesHalfOfItsMemoryAndTakesItBack(t *testing.T) {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{MemoryLimit: "400MB"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	limit := func() (bytes int64) {
		if err := s.Row(ctx, "select parse_formatted_bytes(current_setting('memory_limit'))", []any{&bytes}); err != nil {
			t.Fatal(err)
		}
		return bytes
	}
	all := limit()
	back := s.Spare(ctx)
	if got := limit(); got > all*51/100 || got < all*49/100 {
		t.Errorf("of %d bytes it keeps %d", all, got)
	}
	back()
	if got := limit(); got != all {
		t.Errorf("it takes %d of %d bytes back", got, all)
	}
}

// TestArmsOfAUnionKeepTheirRows fails where two arms over the same join are taken for one: with its usual settings
// DuckDB 1.5.6 does so (its issue 24624), and says nothing.
func TestArmsOfAUnionKeepTheirRows(t *testing.T) {
	s, err := store.Open(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, statement := range []string{
		"create table flags as select false as flag", "create table words as select 'a' as word",
	} {
		if err := s.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	const arm = `select * from flags left join words on true
		where ((not flag) and (substring(word from -4294967296) <> word))`
	var rows int
	other := strings.Replace(arm, "((", "not ((", 1)
	err = s.Row(t.Context(), "select count(*) from ("+arm+" is null union all "+other+")", []any{&rows})
	if err != nil || rows != 1 {
		t.Errorf("%d rows, %v; one arm has one row, and the other none", rows, err)
	}
}
