package ledger

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranche/pipeline/ledger/audit"
)

func TestTwoPeopleAreTwoAccountsWhereThatIsAskedFor(t *testing.T) {
	root, log := filepath.Join(t.TempDir(), "closed"), filepath.Join(t.TempDir(), "audit.jsonl")
	month := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	folder, err := Prepare(root, month)
	if err != nil {
		t.Fatal(err)
	}
	c, err := (&Ledger{Root: root}).Seal(folder, month, Manifest{Prepared: "anna", Account: "asmith", Approval: true,
		Accounts: true, Currency: "USD", Year: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := Close(log, c, func(string, int) error { return nil }); err != nil {
		t.Fatal(err)
	}
	opened := func() *Ledger {
		l, err := Open(t.Context(), Options{Folder: root, Log: log, Currency: "USD", YearStarts: 1})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, d := range []audit.Decision{{Who: "bert", Account: "asmith"}, {Who: "Anna", Account: "bjones"}} {
		if err := opened().Approve(log, month, d); err == nil || !strings.Contains(err.Error(), "somebody else has to") {
			t.Errorf("%s from %s may approve: %v", d.Who, d.Account, err)
		}
	}
	if err := opened().Approve(log, month, audit.Decision{Who: "bert", Account: "bjones"}); err != nil {
		t.Error(err)
	}
	list, err := audit.Read(log)
	if err != nil || len(list) != 2 || list[0].Account != "asmith" || list[1].Account != "bjones" {
		t.Errorf("the log says %+v (%v)", list, err)
	}
	if last := opened().Last(); last.Approved != "bert" {
		t.Errorf("it is approved by %q", last.Approved)
	}
}
