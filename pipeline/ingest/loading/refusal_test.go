package loading

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranche/pipeline/ingest/feed"
)

// rowsFeed declares the columns doc, line, date, code, sku and net.
func rowsFeed(limit feed.Limit) feed.Feed {
	return feed.Feed{
		Name: "rows", Kind: feed.Sales, Returns: feed.ByAmount, FinalNewline: true, MaxRejects: limit,
		Constants: map[string]string{"distributor": "D", "currency": "USD"},
		Columns: map[string][]string{"document_no": {"doc"}, "line_no": {"line"}, "document_date": {"date"},
			"partner_code": {"code"}, "sku": {"sku"}, "net_amount": {"net"}},
	}
}

const rowsHeader = "doc,line,date,code,sku,net\n"

// previewed says how a text would be read.
func previewed(t *testing.T, f feed.Feed, text string) *Understood {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := Preview(t.Context(), path, f, 0)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func refusal(u *Understood) string {
	if u.Refused == nil {
		return "it was not refused"
	}
	return u.Refused.Sentence()
}

func TestRejectedRowsBeyondTheListedOnesAreCountedAndStillContradictOthers(t *testing.T) {
	const bad = mostKept + 500
	var text strings.Builder
	text.WriteString(rowsHeader)
	for n := range bad {
		fmt.Fprintf(&text, "A%d,1,2024-08-01,C,S,x\n", n)
	}
	fmt.Fprintf(&text, "A%d,1,2024-08-01,C,S,1.00\n", bad-1) // of the key of the last rejected row
	text.WriteString("B,1,2024-08-01,C,S,2.00\n")
	u := previewed(t, rowsFeed(feed.Limit{None: true}), text.String())
	if u.Refused != nil || u.Records != bad+2 || u.Rejected != bad+1 || u.Amount != "2.000000" {
		t.Errorf("%d rows, %d rejected, %s loaded, %s", u.Records, u.Rejected, u.Amount, refusal(u))
	}
	last := u.Problems[len(u.Problems)-1]
	if len(u.Problems) != mostKept+1 || !strings.HasSuffix(last, fmt.Sprintf("501 rows from line %d on", mostKept+2)) {
		t.Errorf("%d are listed, and the last is %s", len(u.Problems), last)
	}
}

func TestContradictionsBeyondTheListedOnesAreCounted(t *testing.T) {
	var text strings.Builder
	text.WriteString(rowsHeader)
	for n := range mostKept {
		fmt.Fprintf(&text, "A%d,1,2024-08-01,C,S,1.00\nA%d,1,2024-08-01,C,S,2.00\n", n, n)
	}
	text.WriteString("B,1,2024-08-01,C,S,2.00\n")
	u := previewed(t, rowsFeed(feed.Limit{None: true}), text.String())
	if u.Rejected != 2*mostKept || u.Amount != "2.000000" || len(u.Problems) != mostKept+1 {
		t.Errorf("%d rejected, %s loaded, %d listed", u.Rejected, u.Amount, len(u.Problems))
	}
}

func TestReadingEndsOnceAFileIsSureToBeRefused(t *testing.T) {
	const rows = 2_500_000
	text := rowsHeader + strings.Repeat("x\n", rows)
	u := previewed(t, rowsFeed(feed.Limit{Percent: 5}), text)
	want := fmt.Sprintf("%d of the first %d, allowed 5%%; line %d and those after it were not read", u.Records, u.Records,
		u.Records+2)
	if u.Records >= rows || u.Rejected != u.Records || !strings.Contains(refusal(u), want) {
		t.Errorf("%d rows, %d rejected, %s", u.Records, u.Rejected, refusal(u))
	}
	if len(u.Problems) != mostKept+1 {
		t.Errorf("%d are listed", len(u.Problems))
	}
	// Enough good rows behind the bad ones, and it is not refused.
	good := strings.Repeat("B,1,2024-08-01,C,S,2.00\n", 300_000)
	u = previewed(t, rowsFeed(feed.Limit{Percent: 5}), rowsHeader+strings.Repeat("x\n", 15_000)+good)
	if u.Refused != nil || u.Records != 315_000 || u.Rejected != 15_000 {
		t.Errorf("%d rows, %d rejected, %s", u.Records, u.Rejected, refusal(u))
	}
}

func TestAnExportUnderAnotherDelimiterIsOneRefusalThatSaysWhatToDo(t *testing.T) {
	const what = `the feed divides fields by ",", which the line lacks, and ";" stands in it 5 times: if the sender ` +
		`has changed this for good, declare delimiter: ";", otherwise ask for the file as before`
	text := strings.ReplaceAll(rowsHeader+strings.Repeat("A,1,2024-08-01,C,S,2.00\n", 3), ",", ";")
	u := previewed(t, rowsFeed(feed.Limit{}), text)
	if !strings.Contains(refusal(u), what) || u.Rejected != 3 || len(u.Problems) > 0 {
		t.Errorf("with a header: %d rejected, %d problems, %s", u.Rejected, len(u.Problems), refusal(u))
	}
	f := rowsFeed(feed.Limit{Percent: 5})
	f.NoHeader, f.Width = true, 6
	for i, name := range []string{"document_no", "line_no", "document_date", "partner_code", "sku", "net_amount"} {
		f.Columns[name] = []string{fmt.Sprint(i + 1)}
	}
	_, rows, _ := strings.Cut(text, "\n")
	if u = previewed(t, f, rows); !strings.Contains(refusal(u), what) {
		t.Errorf("without a header: %s", refusal(u))
	}
}

func TestAPlainFileOverItsFeedsMaxBytesIsRefused(t *testing.T) {
	f := rowsFeed(feed.Limit{})
	f.MaxBytes = 40
	u := previewed(t, f, rowsHeader+"A,1,2024-08-01,C,S,2.00\n")
	if want := "it has 51 bytes, allowed 40"; !strings.Contains(refusal(u), want) {
		t.Error(refusal(u))
	}
	f.MaxBytes = 0 // 4 GiB
	path := filepath.Join(t.TempDir(), "sparse.csv")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 10<<30)); err != nil {
		t.Fatal(err)
	}
	text, err := openText(path, path, f)
	if err == nil {
		_ = text.file.Close()
	}
	if want := "it has 10737418240 bytes, allowed 4294967296"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a sparse file: %v", err)
	}
}
