package pipeline_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/files"
	"tranche/pipeline/store"
)

// inBuckets works out in buckets what a run has published, and publishes that.
func (w *world) inBuckets(t *testing.T, buckets int) (facts map[string]any) {
	t.Helper()
	dir := filepath.Join(w.config.Folders.State, "buckets")
	if _, err := pipeline.Plan(t.Context(), w.options(), buckets, dir); err != nil {
		t.Fatal(err)
	}
	for k := range buckets {
		if err := pipeline.Bucket(t.Context(), w.config, dir, k); err != nil {
			t.Fatalf("bucket %d: %v", k, err)
		}
	}
	o := w.options()
	o.Stage = func(s pipeline.Stage) {
		if s.Name == "gather" {
			facts = s.Facts
		}
	}
	var err error
	if w.last, err = pipeline.Gather(t.Context(), o, dir); err != nil {
		t.Fatal(err)
	}
	return facts
}

// saysTheSameInBuckets compares every table that a run publishes, with its types, and every workbook.
func (w *world) saysTheSameInBuckets(t *testing.T, buckets int) map[string]any {
	t.Helper()
	w.run(t)
	before := filepath.Join(t.TempDir(), "before.duckdb")
	if err := files.Copy(w.config.Folders.Published(), before); err != nil {
		t.Fatal(err)
	}
	statements := tree(t, w.config.Folders.Statements)
	facts := w.inBuckets(t, buckets)
	if after := tree(t, w.config.Folders.Statements); !maps.Equal(statements, after) {
		t.Errorf("with %d buckets workbooks differ", buckets)
	}
	s, err := store.Open(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := errors.Join(s.AttachReadOnly(t.Context(), before, "a"),
		s.AttachReadOnly(t.Context(), w.config.Folders.Published(), "b")); err != nil {
		t.Fatal(err)
	}
	shape := func(database string) []string {
		all, err := s.Texts(t.Context(), "select concat_ws(' ', table_name, column_name, data_type, comment) "+
			"from duckdb_columns() where database_name = ? order by table_name, column_index", database)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if a, b := shape("a"), shape("b"); !slices.Equal(a, b) {
		t.Errorf("with %d buckets the columns are\n%s\nand not\n%s", buckets, strings.Join(b, "\n"), strings.Join(a, "\n"))
	}
	names, err := s.Texts(t.Context(), "select table_name from duckdb_tables() where database_name = 'a' order by 1")
	if err != nil || len(names) < 50 {
		t.Fatal(len(names), err)
	}
	for _, name := range names {
		differ, err := s.Texts(t.Context(), fmt.Sprintf(`select to_json(x)::varchar from (from a.mart.%[1]s except all
			from b.mart.%[1]s) as x union all select to_json(x)::varchar from (from b.mart.%[1]s except all
			from a.mart.%[1]s) as x`, name))
		if err != nil {
			t.Fatal(err)
		}
		if len(differ) > 0 {
			t.Errorf("with %d buckets %s has %d other rows:\n%s", buckets, name, len(differ),
				strings.Join(differ[:min(len(differ), 4)], "\n"))
		}
	}
	return facts
}

// The sample is worked out with everything open; with months closed, a sale corrected and one come late; and with a
// month taken back.
func TestTheSampleInBucketsPublishesWhatARunPublishes(t *testing.T) {
	t.Parallel()
	long(t)
	w := newWorld(t, t.TempDir(), asItIs)
	w.saysTheSameInBuckets(t, 2)
	for month := time.January; month <= time.June; month++ {
		w.close(t, month)
	}
	w.drop(t, "HTD_867_0824_late.csv", august)
	w.saysTheSameInBuckets(t, 2)
	if _, err := pipeline.Reopen(t.Context(), w.options(), day("2024-06-01"), "bert", "a test"); err != nil {
		t.Fatal(err)
	}
	w.saysTheSameInBuckets(t, 3)
}

// A plan is refused once it is not what a run would go by, and while a bucket is missing or of another plan.
func TestGatheringIsRefusedWhileTheBucketsAreNotThoseOfNow(t *testing.T) {
	t.Parallel()
	long(t)
	w := smallWorld(t, t.TempDir())
	w.run(t)
	dir := filepath.Join(t.TempDir(), "plan")
	refused := func(why string) {
		t.Helper()
		before := tree(t, w.config.Folders.Statements)
		if _, err := pipeline.Gather(t.Context(), w.options(), dir); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("gathering says %v, and not %s", err, why)
		}
		if !maps.Equal(before, tree(t, w.config.Folders.Statements)) {
			t.Error("a refused gathering has published")
		}
	}
	plan := func() {
		t.Helper()
		if _, err := pipeline.Plan(t.Context(), w.options(), 2, dir); err != nil {
			t.Fatal(err)
		}
	}
	bucket := func(k int) {
		t.Helper()
		if err := pipeline.Bucket(t.Context(), w.config, dir, k); err != nil {
			t.Fatal(err)
		}
	}
	refused("there is no plan")
	beside := filepath.Join(dir, "beside.txt")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(beside, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	plan()
	if !files.Exists(beside) {
		t.Error("the plan has removed what else lay in its folder")
	}
	bucket(0)
	refused("bucket 1 has not been worked out")
	if err := pipeline.Bucket(t.Context(), w.config, dir, 2); err == nil || !strings.Contains(err.Error(), "0 to 1") {
		t.Errorf("a bucket that is not there says %v", err)
	}
	bucket(1)
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nA9,1,2024-01-20,P1,L,100.00\n")
	w.run(t)
	refused("make a new one with: tranche plan")
	old := bucketsOf(t, dir)
	plan()
	for name, bytes := range old {
		if err := os.WriteFile(filepath.Join(dir, name), bytes, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	refused("is of another plan")
}

// bucketsOf are the files that buckets have left.
func bucketsOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	names, err := filepath.Glob(filepath.Join(dir, "bucket-*.duckdb"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		all[filepath.Base(name)] = mustRead(t, name)
	}
	return all
}

// The product turns out to be no licence after January was closed with it for two partners, who are in different
// buckets. The change is one decision, and neither bucket knows the whole of it.
func TestAChangeThatSpansBucketsIsWorkedOutAtOnce(t *testing.T) {
	t.Parallel()
	long(t)
	w := smallWorld(t, t.TempDir())
	w.reconfigure(t, "feeds:\n", `feeds:
  - {name: dated, kind: products, glob: "dated*.csv",
     columns: {sku: sku, name: name, family: family, basis: basis, valid_from: from}}
`)
	w.drop(t, "partners_2.csv", "id,name,modules,level,status\nP1,One,resell 2024-01-01,ready 2024-01-01,active\n"+
		"P2,Two,resell 2024-01-01,ready 2024-01-01,active\n")
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nB1,1,2024-01-12,P2,L,100.00\n")
	w.run(t)
	w.close(t, time.January)
	w.drop(t, "dated.csv", "sku,name,family,basis,from\nL,Licence,platform,service,2024-01-01\n")
	facts := w.saysTheSameInBuckets(t, 5)
	if got := w.rows(t, "select distinct kind, subject from mart.pending_changes"); fmt.Sprint(got) != "[[product L]]" {
		t.Errorf("there wait %v", got)
	}
	if why := fmt.Sprint(facts["at_once"]); !strings.Contains(why, "product L") {
		t.Errorf("it was worked out at once because %s", why)
	}
}
