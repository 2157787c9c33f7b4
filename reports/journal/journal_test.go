package journal

import (
	"bytes"
	"errors"
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

func TestAJournalSaysWhatAPartnerThatHasLeftOwes(t *testing.T) {
	j := &reports.Journal{
		Month:   time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC),
		Payable: []reports.Booked{{Partner: "P1", Amount: -1500, Currency: "KWD", Paid: "-4.8750"}},
	}
	list, err := Make(j, accounts, nil)
	var out bytes.Buffer
	if err := errors.Join(err, Write(&out, list, "USD", "draft")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2120,15.00,0.00,USD,P1,release,Payable 2024-05,,draft,KWD,4.875\n",
		"2110,0.00,15.00,USD,P1,release,Payable 2024-05,,draft,,\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s does not say %s", out.String(), want)
		}
	}
}

func TestAJournalBalancesAndReadsBackAsItWasWritten(t *testing.T) {
	j := &reports.Journal{
		Month: time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC),
		Earned: []reports.Booked{
			{Partner: "=P1", Incentive: "resell", Amount: 500},
			{Partner: "P2", Incentive: "resell", Amount: -7},
		},
		Entries: []reports.Booked{{Partner: "P2", ID: "@E", Reason: "x,\"y\"\nz", Amount: 1}},
		Payable: []reports.Booked{{Partner: "=P1", Amount: 500, Currency: "JPY", Paid: "736.0000"}},
	}
	first, err := Make(j, accounts, nil)
	if err != nil || len(first) != 8 {
		t.Fatal(first, err)
	}
	var out bytes.Buffer
	if err := Write(&out, first, "USD", "draft"); err != nil {
		t.Fatal(err)
	}
	for _, cell := range strings.FieldsFunc(out.String(), func(c rune) bool { return c == ',' || c == '\n' }) {
		if strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@") {
			t.Errorf("%q would be a formula", cell)
		}
	}
	if want := "2120,0.00,5.00,USD,'=P1,release,Payable 2024-05,,draft,JPY,736\n"; !strings.Contains(out.String(), want) {
		t.Errorf("%s does not say %s", out.String(), want)
	}
	again, err := Read(&out)
	if err != nil {
		t.Fatal(err)
	}
	for i := range again {
		again[i].Date = first[i].Date
	}
	if !slices.Equal(again, first) {
		t.Errorf("written %v, read %v", first, again)
	}
	j.Edition.Version, j.Edition.Replaces = 2, 1
	second, err := Make(j, accounts, again)
	if err != nil || len(second) != 16 {
		t.Fatal(second, err)
	}
	sums := map[string]reports.Cents{}
	for _, p := range second {
		sums[p.Account] += p.Debit - p.Credit
		if p.Debit < 0 || p.Credit < 0 || (p.Debit == 0) == (p.Credit == 0) {
			t.Errorf("%v is neither a debit nor a credit", p)
		}
	}
	for account, want := range map[string]reports.Cents{"6100": 0, "6190": 0, "2110": 0, "2120": 0} {
		if sums[account] != want {
			t.Errorf("%s has moved by %s after a reversal and the same once more", account, sums[account])
		}
	}
}
