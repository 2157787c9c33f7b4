package xlsx

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

// TestTheSummaryIsPrintedAsWideAsItsFigures looks where the chart is pinned: beyond the
// columns that hold figures it would make everything on the page smaller.
func TestTheSummaryIsPrintedAsWideAsItsFigures(t *testing.T) {
	st := example()
	st.Pay.NextLevel, st.Pay.PointsMissing, st.Balance.Status = "premier", 792, 708
	st.Gaps = []reports.Gap{
		{Requirement: "status_points", Has: 708, Needs: 1500},
		{Requirement: "certifications", Has: 5, Needs: 6},
	}
	f := open(t, st)
	rows, err := f.GetRows("Summary")
	if err != nil {
		t.Fatal(err)
	}
	widest, said := 0, 0
	for _, row := range rows {
		widest = max(widest, len(row))
		said += strings.Count(strings.Join(row, "\n"), "premier")
	}
	if said != 1 {
		t.Errorf("the summary says %d times what is missing for Premier", said)
	}
	var to struct {
		Columns []int `xml:"twoCellAnchor>to>col"`
	}
	drawing, _ := f.Pkg.Load("xl/drawings/drawing1.xml")
	if err := xml.Unmarshal(drawing.([]byte), &to); err != nil || len(to.Columns) != 1 || to.Columns[0]+1 > widest {
		t.Errorf("the chart ends in columns %v, the figures in column %d (%v)", to.Columns, widest, err)
	}
}

func TestAProgrammeWithoutRulesOfLevelsIsNotSaidToAskForAny(t *testing.T) {
	st := example()
	st.Pay.NextLevel, st.Pay.Unasked = "advanced", true
	rows, err := open(t, st).GetRows("Summary")
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, row := range rows {
		said += strings.Join(row, "|") + "\n"
	}
	if strings.Contains(said, "Advanced") || strings.Contains(said, "highest level") ||
		!strings.Contains(said, "|Spendable points") {
		t.Errorf("the summary says\n%s", said)
	}
}

func TestTwoSharesOfOneDayAreToldApart(t *testing.T) {
	st := example()
	day := reports.Day{Time: time.Date(2024, 7, 3, 0, 0, 0, 0, time.UTC)}
	share := reports.Share{Deal: "D1", Roles: "sourced", Date: day, Distributor: "ACME", Base: 100, File: "a.csv",
		FileLine: 7}
	st.Shares = []reports.Share{share, share}
	st.Shares[1].FileLine = 8
	rows, err := open(t, st).GetRows("Sell With")
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(rows, func(row []string) bool { return len(row) > 9 && row[0] == "D1" })
	if at < 0 || rows[at][8] != "a.csv" || rows[at][9] != "7" || rows[at+1][9] != "8" {
		t.Errorf("the shares are %q", rows)
	}
}

// TestEverySheetIsPrintedOnA4LargeEnoughToBeRead: fitted to the width of the page, what is
// printed keeps two thirds of its size.
func TestEverySheetIsPrintedOnA4LargeEnoughToBeRead(t *testing.T) {
	f := open(t, example())
	areas := map[string]string{}
	for _, name := range f.GetDefinedName() {
		if name.Name == "_xlnm.Print_Area" {
			areas[name.Scope] = name.RefersTo
		}
	}
	if areas["Lines"] != "'Lines'!$A$1:$M$6" {
		t.Errorf("of Lines is printed %q", areas["Lines"])
	}
	for _, sheet := range f.GetSheetList() {
		layout, err := f.GetPageLayout(sheet)
		if err != nil || *layout.Size != 9 || *layout.FitToWidth != 1 {
			t.Errorf("%s is printed on paper %v, %v wide (%v)", sheet, *layout.Size, *layout.FitToWidth, err)
		}
		dimension, pixels, inches := 52, 0.0, 7.5
		if *layout.Orientation == "landscape" {
			inches = 10.9
		}
		if sheet == "Lines" {
			dimension = 13
		}
		for column := range dimension {
			name, _ := excelize.ColumnNumberToName(column + 1)
			if width, _ := f.GetColWidth(sheet, name); width != 9.140625 {
				pixels += width*7 + 5
			}
		}
		if scale := inches * 96 / pixels; scale < 0.66 {
			t.Errorf("%s is printed at %.2f of its size", sheet, scale)
		}
	}
}
