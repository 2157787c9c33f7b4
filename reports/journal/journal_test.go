package journal

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tranche/reports"
)

var accounts = Accounts{
	Expense:     map[string]string{"resell": "6100"},
	Adjustments: "6190",
	Accrued:     "2110",
	Payable:     "2120",
}

var writing = Writing{Accounts: accounts, Currency: "USD", Edition: "draft"}

func TestAJournalSaysWhatAPartnerThatHasLeftOwes(t *testing.T) {
	j := &reports.Journal{
		Month:   time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC),
		Payable: []reports.Booked{{Partner: "P1", Amount: -1500, Currency: "KWD", Paid: "-4.8750"}},
	}
	made, err := Make(j, accounts, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Write(&out, made.Booked, writing); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2120,15.00,0.00,USD,P1,release,Payable 2024-05,,draft,KWD,4.875,TR-202405-1-P1,",
		"2110,0.00,15.00,USD,P1,release,Payable 2024-05,,draft,,,TR-202405-1-P1,"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s does not say %s", out.String(), want)
		}
	}
}

// month is a journal that has texts which a spreadsheet would take for formulas, and amounts on both sides.
func month() *reports.Journal {
	return &reports.Journal{
		Month: time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC),
		Earned: []reports.Booked{
			{Partner: "=P1", Incentive: "resell", Amount: 500},
			{Partner: "P2", Incentive: "resell", Amount: -7},
		},
		Entries:  []reports.Booked{{Partner: "P2", ID: "@E", Reason: "x,\"y\"\nz", Amount: 1}},
		Expected: []reports.Booked{{Partner: "P2", Incentive: "resell", Amount: 12}},
		Payable:  []reports.Booked{{Partner: "=P1", Amount: 500, Currency: "JPY", Paid: "736.0000"}},
	}
}

func TestAJournalBalancesAndReadsBackAsItWasWritten(t *testing.T) {
	first, err := Make(month(), accounts, nil)
	if err != nil || len(first.Booked) != 10 || len(first.Standing) != 0 {
		t.Fatal(first, err)
	}
	var out bytes.Buffer
	if err := Write(&out, first.Booked, writing); err != nil {
		t.Fatal(err)
	}
	for _, cell := range strings.FieldsFunc(out.String(), func(c rune) bool { return c == ',' || c == '\n' }) {
		if strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@") {
			t.Errorf("%q would be a formula", cell)
		}
	}
	if want := "2120,0.00,5.00,USD,'=P1,release,Payable 2024-05,,draft,JPY,736,"; !strings.Contains(out.String(), want) {
		t.Errorf("%s does not say %s", out.String(), want)
	}
	again, err := Read(&out)
	if err != nil {
		t.Fatal(err)
	}
	for i := range again {
		again[i].Date = first.Booked[i].Date
	}
	if !slices.Equal(again, first.Booked) {
		t.Errorf("written %v, read %v", first.Booked, again)
	}
}

func TestALaterEditionReversesOnlyWhatDiffers(t *testing.T) {
	first, err := Make(month(), accounts, nil)
	if err != nil {
		t.Fatal(err)
	}
	j := month()
	j.Edition.Version, j.Edition.Replaces = 2, 1
	same, err := Make(j, accounts, first.Booked)
	if err != nil || len(same.Booked) != 0 || len(same.Standing) != 10 {
		t.Fatalf("of the same month %v is booked (%v)", same.Booked, err)
	}
	j.Earned[1].Amount, j.Entries = -9, nil
	second, err := Make(j, accounts, append(same.Standing, same.Booked...))
	if err != nil || len(second.Booked) != 6 || len(second.Standing) != 6 {
		t.Fatal(second, err)
	}
	sums := map[string]reports.Cents{}
	kinds := map[string]int{}
	for _, p := range second.Booked {
		sums[p.Account] += p.Debit - p.Credit
		kinds[p.Kind]++
		if p.Debit < 0 || p.Credit < 0 || (p.Debit == 0) == (p.Credit == 0) {
			t.Errorf("%v is neither a debit nor a credit", p)
		}
		if p.Kind == "reversal" && (p.Reference != "TR-202405-1-P2" || p.Document != "TR-202405-2-P2") {
			t.Errorf("a reversal names %s and is %s", p.Reference, p.Document)
		}
	}
	// The expense is 2 less, the manual adjustment of 1 is gone, and both were accrued.
	want := map[string]reports.Cents{"6100": -2, "6190": -1, "2110": 3}
	if !maps.Equal(sums, want) || kinds["reversal"] != 4 || kinds["accrual"] != 2 {
		t.Errorf("the accounts move by %v in %v, not by %v", sums, kinds, want)
	}
}

func TestAnAccountingSystemGetsTheColumnsItAsksFor(t *testing.T) {
	with := writing
	with.Company, with.CostCentre, with.CostCentres = "1000", "4711", map[string]string{"resell": "4712"}
	with.Vendors = map[string]string{"P2": "0000100023"}
	with.Dimensions = map[string]map[string]string{"segment": {"resell": "R", "": "other"}}
	made, err := Make(month(), accounts, nil)
	if err != nil {
		t.Fatal(err)
	}
	layout := Layout{Delimiter: ';', Decimal: ",", Dates: "02.01.2006",
		Sides: map[string]string{"debit": "S", "credit": "H"}}
	for _, field := range []string{"date", "company", "side", "absolute", "amount", "vendor_no", "cost_centre",
		"dimension.segment",
		"dimensions", "period"} {
		layout.Columns = append(layout.Columns, Column{Head: field, Field: field})
	}
	layout.Columns = append(layout.Columns, Column{Head: "BLART", Text: "KR"})
	var out bytes.Buffer
	if err := WriteAs(&out, made.Booked[2:4], with, layout); err != nil {
		t.Fatal(err)
	}
	want := "date;company;side;absolute;amount;vendor_no;cost_centre;dimension.segment;dimensions;period;BLART\n" +
		"31.05.2024;1000;S;0,07;0,07;0000100023;4712;R;segment=R;2024-05;KR\n" +
		"31.05.2024;1000;H;0,07;-0,07;0000100023;4712;R;segment=R;2024-05;KR\n"
	if got := out.String(); got != want {
		t.Errorf("it is\n%s\nand should be\n%s", got, want)
	}
}
