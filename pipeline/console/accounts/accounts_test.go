package accounts

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAnAccountIsFoundByItsPasswordUntilItIsDisabled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "accounts.json")
	f := Open(path)
	anna := Account{Account: "Anna", Name: "Anna Lind", Roles: []Role{Finance}}
	if err := f.Add(anna, "a long password"); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(path)
	if strings.Contains(string(data), "a long password") || !strings.Contains(string(data), "$argon2id$") {
		t.Errorf("the file is %s", data)
	}
	found, ok, err := Open(path).Find("ANNA")
	if !ok || err != nil || !Matches("a long password", found.Password) || Matches("a long passwore", found.Password) {
		t.Error("she is not found by her password alone:", found, ok, err)
	}
	if Matches("", "") || Matches("a long password", "") {
		t.Error("nobody's password matches")
	}
	if err := Open(path).Disable("anna"); err != nil { // by another process
		t.Fatal(err)
	}
	if _, ok, err := f.Find("anna"); ok || err != nil {
		t.Error("a disabled account is found:", err)
	}
}

func TestAnAccountThatCannotBeIsRefused(t *testing.T) {
	f := Open(filepath.Join(t.TempDir(), "accounts.json"))
	if err := f.Add(Account{Account: "anna", Name: "Anna", Roles: []Role{Finance}}, "a long password"); err != nil {
		t.Fatal(err)
	}
	limited := Scope{Countries: []string{"DE"}}
	for why, a := range map[string]Account{
		"the same name":          {Account: "other", Name: "ANNA", Roles: []Role{Approver}},
		"no role":                {Account: "b", Name: "B"},
		"an unknown role":        {Account: "b", Name: "B", Roles: []Role{"king"}},
		"a limited finance":      {Account: "b", Name: "B", Roles: []Role{Finance}, Scope: limited},
		"no name of an account":  {Account: "b c", Name: "B", Roles: []Role{Viewer}},
		"an invisible character": {Account: "b", Name: "B\u200b", Roles: []Role{Viewer}},
	} {
		if err := f.Add(a, "a long password"); err == nil {
			t.Error("added:", why)
		}
	}
	if err := f.Add(Account{Account: "b", Name: "B", Roles: []Role{Viewer}}, "too short"); err == nil {
		t.Error("added: a short password")
	}
}

func TestWhoIsLimitedToSomePartnersMayOnlySeeThem(t *testing.T) {
	all := []Act{SeePartners, See, Compare, Deliver, Run, Match, Waive, Judge, Close, Approve}
	for _, role := range Roles() {
		p := Person{Roles: []Role{role}, Scope: Scope{Partners: []string{"P1"}}}
		for _, act := range all {
			if p.May(act) != (act == SeePartners) {
				t.Errorf("a limited %s may %s: %v", role, act, p.May(act))
			}
		}
		free := Person{Roles: []Role{role}}
		if free.May(Close) && free.May(Approve) {
			t.Errorf("%s may close and approve", role)
		}
		if !slices.Contains(may[role], See) || free.May("something") {
			t.Errorf("%s", role)
		}
	}
}
