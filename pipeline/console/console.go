// Package console is the pages for people who do not use a terminal.
//
// A *page* is an address, the act that whoever asks for it has to be allowed, and a function that makes its *parts*:
// facts, tables, forms, charts. Most parts are a select from the marts. An *action* is what a form asks for; it calls
// the function that the command calls. A *visit* is one request of one person. It reads one *publication*, also when
// a new one appears meanwhile.
//
// The package works out no figure, and refuses whoever it does not know: with local accounts or a provider people
// sign in; without both, whoever has the one-time link reads, on this machine only.
package console

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/console/accounts"
)

// Options are what the console needs of the program it is in.
type Options struct {
	Config  func() *config.Config // as it is now
	Now     func() time.Time
	Program string
	Log     func(err error, event string, facts ...any)
	Link    func(address string)                          // says the one-time link to whoever started the program
	Stage   func(pipeline.Stage)                          // of a run that somebody asks for; may be nil
	Final   func(c *config.Config, since time.Time) error // hands out the months that have become final; may be nil
	Address string                                        // host and port of the pages; empty: serve.listen
}

// Console is the pages of one configuration.
type Console struct {
	Options
	sessions     *scs.SessionManager
	accounts     *accounts.File
	publications publications
	limits       limits
	works        works
	drafts       drafts
	provider     provider
	key          oneTime
}

// New makes the console.
func New(o Options) *Console {
	c := &Console{Options: o, accounts: accounts.Open(o.Config().Folders.Accounts())}
	s := scs.New()
	s.Lifetime, s.IdleTimeout = 12*time.Hour, time.Hour
	s.Cookie.Name, s.Cookie.HttpOnly, s.Cookie.SameSite, s.Cookie.Persist = "tranche", true, http.SameSiteLaxMode, false
	s.Cookie.Secure = o.Config().Serve.TLS != nil || len(o.Config().Serve.Proxies) > 0
	if s.Cookie.Secure {
		s.Cookie.Name = "__Host-tranche" // which no other host of the domain can set
	}
	s.ErrorFunc = func(out http.ResponseWriter, _ *http.Request, err error) {
		c.Log(err, "a session could not be kept")
		http.Error(out, "the session could not be kept", http.StatusInternalServerError)
	}
	c.sessions = s
	c.publications.known = map[string]accounts.Scope{}
	return c
}

// Close ends what is at work, and closes the publication.
func (c *Console) Close() error {
	c.works.end()
	return errors.Join(c.drafts.end(), c.publications.close())
}

// Handler answers for every page; monitoring answers for its own.
func (c *Console) Handler(monitoring http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		mux.Handle(path, monitoring)
	}
	mux.Handle("GET /static/", static(c.Config))
	pages := http.NewServeMux()
	for _, p := range c.open() {
		pages.HandleFunc(p.path, c.visited(p))
	}
	// The preview keeps nothing; it is asked for by a form because its answers are long.
	pages.HandleFunc("POST /senders/drafts/{draft}/preview", c.visited(page{act: accounts.Deliver, show: previewDraft,
		isAction: true}))
	for _, p := range c.pages() {
		pages.HandleFunc("GET "+p.path, c.visited(p))
	}
	for _, a := range c.actions() {
		pages.HandleFunc("POST "+a.path, c.visited(page{path: a.path, act: a.act, show: a.carryOut, isAction: true}))
	}
	pages.HandleFunc("/", c.visited(page{act: accounts.SeePartners, show: func(*visit) (*sheet, error) {
		return nil, errNotThere
	}}))
	crossOrigin := http.NewCrossOriginProtection()
	mux.Handle("/", crossOrigin.Handler(c.sessions.LoadAndSave(pages)))
	return c.guarded(mux)
}

// page is one address.
type page struct {
	path     string
	act      accounts.Act // that whoever asks is allowed; empty: anybody may ask
	show     func(*visit) (*sheet, error)
	isAction bool
}

// action is what a form asks for. It says what was done, and where to go on.
type action struct {
	path string
	act  accounts.Act
	do   func(*visit) (said, next string, err error)
}

// carryOut does what the form asks for and leads to the next page, or shows why it was not done.
func (a action) carryOut(v *visit) (*sheet, error) {
	said, next, err := a.do(v)
	if err != nil {
		return nil, err
	}
	if said != "" {
		v.sessions.Put(v.r.Context(), "said", said)
	}
	return nil, redirect{next}
}

// redirect leads to another page.
type redirect struct{ to string }

func (r redirect) Error() string { return "see " + r.to }

var (
	errNotThere = errors.New("there is no such page")
	errRefused  = errors.New("you may not see or do this")
)

// wrong is a mistake of whoever filled in a form, in their language.
type wrong struct{ error }

func wrongf(format string, values ...any) error { return wrong{fmt.Errorf(format, values...)} }
