package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tranche/pipeline"
)

// sheet is every cell of a workbook's sheet as it is shown, a row a line.
func (w *world) sheet(t *testing.T, month, book, name string) string {
	t.Helper()
	f, err := excelize.OpenFile(filepath.Join(w.dir, "statements", month, book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if at, err := f.GetSheetIndex(name); at < 0 || err != nil {
		return "" // a sheet without rows is left out
	}
	rows, err := f.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, row := range rows {
		lines = append(lines, strings.Join(row, "|"))
	}
	return strings.Join(lines, "\n")
}

func says(t *testing.T, sheet string, parts ...string) {
	t.Helper()
	for line := range strings.SplitSeq(sheet, "\n") {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			return
		}
	}
	t.Errorf("no row says %q in\n%s", parts, sheet)
}

func TestAPartnerIsToldWhatIsHeldOfItsPurchasesUntilItCounts(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nH1,7,2024-02-11,P2,NEW,1500.00\n")
	w.run(t)
	for _, month := range []string{"2024-02", "2024-03"} { // of a month in which it has nothing else, and while it waits
		says(
			t,
			w.sheet(t, month, "statement_P2.xlsx", "Not counted"),
			"Waits", "H1", "1,500.00", "USD", "The product is unknown", "sales_2.csv",
		)
	}
	w.drop(t, "products_2.csv", "sku,name,family,basis\nNEW,New licence,platform,licence\n")
	w.run(t)
	if sheet := w.sheet(t, "2024-02", "statement_P2.xlsx", "Not counted"); sheet != "" {
		t.Errorf("a sheet without rows is there:\n%s", sheet)
	}
	says(t, w.sheet(t, "2024-02", "statement_P2.xlsx", "Lines"), "H1", "1,500.00")
}

func TestWhatMendsAnEarlierProgrammeYearIsNoCutOfACap(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nB1,1,2023-12-11,P1,L,1000.00\nB2,1,2024-03-11,P1,L,1000.00\n")
	text := strings.Replace(
		string(mustRead(t, filepath.Join(w.dir, "config.yaml"))),
		"from: 2024-01-01",
		"from: 2023-12-01",
		1,
	)
	w.configure(t, text)
	w.drop(
		t,
		"partners_0.csv",
		"id,name,modules,level,status\n"+
			"P1,One,resell 2023-12-01,ready 2023-12-01,active\n"+
			"P2,Two,resell 2023-12-01,ready 2023-12-01,active\n",
	)
	w.close2023(t)
	w.drop(t, "sales_3.csv", "doc,line,date,code,sku,net\nB9,1,2023-12-12,P1,L,5000.00\n")
	w.run(t)
	margin := w.sheet(t, "2024-01", "statement_P1.xlsx", "Margin")
	if strings.Contains(margin, "cap") {
		t.Errorf("there is no cap, and the sheet says\n%s", margin)
	}
	says(t, w.sheet(t, "2024-01", "statement_P1.xlsx", "Summary"), "Adjustments to earlier months", "250.00")
	says(t, w.sheet(t, "2024-01", "register.xlsx", "Register"), "P1", "5.00", "250.00")
	says(t, w.sheet(t, "2023-12", "register.xlsx", "Months"), "2023-12", "final")
}

// The number B1 is used again in the next year, so the new line waits. It would be there instead of the first one:
// 5 % of 5,000.00 less 5 % of 1,000.00. H1 is held, and nobody knows whose it is.
func TestTheRegisterShowsWhatIsHeldAndWhatWaitsForAPerson(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	w.run(t)
	says(t, w.sheet(t, "2024-03", "register.xlsx", "Register"), "All controls hold.")
	says(t, w.sheet(t, "2024-03", "register.xlsx", "Register"), "Nothing is held. No change waits")
	text := strings.Replace(string(mustRead(t, filepath.Join(w.dir, "config.yaml"))), "2024-01-01", "2023-12-01", 1)
	w.configure(t, text)
	w.drop(t, "partners_0.csv", "id,name,modules,level,status\nP1,One,resell 2023-12-01,ready 2023-12-01,active\n"+
		"P2,Two,resell 2023-12-01,ready 2023-12-01,active\n")
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nB1,1,2023-12-11,P1,L,1000.00\nH1,7,2024-02-11,NEW,L,1500.00\n")
	w.run(t)
	w.drop(t, "sales_3.csv", "doc,line,date,code,sku,net\nB1,1,2024-03-11,P1,L,5000.00\n")
	w.run(t)
	march := w.sheet(t, "2024-03", "register.xlsx", "Register")
	says(t, march, "Held: 1 row, net amounts of 1,500.00. Changes wait for a person that would move "+
		"200.00 and 0 points")
	says(t, march, "P1|One", "|0.00|200.00")
	says(t, march, "no partner yet", "|1,500.00|0.00")
	says(t, march, "Total", "|1,500.00|200.00")
	january := w.sheet(t, "2024-01", "register.xlsx", "Register")
	says(t, january, "Nothing is held. No change waits for a person.")
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (w *world) close2023(t *testing.T) {
	t.Helper()
	c := pipeline.Closing{Month: day("2023-12-01"), By: "anna", Accepted: "known"}
	if _, err := pipeline.Close(t.Context(), w.options(), c); err != nil {
		t.Fatal(err)
	}
}
