package store_test

import (
	"context"
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
