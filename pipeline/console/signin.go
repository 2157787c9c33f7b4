package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"tranche/pipeline/console/accounts"
)

// open are the pages for whoever is not signed in yet.
func (c *Console) open() []page {
	return []page{
		{path: "GET /signin", show: signinPage},
		{path: "POST /signin", show: signIn, isAction: true},
		{path: "GET /once/{key}", show: byLink},
		{path: "GET /signin/provider", show: toProvider},
		{path: "GET /signin/back", show: backFromProvider},
		{path: "POST /signout", show: signOut, isAction: true},
	}
}

// oneTime is the key of the one-time link.
type oneTime struct {
	sync.Mutex
	key string
}

// Announce says the one-time link, where nobody can sign in otherwise and only this machine can ask.
func (c *Console) Announce() error {
	if isGuests, err := c.forGuests(); err != nil || !isGuests || c.Link == nil {
		return err
	}
	c.key.Lock()
	c.key.key = rand.Text()
	key := c.key.key
	c.key.Unlock()
	conf := c.Config()
	scheme, at := "http", conf.Serve.Listen
	if conf.Serve.TLS != nil {
		scheme = "https"
	}
	if c.Address != "" {
		at = c.Address
	}
	c.Link(scheme + "://" + at + "/once/" + key)
	return nil
}

// forGuests says whether whoever has the link may read: on this machine only, and where nobody can sign in.
func (c *Console) forGuests() (bool, error) {
	conf := c.Config()
	list, err := c.accounts.List()
	return len(list) == 0 && conf.Serve.OIDC == nil && conf.Serve.OnLoopback() && len(conf.Serve.Proxies) == 0, err
}

// byLink lets whoever has the link read. It works once, and the next is said.
func byLink(v *visit) (*sheet, error) {
	v.key.Lock()
	key := v.key.key
	isRight := key != "" && subtle.ConstantTimeCompare([]byte(v.r.PathValue("key")), []byte(key)) == 1
	if isRight {
		v.key.key = ""
	}
	v.key.Unlock()
	isGuests, err := v.forGuests()
	if err != nil {
		return nil, err
	}
	if !isRight || !isGuests {
		return &sheet{Title: v.t("This link is used up"), IsWrong: true,
			Lead: v.t("Each link works once. The program has printed the next one where it runs.")}, nil
	}
	if err := v.Announce(); err != nil {
		return nil, err
	}
	return nil, v.signedIn(signed{Guest: true}, "/")
}

// signed is who has signed in, as the session keeps it.
type signed struct {
	Guest    bool             `json:"guest,omitempty"`
	Account  string           `json:"account,omitempty"`  // of the file of accounts
	Provided *accounts.Person `json:"provided,omitempty"` // by the provider
	Hash     string           `json:"hash,omitempty"`     // of the password then: a new one ends older sessions
}

// whoAsks is who is signed in now. An account that was disabled or changed meanwhile is not.
func (c *Console) whoAsks(ctx context.Context) (p accounts.Person, isIn bool, err error) {
	var who signed
	if text := c.sessions.GetString(ctx, "signed"); text == "" || json.Unmarshal([]byte(text), &who) != nil {
		return p, false, nil
	}
	switch {
	case who.Guest:
		isIn, err = c.forGuests()
		return accounts.Person{Roles: []accounts.Role{accounts.Viewer}}, isIn, err
	case who.Provided != nil:
		return *who.Provided, c.Config().Serve.OIDC != nil, nil
	}
	a, found, err := c.accounts.Find(who.Account)
	return a.Person(), found && a.Password == who.Hash, err
}

// signedIn begins a session of its own for whoever has signed in.
func (v *visit) signedIn(who signed, to string) error {
	ctx := v.r.Context()
	if err := v.sessions.RenewToken(ctx); err != nil {
		return err
	}
	text, err := json.Marshal(who)
	if err != nil {
		return err
	}
	v.sessions.Put(ctx, "signed", string(text))
	v.sessions.Put(ctx, "token", rand.Text())
	return redirect{within(to)}
}

// within is an address of ours, or the first page.
func within(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") ||
		strings.ContainsAny(to, "\\\r\n\t") || strings.HasPrefix(u.Path, "/sign") {
		return "/"
	}
	return to
}

func signinPage(v *visit) (*sheet, error) {
	if v.isIn {
		return nil, redirect{within(v.r.URL.Query().Get("to"))}
	}
	return v.signinSheet("")
}

func (v *visit) signinSheet(problem string) (*sheet, error) {
	s := &sheet{Title: v.t("Sign in"), IsNarrow: true, Problem: problem}
	list, err := v.accounts.List()
	if err != nil {
		return nil, err
	}
	to := v.r.FormValue("to")
	switch {
	case len(list) > 0:
		s.add(form{Action: "/signin", Submit: v.t("Sign in"), Fields: []field{
			{Name: "to", Kind: "hidden", Value: to},
			{Name: "account", Label: v.t("Account"), Kind: "text", IsNeeded: true, Complete: "username"},
			{Name: "password", Label: v.t("Password"), Kind: "password", IsNeeded: true, Complete: "current-password"},
		}})
	case v.config.Serve.OIDC == nil:
		if isGuests, err := v.forGuests(); err != nil || isGuests {
			s.Lead = v.t("There are no accounts yet. Open the link that tranche serve has printed where it runs.")
			return s, err
		}
		s.Lead = v.t("There are no accounts yet: tranche users add makes one.")
	}
	if v.config.Serve.OIDC != nil {
		s.add(links{{Text: v.t("Sign in with your organisation's account"),
			To: "/signin/provider?to=" + url.QueryEscape(within(to))}})
	}
	return s, nil
}

// signIn proves a password. What is wrong is not said, and both take as long.
func signIn(v *visit) (*sheet, error) {
	name, password := strings.TrimSpace(v.r.PostFormValue("account")), v.r.PostFormValue("password")
	if len(name) > 100 || !v.limits.allow(v.Now(), "from "+client(v.r, v.config.Serve), "to "+strings.ToLower(name)) {
		v.Log(nil, "sign-in refused: too many attempts", "from", client(v.r, v.config.Serve))
		v.out.Header().Set("Retry-After", "60")
		made, err := v.signinSheet(v.t("Too many attempts. Wait a minute, and try again."))
		if err == nil {
			made.Status = http.StatusTooManyRequests
		}
		return made, err
	}
	a, found, err := v.accounts.Find(name)
	if err != nil {
		return nil, err
	}
	if !accounts.Matches(password, a.Password) || !found {
		v.Log(nil, "sign-in refused", "from", client(v.r, v.config.Serve))
		return v.signinSheet(v.t("Account and password do not match."))
	}
	return nil, v.signedIn(signed{Account: a.Account, Hash: a.Password}, v.r.PostFormValue("to"))
}

func signOut(v *visit) (*sheet, error) {
	if err := v.sessions.Destroy(v.r.Context()); err != nil {
		return nil, err
	}
	return nil, redirect{"/signin"}
}
