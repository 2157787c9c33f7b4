package pipeline_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tranche/fixtures/machine"
	"tranche/reports"
	"tranche/reports/xlsx"
)

// printed makes a PDF of each workbook, as a person would who prints it.
func printed(t *testing.T, dir string, workbooks []string) {
	t.Helper()
	args := append([]string{"-env:UserInstallation=file://" + t.TempDir(), "--headless", "--convert-to", "pdf",
		"--outdir", dir}, workbooks...)
	if out, err := exec.CommandContext(t.Context(), "soffice", args...).CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v %s", err, out)
	}
}

// word is a word on a page, with its box in points.
type word struct {
	Left   float64 `xml:"xMin,attr"`
	Right  float64 `xml:"xMax,attr"`
	Top    float64 `xml:"yMin,attr"`
	Bottom float64 `xml:"yMax,attr"`
	Text   string  `xml:",chardata"`
}

type page struct {
	Width  float64 `xml:"width,attr"`
	Height float64 `xml:"height,attr"`
	Words  []word  `xml:"word"`
}

func pages(t *testing.T, pdf string) []page {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-bbox", pdf, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Pages []page `xml:"body>doc>page"`
	}
	out = regexp.MustCompile(`(?s)<!DOCTYPE.*?>`).ReplaceAll(out, nil)
	if err := xml.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	return all.Pages
}

// Boxes of words in Liberation Sans are 1.117 times as high as the font is large.
const boxOfFont = 1.117

// measure looks for what no page may have: a text that runs into another, a figure that does not fit its cell, letters
// below eight points, and a page with one row of a table that goes on from the page before.
func measure(t *testing.T, pdf string) {
	t.Helper()
	name := filepath.Base(pdf)
	before := map[string]bool{} // what stands where on the page before
	for n, p := range pages(t, pdf) {
		rows, here := map[int]bool{}, map[string]bool{}
		for i, w := range p.Words {
			if size := (w.Bottom - w.Top) / boxOfFont; size < 7.95 {
				t.Errorf("%s, page %d: %q is printed at %.1f points", name, n+1, w.Text, size)
			}
			if strings.HasPrefix(w.Text, "###") {
				t.Errorf("%s, page %d: a figure is wider than its cell", name, n+1)
			}
			if w.Left < 0 || w.Right > p.Width {
				t.Errorf("%s, page %d: %q leaves the page", name, n+1, w.Text)
			}
			for _, other := range p.Words[i+1:] {
				if min(w.Right, other.Right)-max(w.Left, other.Left) > 1 && min(w.Bottom, other.Bottom)-max(w.Top, other.Top) > 3 {
					t.Errorf("%s, page %d: %q and %q are printed over each other", name, n+1, w.Text, other.Text)
				}
			}
			place := fmt.Sprintf("%s at %.0f, %.0f", w.Text, w.Left, w.Bottom)
			if here[place] = true; !before[place] {
				rows[int(w.Bottom+w.Top)/4] = true
			}
		}
		if len(rows) < 3 { // besides what is repeated: the number of the page, and one row
			t.Errorf("%s, page %d: it has only one row", name, n+1)
		}
		before = here
	}
}

// axes looks for charts whose values do not begin at zero, though none is below it.
func axes(t *testing.T, path string) {
	t.Helper()
	for name, part := range parts(t, path) {
		if !strings.HasPrefix(name, "xl/charts/chart") || strings.Contains(string(part), "<c:v>-") {
			continue
		}
		_, axis, ok := strings.Cut(string(part), "valAx>")
		// An axis has zero by itself where figures lie on both sides of it.
		if ok && !strings.Contains(axis, `<min val="0"`) && !strings.Contains(axis, `<c:min val="0"`) &&
			!strings.Contains(axis, `max val="0"`) { // of what is all below it
			t.Errorf("%s: the values of %s do not begin at zero", filepath.Base(path), name)
		}
	}
}

func TestEverySheetOfTheSampleIsPrintedToBeRead(t *testing.T) {
	long(t)
	machine.Works(t, "soffice", "--version")
	machine.Works(t, "pdftotext", "-v")
	w := sampleWorld(t)
	dir := t.TempDir()
	var books []string
	for _, month := range []string{"2024-05", "2024-08"} {
		for _, path := range w.workbooks(t, month) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			copied := filepath.Join(dir, month+"_"+filepath.Base(path))
			if err := os.WriteFile(copied, data, 0o600); err != nil {
				t.Fatal(err)
			}
			axes(t, copied)
			books = append(books, copied)
		}
	}
	if len(books) < 20 {
		t.Fatalf("there are only %d workbooks", len(books))
	}
	printed(t, dir, books)
	for _, path := range books {
		measure(t, strings.TrimSuffix(path, ".xlsx")+".pdf")
	}
}

// extreme is a statement with so many lines, in a language: long names, large and negative figures.
func extreme(language string, lines int, sign reports.Cents) *reports.Statement {
	month := reports.Day{Time: time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)}
	const far = 99_999_999_99
	long := "Gesellschaft für Informationsverarbeitung und angewandte Systemtechnik mbH & Co. Kommanditgesellschaft, "
	st := &reports.Statement{
		Letterhead: reports.Letterhead{Vendor: "Larkspur Systems International Holdings", Address: []string{"12 Quay"}},
		Edition:    reports.Edition{Approval: true, Version: 12, Replaces: 11},
		Summary: reports.Summary{
			Currency: "USD", Month: month, Programme: "2024-07, per tranche of 25,000", RulesHash: "cdf9489769fb",
			Partner: reports.Partner{ID: "P-0000001234", Name: long + long, Language: language, Town: "Bad Neuenahr-Ahrweiler",
				Country: "DE", Modules: "distribution, resell, sell_with"},
			Pay: reports.Pay{Payable: 0, CarriedOut: sign * far, Earned: sign * far, HasBefore: true,
				Before:   reports.Before{Earned: far - 1, Payable: far - 1},
				Currency: "EUR", OwnRate: 1_084_150_000, RateDate: month, PayableOwn: "0.00", PaidCurrency: "USD",
				Level: "premier", LevelBefore: "advanced", LevelMet: "advanced", LevelAfter: "premier", FallsTo: "advanced",
				FallsOn: reports.Day{Time: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}, KeepFrom: month},
			Balance: reports.Balance{ByAmount: 1_000_070, Status: 1_000_070, Earned: 70, Spendable: 1_000_070,
				SpendableValue: 500_035_00, Certifications: 12},
		},
		Shortfalls: []reports.Gap{{Requirement: "category", Category: "technical", Has: 80, Needs: 240},
			{Requirement: "status_points", Has: 708, Needs: 1500}},
		Ends: []reports.Ending{{Kind: "points", On: month, Within: 30, Points: 1_000_070},
			{Kind: "certification", Subject: "ADM", On: month, Within: 60},
			{Kind: "claim", Subject: "D-0000012345", On: month, Within: 90}},
	}
	for i := range 9 {
		st.Entries = append(st.Entries, reports.MoneyEntry{ID: fmt.Sprint("E", i), Date: month, Amount: 100,
			Reason: "Marketing development funds agreed in the quarterly business review"})
		st.NotCounted = append(st.NotCounted, reports.NotCounted{Sale: reports.Sale{Date: month, Distributor: "NORDWIND",
			Document: "510267", Number: 1, Product: "Automation Standard, 100 nodes", Amount: far, File: "NW_2024-08.csv",
			FileLine: 123456}, Incentive: "resell", Reason: "sourced_earlier_by_another"})
		st.Adjustments = append(st.Adjustments, reports.Adjustment{Kind: "line", Incentive: "resell", Adjusts: month,
			Cause: "another_incentive", Date: month, Base: sign * far, Amount: sign * far / 10, CauseFile: "NW_2024-08.csv",
			CauseLine: 123456, StatedFile: "NW_2024-07.csv", StatedLine: 1, Distributor: "NORDWIND",
			Document: fmt.Sprint(510267 + i)})
	}
	for i := range 40 {
		st.Points = append(st.Points, reports.Posting{Date: month, Kind: "certification", Category: "technical",
			Source: "LK-ADM-2 of person 10" + fmt.Sprint(i), Balance: "both", Points: 80})
		st.Certified = append(st.Certified, reports.Certified{Person: "person 1000" + fmt.Sprint(i), Code: "LK-ADM-2",
			Category: "technical", Awarded: month, Expires: month, Worth: 80, Points: int64(i)})
		st.Margin = append(st.Margin, reports.Tranche{Incentive: "resell", Method: "marginal", Level: "premier",
			Year: month, ValidFrom: month, Number: int64(i + 1), From: reports.Cents(i) * 2500000,
			To: reports.Cents(i+1) * 2500000, Rate: reports.Rate(10_000 + i), MonthBase: sign * far,
			YearBase: sign * far, YearEarned: sign * far / 10})
		st.Rules = append(st.Rules, reports.Rule{Incentive: "resell", Method: []string{"marginal", "volume"}[i%2],
			Period: "year", Level: "premier", Version: "2024-07, per tranche of 25,000", Hash: "cdf9489769fb", From: month,
			To: month, Tranche: int64(i + 1), FromAmount: reports.Cents(i) * 2500000, Rate: reports.Rate(10_000 + i),
			Endless: i == 39, ToAmount: reports.Cents(i+1) * 2500000, Schedule: fmt.Sprint(i), Cap: far, Capped: true})
		st.Changes = append(st.Changes, reports.Change{What: "line", Incentive: "resell", Distributor: "NORDWIND",
			Document: fmt.Sprint(510267 + i), Date: month, Number: 12, Changed: "quantity, net_amount, currency, rate, amount",
			BaseBefore: sign * far, BaseAfter: far, Before: sign * far, After: far})
	}
	for i := range lines {
		st.Lines = append(st.Lines, reports.Line{
			Sale: reports.Sale{Date: month, Distributor: "NORDWIND-LOGISTICS", Document: "2024-510267-A", Number: int64(i),
				Customer: "Stadtwerke Ludwigshafen am Rhein", SKU: "0012-LKM", Quantity: 15000, Net: 21_000_000, Currency: "USD",
				Product: "Automation Premium, 100 nodes", Amount: far, File: "NW_2024-08.csv", FileLine: 123456},
			Incentive: "distribution", Base: sign * far, PositionAfter: far, ByRate: 105, Limited: 105, BeforeCap: 105,
			Earned: sign * far, Method: "marginal", Level: "premier",
			Slices: []reports.Slice{{Tranche: 1, Rate: 50_000, Base: far}, {Tranche: 2, Rate: 62_500, Base: far}},
		})
	}
	st.Pay.Earned = sign * far * reports.Cents(lines)
	st.Margin[0].MonthEarned = st.Pay.Earned
	st.Modules = []reports.IncentiveTotal{{Incentive: "distribution", Lines: int64(lines), Base: far,
		Earned: st.Pay.Earned}}
	return st
}

func TestExtremeStatementsArePrintedToBeRead(t *testing.T) {
	long(t)
	machine.Works(t, "soffice", "--version")
	machine.Works(t, "pdftotext", "-v")
	dir := t.TempDir()
	if keep := os.Getenv("TRANCHE_PICTURES"); keep != "" { // to look at them
		dir = keep
	}
	var books []string
	write := func(name string, st *reports.Statement) {
		path := filepath.Join(dir, name+".xlsx")
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		if err := xlsx.Statement(out, st); err != nil {
			t.Fatal(err)
		}
		axes(t, path)
		books = append(books, path)
	}
	for _, language := range []string{"en", "fr", "de"} {
		write(language+"_1", extreme(language, 1, 1))
		write(language+"_40_negative", extreme(language, 40, -1))
		nothing := extreme(language, 0, 0)
		nothing.Points, nothing.Certified, nothing.Margin, nothing.Rules = nil, nil, nil, nil
		nothing.Modules, nothing.Changes, nothing.Adjustments, nothing.NotCounted = nil, nil, nil, nil
		write(language+"_inactive", nothing)
	}
	for lines := 18; lines < 30; lines += 3 { // somewhere a page ends
		write(fmt.Sprint("en_", lines), extreme("en", lines, 1))
	}
	write("en_5000", extreme("en", 5000, 1)) // two hundred pages
	printed(t, dir, books)
	for _, path := range slices.Sorted(slices.Values(books)) {
		measure(t, strings.TrimSuffix(path, ".xlsx")+".pdf")
	}
}
