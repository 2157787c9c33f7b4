package loading

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranche/pipeline/ingest/feed"
)

func groupedFeed(f feed.Feed) feed.Feed {
	f.Exclude = []feed.Exclusion{{StartsWith: []string{"Partner "}, Fills: "partner_code"}}
	f.FillDown = []string{"document_no"}
	return f
}

func TestValuesOfAGroupHoldAcrossThePiecesOfAFile(t *testing.T) {
	text := strings.Builder{}
	text.WriteString("doc,line,date,code,sku,net\n")
	padding := strings.Repeat("x", 1800)
	rows := 3 * pieceBytes / len(padding)
	for n := range rows {
		first := ""
		if n%1000 == 0 {
			fmt.Fprintf(&text, "Partner C%d,,,,,\n", n/1000)
			first = fmt.Sprintf("A%d", n/1000)
		}
		fmt.Fprintf(&text, "%s,%d,2024-08-01,,\"%s\n\",0.01\n", first, n, padding)
	}
	path := filepath.Join(t.TempDir(), "s.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := Preview(t.Context(), path, groupedFeed(rowsFeed(feed.Limit{None: true})), rows+1)
	if err != nil || u.Refused != nil || u.Rejected > 0 || len(u.Rows) != rows {
		t.Fatalf("%v, %d rows, %d rejected, %s, %.300q", err, len(u.Rows), u.Rejected, refusal(u), u.Problems)
	}
	for n, row := range u.Rows {
		if row[1] != fmt.Sprint("A", n/1000) || row[5] != fmt.Sprint("C", n/1000) {
			t.Fatalf("row %d is of %s, %s", n, row[1], row[5])
		}
	}
}

func TestTheHeadingOfAGroupInASheetGivesItsValue(t *testing.T) {
	f := groupedFeed(sheetFeed())
	f.Exclude = append(f.Exclude, feed.Exclusion{Column: "1", StartsWith: []string{"Total"}})
	u := previewedAs(t, f, "s.xlsx", book(t, sheetHead, []any{"Partner 0044"}, []any{2024001, 1, day(1), nil, "S", 5},
		[]any{nil, 2, day(1), nil, "S", 6}, []any{"Total", nil, nil, nil, nil, 11}))
	if u.Refused != nil || u.Rejected > 0 || u.Excluded != 2 || u.Amount != "11.000000" {
		t.Fatalf("%d rejected, %d excluded, %s, %q", u.Rejected, u.Excluded, u.Amount, u.Problems)
	}
	if got := strings.Join(u.Rows[1], " "); !strings.HasPrefix(got, "4 2024001 2 no 2024-08-01 0044 S") {
		t.Error(got)
	}
}

func TestARowBelowOneThatCannotBeReadTakesNoValueFromAboveIt(t *testing.T) {
	f := groupedFeed(rowsFeed(feed.Limit{None: true}))
	u := previewedAs(t, f, "s.csv", []byte("doc,line,date,code,sku,net\nPartner C1,,,,,\nA,1,2024-08-01,,S,1\n"+
		"Partner \"C2,,,,,\nB,1,2024-08-01,,S,2\nPartner C3,,,,,\nC,1,2024-08-01,,S,3\n"))
	if u.Amount != "4.000000" || u.Rejected != 2 || !strings.Contains(u.Problems[1], "line 4") {
		t.Errorf("%s, %d rejected, %q", u.Amount, u.Rejected, u.Problems)
	}
}
