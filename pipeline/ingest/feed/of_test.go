package feed_test

import (
	"testing"

	"tranche/pipeline/ingest/feed"
)

func TestAFetchedFileBelongsToTheFeedOfItsSource(t *testing.T) {
	feeds := []feed.Feed{{Name: "a", Glob: "sales*.csv", Source: "north"},
		{Name: "b", Glob: "sales*.csv", Source: "south"}, {Name: "c", Glob: "rates*.csv"}}
	for _, x := range []struct{ file, from, want string }{
		{"sales.csv", "north", "a"}, {"SALES.csv.gz", "south", "b"}, {"rates.csv", "north", "c"},
		{"sales.csv", "", "ab"}, {"sales.csv", "renamed", "ab"}, {"other.csv", "north", ""},
	} {
		got := ""
		for _, f := range feed.Of(feeds, x.file, x.from) {
			got += f.Name
		}
		if got != x.want {
			t.Errorf("%s from %q belongs to %q, want %q", x.file, x.from, got, x.want)
		}
	}
	if (feed.Feed{Name: "a", Source: "x"}).Hash() != (feed.Feed{Name: "a"}).Hash() {
		t.Error("another source reads all files again")
	}
}
