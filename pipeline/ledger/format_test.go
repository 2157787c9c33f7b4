package ledger

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranche/pipeline/files"
)

func TestAMonthThatAnotherBuildHasClosedInAnotherLayoutIsRefused(t *testing.T) {
	root, log := filepath.Join(t.TempDir(), "closed"), filepath.Join(t.TempDir(), "audit.jsonl")
	month := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	folder, err := Prepare(root, month)
	if err != nil {
		t.Fatal(err)
	}
	c, err := (&Ledger{Root: root}).Seal(folder, month,
		Manifest{Prepared: "anna", Program: "tranche 0.9", Currency: "USD", Year: 1})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, ManifestName)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	older := bytes.Replace(data, []byte(`"format": 2`), []byte(`"format": 1`), 1)
	if bytes.Equal(older, data) {
		t.Fatalf("the manifest has no format:\n%s", data)
	}
	if err := files.Write(path, older, files.Private); err != nil {
		t.Fatal(err)
	}
	c.Hash = files.HashBytes(older)
	if err := Close(log, c, func(string, int) error { return nil }); err != nil {
		t.Fatal(err)
	}
	_, err = Open(context.Background(), Options{Folder: root, Log: log, Currency: "USD", YearStarts: 1})
	for _, part := range []string{"2024-05", "another build of tranche (tranche 0.9)", "begin in a new folder"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("it does not say %q: %v", part, err)
		}
	}
}
