package console

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tranche/pipeline"
	"tranche/pipeline/console/accounts"
)

// placed puts values of the sample into an address.
var placed = strings.NewReplacer("{$}", "", "{file}", "12", "{line}", "2", "{distributor}", "NORDWIND",
	"{code}", "K-1099",
	"{change}", "none", "{feed}", "nordwind-sales", "{draft}", "none", "{partner}", "P1001", "{month}", "2024-08",
	"{credit}", "none", "{deal}", "D-2404", "{sale}", "190000000073", "{work}", "none")

// missing are addresses of things that the sample does not have: whoever may see them is told so.
var missing = []string{"{change}", "{draft}", "{credit}", "{work}"}

func TestEveryAddressAsEveryRole(t *testing.T) {
	s := newSite(t)
	for _, role := range accounts.Roles() {
		s.account(string(role), accounts.Scope{}, role)
	}
	s.account("limited", accounts.Scope{Countries: []string{"FR"}, Partners: []string{"P1003"}}, accounts.PartnerManager)
	s.account("gone", accounts.Scope{}, accounts.Viewer)
	stranger, gone := s.visitor(), s.signedIn("gone")
	if err := accounts.Open(s.config.Folders.Accounts()).Disable("gone"); err != nil {
		t.Fatal(err)
	}
	for _, p := range s.console.pages() {
		for who, v := range map[string]*visitor{"a stranger": stranger, "a disabled account": gone} {
			if v.get(placed.Replace(p.path)); v.at != "/signin" {
				t.Errorf("%s as %s: %s", p.path, who, v.at)
			}
		}
	}
	for _, role := range append(accounts.Roles(), "limited") {
		v := s.signedIn(string(role))
		person := accounts.Person{Roles: []accounts.Role{role}}
		if role == "limited" {
			person.Roles, person.Partners = []accounts.Role{accounts.PartnerManager}, []string{"x"}
		}
		for _, p := range s.console.pages() {
			want := http.StatusOK
			switch {
			case !person.May(p.act):
				want = http.StatusForbidden
			case slices.ContainsFunc(missing, func(m string) bool { return strings.Contains(p.path, m) }):
				want = http.StatusNotFound
			case role == "limited" && strings.Contains(p.path, "{") && !strings.Contains(p.path, "{$}"):
				want = http.StatusNotFound // of another partner
			}
			if got := v.get(placed.Replace(p.path)); got != want {
				t.Errorf("%s as %s: %d, it should be %d", p.path, role, got, want)
			}
			if role == "limited" {
				onlyTheirs(t, v, p.path)
			}
		}
		v.get("/partners")
		for _, a := range s.console.actions() {
			if person.May(a.act) {
				continue // what it does is another test
			}
			got := v.post(placed.Replace(a.path), "file", "12", "month", "2024-01", "reason", "x")
			if got != http.StatusForbidden {
				t.Errorf("POST %s as %s: %d", a.path, role, got)
			}
			v.get("/partners")
		}
	}
}

var partnerID = regexp.MustCompile(`P10[0-9]{2}`)

// theirs are the partners of France in the sample, and P1003.
func onlyTheirs(t *testing.T, v *visitor, path string) {
	t.Helper()
	if v.get(placed.Replace(path)) != http.StatusOK {
		return
	}
	for _, id := range partnerID.FindAllString(v.page, -1) {
		if !slices.Contains([]string{"P1003", "P1006", "P1012"}, id) {
			t.Errorf("%s shows %s to a manager of other partners", path, id)
			return
		}
	}
}

func TestAManagerOfSomePartnersSeesThemWhateverAddressIsGuessed(t *testing.T) {
	s := newSite(t)
	s.account("limited", accounts.Scope{Partners: []string{"P1003"}}, accounts.PartnerManager)
	s.account("all", accounts.Scope{}, accounts.Viewer)
	all, v := s.signedIn("all"), s.signedIn("limited")
	lines := regexp.MustCompile(`/partners/(P[0-9]+)/2024-08/lines/[0-9a-f-]+`)
	for n := 1001; n <= 1014; n++ {
		id := fmt.Sprintf("P%d", n)
		want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[id == "P1003"]
		at := []string{"/partners/" + id, "/partners/" + id + "/2024-08", "/partners/" + id + "/2024-08/statement.xlsx"}
		all.get("/partners/" + id + "/2024-08")
		at = append(at, lines.FindString(all.page))
		for _, path := range at {
			if path == "" {
				continue
			}
			if got := v.get(path); got != want {
				t.Errorf("%s: %d, it should be %d", path, got, want)
			}
		}
	}
	v.get("/partners?table=partners&as=csv")
	if n := strings.Count(v.page, "\n"); n != 2 {
		t.Errorf("the file has %d lines, it should have 2:\n%s", n, v.page)
	}
	for _, path := range []string{"/files/12/2", "/files/1/2"} { // lines of others
		if got := v.get(path); got != http.StatusNotFound {
			t.Errorf("%s: %d", path, got)
		}
	}
}

// TestAManagerOfSomePartnersSeesNoDocumentOfAnothersSale: a partner that claims a deal knows its share and what the
// deal is worth, and not the documents of the buyer.
func TestAManagerOfSomePartnersSeesNoDocumentOfAnothersSale(t *testing.T) {
	s := newSite(t)
	db, err := pipeline.OpenPublished(t.Context(), s.config)
	if err != nil {
		t.Fatal(err)
	}
	const shared = `from mart.sell_with_credits as c where (c.partner_id, c.document_no) not in (
		select (partner_id, document_no) from mart.statement_lines
		semi join (from mart.incentives where credits <> 'claims') using (incentive))`
	var partner, deal string
	err = db.Row(t.Context(), "select c.partner_id, arg_max(c.deal_id, c.base) "+shared+
		" group by c.partner_id order by count(*) desc, c.partner_id limit 1", []any{&partner, &deal})
	if err != nil {
		t.Fatal(err)
	}
	documents, err := db.Texts(t.Context(), "select distinct c.document_no "+shared+" and c.partner_id = ?", partner)
	if err := errors.Join(err, db.Close()); err != nil || len(documents) == 0 {
		t.Fatalf("%d documents of others (%v)", len(documents), err)
	}
	s.account("limited", accounts.Scope{Partners: []string{partner}}, accounts.PartnerManager)
	v := s.signedIn("limited")
	pages := []string{"/deals", "/deals/" + deal, "/partners/" + partner}
	for month := 1; month <= 8; month++ {
		pages = append(pages, fmt.Sprintf("/partners/%s/2024-%02d", partner, month))
	}
	files := regexp.MustCompile(`href="([^"]*as=csv[^"]*)"`)
	lines := regexp.MustCompile(`/partners/P[0-9]+/2024-[0-9]{2}/lines/[0-9a-f-]+`)
	for i := 0; i < len(pages); i++ {
		if code := v.get(pages[i]); code != http.StatusOK && code != http.StatusNotFound {
			t.Errorf("%s: %d", pages[i], code)
		}
		for _, document := range documents {
			if regexp.MustCompile(`\b` + regexp.QuoteMeta(document) + `\b`).MatchString(v.page) {
				t.Fatalf("%s shows the document %s of another partner", pages[i], document)
			}
		}
		if i < 11 {
			for _, found := range files.FindAllStringSubmatch(v.page, -1) {
				pages = append(pages, html.UnescapeString(found[1]))
			}
			pages = append(pages, lines.FindAllString(v.page, 3)...)
		}
	}
}
