package pipeline_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranche/pipeline"
)

// reconfigure replaces a part of the configuration.
func (w *world) reconfigure(t *testing.T, old, with string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "config.yaml"))
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("%q is not in the configuration (%v)", old, err)
	}
	w.configure(t, strings.Replace(string(text), old, with, 1))
}

const salesColumns = "columns: {document_no: doc, line_no: line,"

func TestAKeyThatClosedMonthsRestOnIsNotDeclaredOtherwise(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	w.close(t, time.January)
	for _, change := range [][2]string{
		{salesColumns, "key: [document_no, sku]\n    " + salesColumns},
		{salesColumns, "columns: {document_no: code, line_no: line,"},
		{salesColumns, "columns: {document_no: doc,"},
		{"constants: {distributor: D,", "constants: {distributor: E,"},
		{"constants: {distributor: D,", "values: {document_no: {A2: A1}}\n    constants: {distributor: D,"},
		{"name: sales\n    kind: sales", "name: other\n    kind: sales\n    key: [document_no, sku]"},
	} {
		w.reconfigure(t, change[0], change[1])
		_, err := pipeline.Run(t.Context(), w.options())
		if !errors.Is(err, pipeline.ErrKey) {
			t.Errorf("%q is not refused: %v", change[1], err)
			continue
		}
		for _, part := range []string{
			"than when 2024-01 was closed",
			`then: distributor: always "D", document_no: doc, line_no: line; now: `,
			"sales.csv",
			"give the files from now on to a new feed",
		} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q does not say %q", err, part)
			}
		}
		w.reconfigure(t, change[1], change[0])
	}
	w.run(t)
}

func TestLaterFilesMayNameAColumnOtherwiseOrComeToANewFeed(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	w.close(t, time.January)
	w.reconfigure(t, "document_no: doc,", "document_no: [doc, invoice],") // the same key
	w.drop(t, "sales-2.csv", "invoice,line,date,code,sku,net\nA4,1,2024-03-11,P1,L,50.00\n")
	w.reconfigure(t, "programme:", `  - name: later
    kind: sales
    glob: "later*.csv"
    returns: by_amount
    key: [document_no, sku]
    constants: {distributor: D, currency: USD}
    columns: {document_no: doc, document_date: date, partner_code: code, sku: sku, net_amount: net}
programme:`)
	w.drop(t, "later.csv", "doc,date,code,sku,net\nB1,2024-03-11,P1,L,400.00\n")
	w.run(t)
	got := w.rows(t, "select sum(net_amount)::integer from mart.statement_lines where month = '2024-03-01'")
	if got[0][0] != "750" {
		t.Errorf("March comes to %v", got)
	}
	w.reconfigure(t, "key: [document_no, sku]", "key: [document_no, sku, partner_code]") // no closed month has lines of it
	w.run(t)
}

// TestFeedsOfTwoSourcesMayShareTheirNames has two senders that name their files alike and their lines otherwise: a
// closed month rests on both keys, and neither is held against the other's files. A key that changes is still found.
func TestFeedsOfTwoSourcesMayShareTheirNames(t *testing.T) {
	long(t)
	w := smallWorld(t, t.TempDir())
	south := `    source: south
  - name: north
    kind: sales
    glob: "sales*.csv"
    source: north
    returns: by_amount
    key: [document_no, sku]
    constants: {distributor: N, currency: USD}
    columns: {document_no: doc, document_date: date, partner_code: code, sku: sku, net_amount: net}
`
	sources := "sources:\n"
	for name, text := range map[string]string{
		"south": "doc,line,date,code,sku,net\nS1,1,2024-01-11,P1,L,40.00\n",
		"north": "doc,date,code,sku,net\nN1,2024-01-12,P2,L,50.00\n",
	} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "sales_x.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-time.Hour), now.Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		sources += "  - {name: " + name + ", folder: " + dir + "}\n"
	}
	if err := os.Remove(filepath.Join(w.dir, "inbox", "sales.csv")); err != nil {
		t.Fatal(err)
	}
	w.reconfigure(t, "programme:", south+sources+"programme:")
	w.run(t)
	w.close(t, time.January)
	w.run(t)
	if got := w.rows(t, "select count(*) from mart.statement_lines where month = '2024-01-01'"); got[0][0] != "2" {
		t.Errorf("January has %v lines", got)
	}
	w.reconfigure(t, "    key: [document_no, sku]\n", "    key: [document_no, sku, partner_code]\n")
	if _, err := pipeline.Run(t.Context(), w.options()); !errors.Is(err, pipeline.ErrKey) ||
		!strings.Contains(err.Error(), "feed north") {
		t.Errorf("the key of north is another one: %v", err)
	}
}
