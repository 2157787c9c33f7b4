package loading

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranche/pipeline/ingest/feed"
)

// pasted are texts of many lines that look like lines of our own.
func pasted() map[string]string {
	return map[string]string{
		"a table":          "see table:\n" + strings.Repeat("1,2,8,9,10,11,12\n", 58) + `end ""of"" note`,
		"rows of our own":  "x\n" + strings.Repeat("9,9,net_amount,bad_number,sent,raw,key\n", 50) + "7,7777777,c,code,s,t",
		"quotes, CR, tabs": strings.Repeat("\"\"\r\n\t,\"\",=\r\n", 30) + `""`,
	}
}

func TestEveryRejectedRowIsKeptWhateverItsTextHolds(t *testing.T) {
	const rows = 9_900
	f := feed.Feed{
		Name: "notes", Kind: feed.Sales, Returns: feed.ByAmount, FinalNewline: true, MaxRejects: feed.Limit{None: true},
		Constants: map[string]string{"distributor": "D", "currency": "USD"},
		Columns:   map[string][]string{},
	}
	header := []string{"document_no", "line_no", "document_date", "partner_code", "sku", "net_amount"}
	for _, c := range header {
		f.Columns[c] = []string{c}
	}
	for name, note := range pasted() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "notes.csv")
			file, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			w := bufio.NewWriter(file)
			fmt.Fprintln(w, strings.Join(header, ","))
			for n := range rows {
				fmt.Fprintf(w, "A%d,1,2024-08-01,C1,S,\"%d %s\"\n", n, n, note)
			}
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			if err := file.Close(); err != nil {
				t.Fatal(err)
			}
			u, err := Preview(t.Context(), path, f, 0)
			if err != nil {
				t.Fatal(err)
			}
			if u.Rejected != rows || len(u.Problems) != rows {
				t.Fatalf("%d rows were rejected and %d are kept, it should be %d", u.Rejected, len(u.Problems), rows)
			}
			want := strings.ReplaceAll(note, `""`, `"`)
			for n, p := range u.Problems {
				if !strings.Contains(p, fmt.Sprintf("%q", fmt.Sprintf("%d %s", n, want))) {
					t.Fatalf("the %dth reads %s", n+1, p)
				}
			}
		})
	}
}
