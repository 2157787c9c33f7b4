package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranche/fixtures"
	"tranche/pipeline/config"
)

// installed is the sample's configuration in a folder of its own.
func installed(t *testing.T) *config.Config {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "[vendor]") // a name that is no pattern
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	text, err := fixtures.Config()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(c.Folders.Inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	return c
}

const newFeed = `  - name: rivera
    kind: products
    glob: "rivera_*.csv"
    columns: {sku: sku, name: name, family: family, basis: basis}`

func TestASavedFeedBelongsToTheConfiguration(t *testing.T) {
	c := installed(t)
	name, with, err := SaveFeed(c, newFeed)
	if err != nil || name != "rivera" || len(with.Feeds) != len(c.Feeds)+1 || with.SourceHash == c.SourceHash {
		t.Fatal(name, with, err)
	}
	if _, _, err := SaveFeed(c, newFeed); err == nil {
		t.Error("a feed was saved over another")
	}
	for why, text := range map[string]string{
		"a name that another feed has": strings.Replace(newFeed, "rivera", "nordwind-sales", 1),
		"a name with a folder in it":   strings.Replace(newFeed, "name: rivera", "name: ../rivera", 1),
		"an open question":             strings.Replace(newFeed, "kind: products", "kind: ASK", 1),
		"an unknown key":               newFeed + "\n    unknown: 1",
	} {
		if _, _, err := SaveFeed(c, text); err == nil {
			t.Errorf("saved: %s", why)
		}
	}
	if _, err := config.Read(c.Path); err != nil {
		t.Errorf("what was refused is still there: %v", err)
	}
	path := filepath.Join(config.FeedsFolder(c.Path), "rivera.yaml")
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Guarded(with); err == nil {
		t.Error("a feed that anybody may write is read")
	}
}

func TestADeliveredFileIsWholeAndWritesOverNothing(t *testing.T) {
	c := installed(t)
	if err := Deliver(c, "NW_2024-09.csv", strings.NewReader("a;b\n")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"NW_2024-09.csv", "../NW_2024-10.csv", ".NW_2024-10.csv", "unknown.csv", "a/NW_1.csv",
		""} {
		if err := Deliver(c, name, strings.NewReader("other")); err == nil {
			t.Errorf("delivered as %q", name)
		}
	}
	found, err := os.ReadDir(c.Folders.Inbox)
	if err != nil || len(found) != 1 {
		t.Error("the inbox holds", found, err)
	}
}
