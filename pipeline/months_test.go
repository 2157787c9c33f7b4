package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/files"
)

func (w *world) options() pipeline.Options {
	return pipeline.Options{Config: w.config, Now: now, Program: "test"}
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// close closes a month of 2024 and fails the test if that is refused.
func (w *world) close(t *testing.T, month time.Month) {
	t.Helper()
	_, err := pipeline.Close(context.Background(), w.options(),
		pipeline.Closing{Month: time.Date(2024, month, 1, 0, 0, 0, 0, time.UTC), By: "anna", Accepted: "known"})
	if err != nil {
		t.Fatal(err)
	}
}

// smallWorld is a world of a few lines in January, February and March 2024.
func smallWorld(t *testing.T, dir string) *world {
	t.Helper()
	w := &world{dir: dir}
	for name, text := range map[string]string{
		"partners.csv": "id,name,modules,level,status\nP1,One,resell 2024-01-01,ready 2024-01-01,active\nP2,Two,resell " +
			"2024-01-01,ready 2024-01-01,active\n",
		"products.csv": "sku,name,family,basis\nL,Licence,platform,licence\n",
		"sales.csv": "doc,line,date,code,sku,net\nA1,1,2024-01-10,P1,L,100.00\n" +
			"A2,1,2024-02-10,P1,L,200.00\nA3,1,2024-03-10,P2,L,300.00\n",
	} {
		w.drop(t, name, text)
	}
	w.configure(t, `vendor: V
currency: USD
names: {levels: [ready, advanced, premier], modules: [distribution, resell, sell_with]}
landing: {settle: 0s}
feeds:
  - {name: partners, kind: partners, glob: "partners*.csv",
     columns: {partner_id: id, name: name, modules: modules, level: level, status: status}}
  - {name: products, kind: products, glob: "products*.csv",
     columns: {sku: sku, name: name, family: family, basis: basis}}
  - name: sales
    kind: sales
    glob: "sales*.csv"
    returns: by_amount
    constants: {distributor: D, currency: USD}
    columns: {document_no: doc, line_no: line, document_date: date, partner_code: code, sku: sku, net_amount: net}
programme:
  - name: bare
    from: 2024-01-01
    incentives:
      - {name: resell, credits: buyer, module: resell, counts: {basis: [licence]},
         schedules: [{level: ready, width: 25000, rates: [5]}]}
    points: {status_months: 12}
    levels: {source: computed, review_month: 12, grace_months: 3, requirements: [{level: ready, points: 0}]}
`)
	return w
}

// bytesBelow is the hash of every file below a folder, by its name.
func (w *world) bytesBelow(t *testing.T, folder string) map[string]string {
	t.Helper()
	hashes := map[string]string{}
	err := filepath.WalkDir(filepath.Join(w.dir, folder), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		hashes[path], err = files.Hash(path)
		return err
	})
	if err != nil || len(hashes) == 0 {
		t.Fatalf("nothing below %s (%v)", folder, err)
	}
	return hashes
}

func difference(got, want map[string]string) string {
	var list []string
	for name, hash := range want {
		if got[name] != hash {
			list = append(list, name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			list = append(list, "more: "+name)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func TestWhatIsRebuiltFromFilesIsByteForByteWhatWasThere(t *testing.T) {
	long(t)
	w := newWorld(t, t.TempDir(), asItIs)
	w.run(t)
	w.close(t, time.January)
	w.close(t, time.February)
	marts, books, closed := w.all(t), w.bytesBelow(t, "statements"), w.bytesBelow(t, "closed")
	for _, folder := range []string{"state", "statements"} {
		if err := os.RemoveAll(filepath.Join(w.dir, folder)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pipeline.Rebuild(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	if got := w.all(t); !slices.Equal(got, marts) {
		t.Errorf("the marts differ: %s", firstDifference(got, marts))
	}
	if d := difference(w.bytesBelow(t, "statements"), books); d != "" {
		t.Errorf("statements differ: %s", d)
	}
	if d := difference(w.bytesBelow(t, "closed"), closed); d != "" {
		t.Errorf("closed files differ: %s", d)
	}
}

func TestMonthlyClosingsSayWhatOneYearSays(t *testing.T) {
	long(t)
	want := sampleWorld(t)
	w := newWorld(t, t.TempDir(), asItIs)
	w.run(t)
	for month := time.January; month <= time.August; month++ {
		w.close(t, month)
	}
	for _, query := range []string{
		"select partner_id, incentive, sum(base), sum(earned), sum(points) from mart.statement_lines where month < date " +
			"'2024-09-01' group by all order by all",
		"select * from mart.payables where month < date '2024-09-01' order by all",
		"select * from mart.point_balances where month < date '2024-09-01' order by all",
		"select * from mart.partner_levels where month < date '2024-09-01' order by all",
		"select * from mart.statements where month < date '2024-09-01' order by all",
		"select * from mart.margin where month < date '2024-09-01' order by all",
	} {
		got, want := w.rows(t, query), want.rows(t, query)
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: closed month by month it says something else (%d and %d rows)", query, len(got), len(want))
		}
	}
}

func TestWhateverIsDoneToClosedFilesIsFoundAndNamed(t *testing.T) {
	long(t)
	w := smallWorld(t, t.TempDir())
	w.run(t)
	w.close(t, time.January)
	w.close(t, time.February)
	published, err := os.ReadFile(w.config.Folders.Published())
	if err != nil {
		t.Fatal(err)
	}
	for name := range w.bytesBelow(t, "closed") {
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		flipped := bytes.Clone(whole)
		flipped[len(flipped)/2] ^= 1
		for sentence, harm := range map[string]func() error{
			"a flipped byte": func() error { return os.WriteFile(name, flipped, 0o600) },
			"a missing file": func() error { return os.Remove(name) },
			"a cut file":     func() error { return os.WriteFile(name, whole[:len(whole)-1], 0o600) },
		} {
			if err := harm(); err != nil {
				t.Fatal(err)
			}
			w.isRefused(t, sentence, name)
			if err := os.WriteFile(name, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{"2024-01/more.parquet", "2024-01/statements/more.xlsx", "2024-03/manifest.json",
		"2023-12.v1/lines.parquet"} {
		path := filepath.Join(w.config.Folders.Closed, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
		named := path
		if !strings.HasPrefix(name, "2024-01") {
			named = filepath.Dir(path)
		}
		w.isRefused(t, "an added file", named)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(name, "2024-01") {
			_ = os.Remove(filepath.Dir(path))
		}
	}
	for month, sentence := range map[string]string{"2024-01": "the first month gone", "2024-02": "the last month gone"} {
		path := filepath.Join(w.config.Folders.Closed, month)
		if err := os.Rename(path, w.dir+"/gone"); err != nil {
			t.Fatal(err)
		}
		w.isRefused(t, sentence, path)
		if err := os.Rename(w.dir+"/gone", path); err != nil {
			t.Fatal(err)
		}
	}
	if after, err := os.ReadFile(w.config.Folders.Published()); err != nil || !bytes.Equal(after, published) {
		t.Error("what was published has changed", err)
	}
	w.run(t)
}

// isRefused says that no run goes on, and that the error names the file.
func (w *world) isRefused(t *testing.T, sentence, name string) {
	t.Helper()
	_, err := pipeline.Run(t.Context(), w.options())
	if err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("%s: %s is not named: %v", sentence, name, err)
	}
}

// closings is how many of them are killed; -closings 100 takes some minutes.
var closings = flag.Int("closings", 6, "how many closings are killed")

// TestAKilledCloseLeavesTheMonthOpenOrClosed kills closings by SIGKILL at one of their
// writes, syncs and renames. After each, the month is open and nothing of the closing is
// left, or it is closed in full; and the next run says the same.
func TestAKilledCloseLeavesTheMonthOpenOrClosed(t *testing.T) {
	long(t)
	w := smallWorld(t, t.TempDir())
	w.run(t)
	acts := actsOf(t, func(func() int) { w.close(t, time.January) })
	random := rand.New(rand.NewPCG(5, 3))
	open, closed := 0, 0
	month := day("2024-02-01")
	w.closes = "2024-02-01"
	for range *closings {
		act := 1 + random.IntN(acts)
		killed := w.killedAt(t, act, 0) // this month's closing can have fewer acts than January's
		before := w.isClosed(t, month)
		if !killed && !before {
			t.Fatalf("a closing ended before act %d and left the month open", act)
		}
		w.run(t)
		if w.isClosed(t, month) != before {
			t.Fatalf("the month was closed: %v; after the next run it is the other", before)
		}
		if !before {
			open++
			continue
		}
		closed++
		if _, err := pipeline.Reopen(t.Context(), w.options(), month, "bert", "again"); err != nil {
			t.Fatal(err)
		}
	}
	if open == 0 || closed == 0 {
		t.Errorf("of %d kills %d left the month open, %d left it closed", *closings, open, closed)
	}
}

// isClosed asks the log, and holds the folders and the statements against it.
func (w *world) isClosed(t *testing.T, month time.Time) bool {
	t.Helper()
	list, err := pipeline.Log(w.options())
	if err != nil {
		t.Fatal(err)
	}
	isClosed := false
	for _, d := range list {
		if d.Month == month.Format("2006-01") {
			isClosed = d.Act == "close"
		}
	}
	entries, err := os.ReadDir(w.config.Folders.Closed)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, isAside := strings.CutSuffix(e.Name(), ".closing")
		if !isAside && name == month.Format("2006-01") && !isClosed {
			t.Fatal("the month stands in closed and the log does not know it")
		}
	}
	return isClosed
}

// closeAsChild is the closing that gets killed.
func closeAsChild(w *world, month time.Time) error {
	_, err := pipeline.Close(context.Background(), w.options(),
		pipeline.Closing{Month: month, By: "anna", Accepted: "known"})
	var refused *pipeline.Obstacles
	if errors.As(err, &refused) {
		return fmt.Errorf("refused: %w", err)
	}
	return err
}
