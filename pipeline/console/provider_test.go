package console

import (
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tranche/fixtures/machine"
	"tranche/pipeline/config"
	"tranche/pipeline/console/accounts"
)

// provided starts a real provider, the example server of zitadel/oidc, and is its address.
func provided(t *testing.T, back string) string {
	t.Helper()
	path := machine.Program(t, "oidc-example-server", filepath.Join(os.Getenv("HOME"), "go", "bin", "oidc-example-server"))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	server := exec.Command(path)
	server.Env = append(os.Environ(), "PORT="+port, "REDIRECT_URI="+back)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	issuer := "http://localhost:" + port + "/"
	for { // until it listens, or the test runs out of time
		r, err := http.Get(issuer + ".well-known/openid-configuration")
		if err == nil {
			_ = r.Body.Close()
			return issuer
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
	}
}

func TestPeopleSignInByAnOpenIDConnectProvider(t *testing.T) {
	long(t)
	s := bare(t)
	issuer := provided(t, s.server.URL+"/signin/back")
	s.edited(func(c *config.Config) {
		c.Serve.OIDC = &config.OIDC{Issuer: issuer, Client: "web", Secret: "secret", Address: s.server.URL,
			Claim: "preferred_username", Groups: []config.Group{
				{Name: "test-user@localhost", Roles: []accounts.Role{accounts.Finance}}}}
	})
	request := regexp.MustCompile(`name="id" value="([^"]+)"`)
	signIn := func(name, word string) *visitor {
		t.Helper()
		v := s.visitor()
		v.get("/signin?to=/log")
		v.shows("Sign in with your organisation")
		v.get("/signin/provider?to=/log")
		id := request.FindStringSubmatch(v.page)
		if id == nil {
			t.Fatalf("the provider does not ask: %s", v.page)
		}
		v.answered(v.PostForm(issuer+"login/username", url.Values{"id": {id[1]}, "username": {name}, "password": {word}}))
		return v
	}
	v := signIn("test-user@localhost", "verysecure")
	if v.at != "/log" {
		t.Fatalf("it leads to %s:\n%s\n%q", v.at, v.page, s.lines)
	}
	v.shows("Test User", "Sign out")
	if v := signIn("test-user2", "verysecure"); !strings.Contains(v.page, "in no group") {
		t.Errorf("somebody in no group is at %s", v.at)
	}
	if v := signIn("test-user@localhost", "wrong"); v.at == "/log" {
		t.Error("a wrong password signs in")
	}
	if status := v.get("/signin/back?code=forged&state=forged"); status != http.StatusForbidden {
		t.Errorf("a forged way back: %d", status)
	}
}

func TestGroupsAddUpAndALimitHoldsOnlyAlone(t *testing.T) {
	o := &config.OIDC{Groups: []config.Group{
		{Name: "france", Roles: []accounts.Role{accounts.PartnerManager}, Scope: accounts.Scope{Countries: []string{"FR"}}},
		{Name: "one", Roles: []accounts.Role{accounts.PartnerManager}, Scope: accounts.Scope{Partners: []string{"P1"}}},
		{Name: "finance", Roles: []accounts.Role{accounts.Finance}},
	}}
	roles, scope := allowed(o, []string{"france", "one", "other"})
	if len(roles) != 1 || len(scope.Countries) != 1 || len(scope.Partners) != 1 {
		t.Error("two limits:", roles, scope)
	}
	if roles, scope := allowed(o, []string{"france", "finance"}); len(roles) != 2 || scope.IsLimited() {
		t.Error("a limit and none:", roles, scope)
	}
	if roles, _ := allowed(o, []string{"other"}); roles != nil {
		t.Error("no group:", roles)
	}
}
