package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tranche/pipeline/config"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/console/words"
)

// bare is a console without figures.
func bare(t *testing.T) *site {
	t.Helper()
	c := &config.Config{Vendor: "Example <b>", Path: t.TempDir() + "/config.yaml"}
	c.Folders.State = t.TempDir() + "/state"
	c.Folders.Landing, c.Folders.Analysts, c.Folders.Statements = c.Folders.State, c.Folders.State, c.Folders.State
	c.Serve.Zone, c.Serve.Listen = now.Location(), "127.0.0.1:9273"
	return serveSite(t, &site{t: t, dir: t.TempDir(), config: c})
}

func TestAFormWithoutTheSecretOfTheSessionDoesNothing(t *testing.T) {
	s := bare(t)
	s.account("fiona", accounts.Scope{}, accounts.Finance)
	v := s.signedIn("fiona")
	v.page = strings.ReplaceAll(v.page, v.token(), "forged")
	if status := v.post("/run"); status != http.StatusForbidden {
		t.Errorf("with another secret: %d", status)
	}
	v.get("/log")
	form := url.Values{"token": {v.token()}}.Encode()
	request, _ := http.NewRequest("POST", s.server.URL+"/run", strings.NewReader(form))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	if status := v.answered(v.Do(request)); status != http.StatusForbidden {
		t.Errorf("from another site: %d", status)
	}
}

func TestForeignNamesAreRefusedForEveryPage(t *testing.T) {
	s := bare(t)
	for _, path := range []string{"/", "/metrics", "/static/x/console.css", "/signin"} {
		for host, isKnown := range map[string]bool{"evil.example": false, "localhost:80": true, "127.0.0.1": true,
			"[::1]:9": true, "tranche.example": false} {
			request, _ := http.NewRequest("GET", s.server.URL+path, nil)
			request.Host = host
			status := s.visitor().answered(http.DefaultClient.Do(request))
			if (status != http.StatusMisdirectedRequest) != isKnown {
				t.Errorf("%s under %s: %d", path, host, status)
			}
		}
	}
}

func TestSignInIsLimitedAndTellsNothing(t *testing.T) {
	s := bare(t)
	s.account("vera", accounts.Scope{}, accounts.Viewer)
	v := s.visitor()
	var texts []string
	for _, name := range []string{"vera", "nobody"} {
		v.get("/signin")
		v.post("/signin", "account", name, "password", "wrong password")
		v.shows("do not match")
		texts = append(texts, tokenField.ReplaceAllString(v.page, ""))
	}
	if texts[0] != texts[1] {
		t.Error("the page tells whether there is an account")
	}
	status := 0
	for range attempts {
		v.get("/signin")
		status = v.post("/signin", "account", "vera", "password", "wrong password")
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("after %d attempts: %d", attempts+2, status)
	}
	for _, line := range s.lines {
		if strings.Contains(line, "vera") {
			t.Errorf("the log names somebody: %s", line)
		}
	}
}

func TestTheLinkWorksOnceAndOnlyWhileThereAreNoAccounts(t *testing.T) {
	s := bare(t)
	if err := s.console.Announce(); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(s.link)
	if err != nil || u.Path == "" {
		t.Fatal(s.link, err)
	}
	v := s.visitor()
	v.get(u.Path)
	v.shows("Read only")
	if status := v.post("/run"); status != http.StatusForbidden {
		t.Errorf("a guest runs: %d", status)
	}
	if other := s.visitor(); other.get(u.Path) != http.StatusOK || !strings.Contains(other.page, "used up") {
		t.Error("the link works twice")
	}
	s.account("vera", accounts.Scope{}, accounts.Viewer)
	if v.get("/log"); v.at != "/signin" {
		t.Errorf("a guest reads beside accounts: %s", v.at)
	}
}

func TestEveryAnswerHasItsHeadersAndTextIsNeverMarkup(t *testing.T) {
	s := bare(t)
	r, err := http.Get(s.server.URL + "/signin")
	if err != nil {
		t.Fatal(err)
	}
	v := s.visitor()
	v.answered(r, nil)
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'"} {
		if !strings.Contains(r.Header.Get("Content-Security-Policy"), part) {
			t.Errorf("the policy lacks %s", part)
		}
	}
	if strings.Contains(r.Header.Get("Content-Security-Policy"), "unsafe") || r.Header.Get("X-Frame-Options") != "DENY" {
		t.Error("the headers are", r.Header)
	}
	for _, text := range []string{"Example <b>", "style=", "onclick"} {
		if strings.Contains(v.page, text) {
			t.Errorf("the page has %s inside", text)
		}
	}
	for _, cookie := range r.Cookies() {
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
			t.Errorf("the cookie %s is open", cookie.Name)
		}
	}
	for _, to := range []string{"//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/signin",
		"x"} {
		if within(to) != "/" {
			t.Errorf("after the sign-in it leads to %s", within(to))
		}
	}
}

func TestAProxyIsTrustedOnlyWhereItIsDeclared(t *testing.T) {
	s := bare(t)
	s.edited(func(c *config.Config) { c.Serve.Proxies = prefixes("127.0.0.0/8") })
	for header, want := range map[string]int{"https": http.StatusOK, "http": http.StatusForbidden} {
		request, _ := http.NewRequest("GET", s.server.URL+"/signin", nil)
		request.Header.Set("X-Forwarded-Proto", header)
		if status := s.visitor().answered(http.DefaultClient.Do(request)); status != want {
			t.Errorf("through a proxy by %s: %d", header, status)
		}
	}
	s.edited(func(c *config.Config) { c.Serve.Proxies = prefixes("10.0.0.0/8") })
	request, _ := http.NewRequest("GET", s.server.URL+"/signin", nil)
	request.Header.Set("X-Forwarded-Proto", "https")
	if status := s.visitor().answered(http.DefaultClient.Do(request)); status != http.StatusForbidden {
		t.Errorf("a stranger passes for the proxy: %d", status)
	}
	request.RemoteAddr = "10.0.0.5:1"
	request.Header.Set("X-Forwarded-For", "203.0.113.9, 198.51.100.7, 10.0.0.9")
	if got := client(request, s.config.Serve); got != "198.51.100.7" {
		t.Errorf("the client is %s", got)
	}
}

func TestTheLanguageIsTheBrowsers(t *testing.T) {
	for accepted, want := range map[string]string{"": "en", "fr-CH, fr;q=0.9": "fr", "it, de;q=0.8": "de", "xx": "en"} {
		if got := words.Choose(accepted); got != want {
			t.Errorf("%q gives %s", accepted, got)
		}
	}
}
