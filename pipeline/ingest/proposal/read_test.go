package proposal_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/ingest/proposal"
)

// TestEveryProposalIsAFeedThatReadsItsSample answers each question with its first choice, as Enter does.
func TestEveryProposalIsAFeedThatReadsItsSample(t *testing.T) {
	if testing.Short() {
		t.Skip("it opens a store for each of 37 files")
	}
	paths, err := filepath.Glob(filepath.Join("testdata", "headers", "*", "*.txt"))
	if err != nil || len(paths) < 30 {
		t.Fatal(paths, err)
	}
	lacking := []string{"price_book_of_a_crm"} // has no column that tells licences from services
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, text, _ := strings.Cut(string(data), "\n\n")
			p, err := proposal.Of(proposal.Sample{Name: name + ".csv", Text: []byte(text), Whole: true})
			if err != nil {
				t.Fatal(err)
			}
			p, err = p.Answer(proposal.First)
			if err != nil {
				t.Fatal(err)
			}
			written := strings.Join(p.Lines(), "\n")
			declared, err := config.ReadFeed(written)
			if isWhole := err == nil; isWhole == slices.Contains(lacking, name) {
				t.Fatalf("%v\n%s", err, written)
			}
			if err != nil {
				return
			}
			sample := filepath.Join(t.TempDir(), name+".csv")
			if err := os.WriteFile(sample, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			u, err := loading.Preview(t.Context(), sample, declared, 0)
			if err != nil {
				t.Fatal(err)
			}
			if u.Refused != nil || u.Rejected > 0 || u.Records < 2 {
				t.Errorf("%d rows, %d rejected: %v %v\n%s", u.Records, u.Rejected, u.Problems, u.Refused, written)
			}
		})
	}
}
