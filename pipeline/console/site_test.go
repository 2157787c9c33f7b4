package console

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tranche/fixtures"
	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/console/accounts"
)

// password is that of every account of a test.
const password = "a long password"

// now is when every test takes place: the sample's months are over.
var now = time.Date(2024, 9, 19, 12, 0, 0, 0, time.UTC)

// baseFolder is the folder of base, once it is there.
var baseFolder string

// base is a folder with the sample, run once.
var base = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tranche-console-")
	if err != nil {
		return "", err
	}
	baseFolder = dir
	if err := os.MkdirAll(filepath.Join(dir, "inbox"), 0o700); err != nil {
		return "", err
	}
	if _, err := fixtures.LayOut(filepath.Join(dir, "inbox")); err != nil {
		return "", err
	}
	text, err := fixtures.Config()
	if err != nil {
		return "", err
	}
	before, rest, _ := strings.Cut(string(text), "\n  listen:")
	_, after, _ := strings.Cut(rest, "\n")
	text = []byte(before + "\n" + after)
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), text, 0o600); err != nil {
		return "", err
	}
	c, err := config.Read(filepath.Join(dir, "config.yaml"))
	if err != nil {
		return "", err
	}
	_, err = pipeline.Run(context.Background(), pipeline.Options{Config: c, Now: now, Program: "test"})
	return dir, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if baseFolder != "" {
		_ = os.RemoveAll(baseFolder)
	}
	os.Exit(code)
}

// site is a copy of that folder with a console on it.
type site struct {
	t       *testing.T
	dir     string
	config  *config.Config
	console *Console
	server  *httptest.Server
	link    string
	lines   []string // of the log
	sync.Mutex
}

// long skips what needs the sample's figures.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("it runs the sample: minutes in all; make test-all does it")
	}
}

func newSite(t *testing.T) *site {
	t.Helper()
	long(t)
	from, err := base()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, dir: t.TempDir()}
	if err := os.CopyFS(s.dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	s.reread()
	return serveSite(t, s)
}

// serveSite opens a console on a configuration.
func serveSite(t *testing.T, s *site) *site {
	t.Helper()
	s.console = New(Options{
		Config: func() *config.Config { s.Lock(); defer s.Unlock(); return s.config },
		Now:    func() time.Time { return now }, Program: "test",
		Log: func(err error, event string, facts ...any) {
			s.Lock()
			defer s.Unlock()
			s.lines = append(s.lines, fmt.Sprint(event, " ", err, facts))
		},
		Link: func(address string) { s.link = address },
	})
	s.server = httptest.NewServer(s.console.Handler(http.NotFoundHandler()))
	s.console.Address = s.server.Listener.Addr().String()
	t.Cleanup(func() {
		s.server.Close()
		if err := s.console.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// reread reads the configuration again. A copied file can be written by nobody else.
func (s *site) reread() {
	s.t.Helper()
	c, err := config.Read(filepath.Join(s.dir, "config.yaml"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.Lock()
	s.config = c
	s.Unlock()
}

// edited changes the configuration of a console.
func (s *site) edited(change func(*config.Config)) {
	changed := *s.config
	change(&changed)
	s.Lock()
	s.config = &changed
	s.Unlock()
}

func prefixes(list ...string) (all []netip.Prefix) {
	for _, text := range list {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// edit replaces a part of the configuration.
func (s *site) edit(old, changed string) {
	s.t.Helper()
	path := filepath.Join(s.dir, "config.yaml")
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		s.t.Fatal("the configuration has no ", old, err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, changed, 1)), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.reread()
}

// account adds an account, whose name is that of the person, too.
func (s *site) account(name string, scope accounts.Scope, roles ...accounts.Role) {
	s.t.Helper()
	a := accounts.Account{Account: name, Name: strings.ToUpper(name[:1]) + name[1:] + " Example", Roles: roles,
		Scope: scope}
	if err := accounts.Open(s.config.Folders.Accounts()).Add(a, password); err != nil {
		s.t.Fatal(err)
	}
}

// run runs the sample again, as the night does.
func (s *site) run() {
	s.t.Helper()
	o := pipeline.Options{Config: s.config, Now: now, Program: "test"}
	if _, err := pipeline.Run(context.Background(), o); err != nil {
		s.t.Fatal(err)
	}
}

// visitor is a browser without scripts.
type visitor struct {
	*site
	http.Client
	page string // the last one
	at   string
}

func (s *site) visitor() *visitor {
	jar, _ := cookiejar.New(nil)
	return &visitor{site: s, Client: http.Client{Jar: jar}}
}

// signedIn is a visitor who has signed in with an account.
func (s *site) signedIn(account string) *visitor {
	s.t.Helper()
	v := s.visitor()
	v.get("/signin")
	if status := v.post("/signin", "account", account, "password", password, "to", "/partners"); status != 200 ||
		!strings.HasSuffix(v.at, "/partners") {
		s.t.Fatalf("%s could not sign in: %d at %s", account, status, v.at)
	}
	return v
}

func (v *visitor) answered(r *http.Response, err error) int {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.page, v.at = string(data), r.Request.URL.Path
	return r.StatusCode
}

func (v *visitor) get(path string) int {
	v.t.Helper()
	return v.answered(v.Get(v.server.URL + path))
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (v *visitor) token() string {
	if found := tokenField.FindStringSubmatch(v.page); found != nil {
		return found[1]
	}
	return ""
}

// post sends a form with the fields given in pairs, and the token of the last page.
func (v *visitor) post(path string, fields ...string) int {
	v.t.Helper()
	form := url.Values{"token": {v.token()}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return v.answered(v.PostForm(v.server.URL+path, form))
}

// drop sends a file with a form.
func (v *visitor) drop(path, name string, data []byte) int {
	v.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("token", v.token())
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		v.t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = w.Close()
	return v.answered(v.Post(v.server.URL+path, w.FormDataContentType(), &body))
}

// finished follows a work until it has ended.
func (v *visitor) finished() {
	v.t.Helper()
	for strings.HasPrefix(v.at, "/work/") && strings.Contains(v.page, `http-equiv="refresh"`) {
		v.get(v.at) // a request takes as long as it takes; the work goes on meanwhile
	}
}

// shows fails unless the last page has every text.
func (v *visitor) shows(texts ...string) {
	v.t.Helper()
	for _, text := range texts {
		if !strings.Contains(v.page, text) {
			v.t.Fatalf("%s does not show %q:\n%s", v.at, text, v.page)
		}
	}
}
