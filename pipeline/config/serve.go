package config

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/schedule/slots"
)

// Serve is the timetable of `tranche serve`, and its pages.
type Serve struct {
	Zone    *time.Location
	Jobs    []slots.Job
	Overdue time.Duration // since the last good run, before a warning is sent
	Listen  string        // host and port; empty: no pages
	Token   string
	TLS     *tls.Certificate
	Clients *x509.CertPool
	Hosts   []string       // by which the pages may be asked for, besides addresses and localhost
	Proxies []netip.Prefix // that encrypt in place of us; none: browsers come straight
	OIDC    *OIDC          // nil: people sign in with local accounts
}

// The jobs of the timetable.
const (
	NightlyRun    = "night"
	MonthEnd      = "month_end"
	FreshnessLook = "freshness"
	Cleanup       = "cleanup"
)

// Notify is where messages go.
type Notify struct {
	Mail    *Mail
	Webhook *Webhook
}

// Mail is a mail server and the recipients of each list.
type Mail struct {
	Host                 string
	Port                 int
	Security             string // starttls, tls or none
	User, Password, From string
	Operators, Finance   []string
	CA                   *x509.CertPool // who signs the server's certificate; nil: the machine knows
}

// Webhook is a program that gets messages.
type Webhook struct{ URL, Secret string }

type serveFile struct {
	Timezone string             `doc:"Such as Europe/Paris; usually UTC"`
	Jobs     map[string]jobFile `is:"job" doc:"The time of each job: minute hour day month weekday, or never"`
	Overdue  string             `is:"often" doc:"A warning is sent so long after the last good run; usually 36h"`
	Listen   *string            `doc:"Host and port of the pages; empty: none; usually 127.0.0.1:9273"`
	Token    string             `yaml:"token_file" doc:"A file with the token that readers send; chmod 600"`
	TLS      tlsFile            `doc:"The certificate of the pages"`
	Hosts    names              `doc:"The names by which browsers ask for the pages, such as tranche.example"`
	Proxies  names              `yaml:"trusted_proxies" doc:"Addresses of proxies that encrypt, such as 10.0.0.5"`
	OIDC     *oidcFile          `doc:"How people sign in to the console, besides local accounts"`
}

type tlsFile struct {
	Certificate string `doc:"A file in PEM"`
	Key         string `doc:"A file in PEM; chmod 600"`
	Clients     string `yaml:"client_ca" doc:"The authority that signs readers' certificates, in PEM"`
}

type jobFile struct {
	At     string `doc:"minute hour day month weekday, or never"`
	Missed string `is:"missed" doc:"run: the last missed time is caught up; skip: it is not; usually run"`
}

// UnmarshalYAML accepts a time alone.
func (j *jobFile) UnmarshalYAML(decode func(any) error) error {
	if err := decode(&j.At); err == nil {
		return nil
	}
	type plain jobFile
	return decode((*plain)(j))
}

type notifyFile struct {
	Mail    *mailFile    `doc:"By mail"`
	Webhook *webhookFile `doc:"To a program"`
}

type mailFile struct {
	Host        string `is:"must" doc:"The mail server"`
	Port        int    `is:"count" doc:"Usually 587, 465 for tls and 25 for none"`
	Security    string `is:"security" doc:"none: for a server on this machine only; usually starttls"`
	User        string `doc:"The user name"`
	Password    string `yaml:"password_file" doc:"A file with the password; chmod 600"`
	PasswordEnv string `yaml:"password_env" doc:"Or: the environment variable that holds it"`
	From        string `is:"must" doc:"The sender's address"`
	CA          string `yaml:"ca_file" doc:"Who signs the server's certificate, in PEM; usually the machine knows"`
	Operators   names  `doc:"Get a message about each run"`
	Finance     names  `doc:"Get the register and statements of each final month"`
}

type webhookFile struct {
	URL       string `doc:"https://..."`
	URLFile   string `yaml:"url_file" doc:"Or: a file with the address, when it is secret; chmod 600"`
	Secret    string `yaml:"secret_file" doc:"A file with the key that signs messages; chmod 600"`
	SecretEnv string `yaml:"secret_env" doc:"Or: the environment variable that holds it"`
}

// usualJobs are the jobs and their usual times.
var usualJobs = []struct{ name, at string }{
	{NightlyRun, "30 2 * * *"}, {MonthEnd, "0 6 1 * *"}, {FreshnessLook, "0 * * * *"}, {Cleanup, "0 5 * * 0"},
}

func (r *reader) serve(base string, f serveFile) Serve {
	s := Serve{Zone: time.UTC, Overdue: 36 * time.Hour, Listen: "127.0.0.1:9273"}
	if f.Timezone != "" {
		zone, err := time.LoadLocation(f.Timezone)
		if err != nil || f.Timezone == "Local" {
			r.fault("$.serve.timezone", "%q is not a time zone; write one such as Europe/Paris", f.Timezone)
		} else {
			s.Zone = zone
		}
	}
	var known []string
	for _, usual := range usualJobs {
		known = append(known, usual.name)
		given, at := f.Jobs[usual.name], "$.serve.jobs."+usual.name
		expression := cmp.Or(given.At, usual.at)
		if expression == "never" {
			continue
		}
		schedule, err := slots.Schedule(expression)
		if err != nil {
			r.fault(at, "%v; write five fields, minute hour day month weekday, such as 30 2 * * *, or never", err)
			continue
		}
		r.oneOf(at, "missed", given.Missed, true)
		s.Jobs = append(s.Jobs, slots.Job{Name: usual.name, At: schedule, Skip: given.Missed == "skip"})
	}
	for name := range f.Jobs {
		if !slices.Contains(known, name) {
			r.fault("$.serve.jobs."+name, "%s is not a job; there are night, month_end, freshness and cleanup", name)
		}
	}
	if f.Overdue != "" {
		s.Overdue = r.expected("$.serve.overdue", f.Overdue)
	}
	if f.Listen != nil {
		s.Listen = *f.Listen
	}
	s.Token = strings.TrimSpace(string(r.secret("$.serve.token_file", base, f.Token)))
	if f.Token != "" && len(s.Token) < 16 {
		r.fault("$.serve.token_file", "a token needs 16 characters or more: openssl rand -hex 16")
	}
	r.certificates(base, f.TLS, &s)
	r.console(base, f, &s)
	host, _, err := net.SplitHostPort(s.Listen)
	switch {
	case s.Listen == "":
	case err != nil:
		r.fault("$.serve.listen", "%q is not a host and port, such as 127.0.0.1:9273", s.Listen)
	case !onLoopback(host) && s.Token == "" && s.Clients == nil:
		r.fault("$.serve.listen", "%s: %v", s.Listen, ErrOpen)
	case !onLoopback(host) && s.TLS == nil && len(s.Proxies) == 0:
		r.fault("$.serve.listen", "%s: %v", s.Listen, ErrPlain)
	}
	return s
}

// certificates reads our certificate, and the authority of readers' certificates.
func (r *reader) certificates(base string, f tlsFile, s *Serve) {
	if f == (tlsFile{}) {
		return
	}
	certificate, err := os.ReadFile(beside(base, f.Certificate))
	if err != nil {
		r.fault("$.serve.tls.certificate", "it cannot be read: %v", err)
		return
	}
	pair, err := tls.X509KeyPair(certificate, r.secret("$.serve.tls.key", base, f.Key))
	if err != nil {
		r.fault("$.serve.tls", "certificate and key do not match: %v", err)
		return
	}
	s.TLS = &pair
	if f.Clients == "" {
		return
	}
	authority, err := os.ReadFile(beside(base, f.Clients))
	s.Clients = x509.NewCertPool()
	if err != nil || !s.Clients.AppendCertsFromPEM(authority) {
		r.fault("$.serve.tls.client_ca", "%s holds no certificate in PEM", filepath.Base(f.Clients))
	}
}

// oneSecret reads a secret from a file or the environment.
func (r *reader) oneSecret(at, base, file, variable string) string {
	if file != "" && variable != "" {
		r.fault(at, "name a file or a variable, not both")
	}
	if variable == "" {
		return strings.TrimRight(string(r.secret(at, base, file)), "\r\n")
	}
	value, ok := os.LookupEnv(variable)
	if !ok {
		r.fault(at, "the environment has no %s", variable)
	}
	return value
}

func (r *reader) notify(base string, whole file) Notify {
	var n Notify
	f := whole.Notify
	if f.Mail != nil {
		n.Mail = r.mail(base, *f.Mail, whole.Deliver != nil)
	}
	if f.Webhook != nil {
		const at = "$.notify.webhook"
		secret := r.oneSecret(at+".secret_file", base, f.Webhook.Secret, f.Webhook.SecretEnv)
		w := Webhook{URL: f.Webhook.URL, Secret: secret}
		if secretIn(w.URL) {
			r.fault(at+".url", "the address holds a password or a token; put the address into a file and name it in url_file")
		}
		if f.Webhook.URLFile != "" {
			w.URL = strings.TrimSpace(string(r.secret(at+".url_file", base, f.Webhook.URLFile)))
		}
		u, err := url.Parse(w.URL)
		if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !onLoopback(u.Hostname())) {
			r.fault(at, "the address is not https://...; http is for this machine only")
		}
		n.Webhook = &w
	}
	return n
}

func (r *reader) mail(base string, f mailFile, hasLetters bool) *Mail {
	const at = "$.notify.mail"
	r.oneOf(at, "security", f.Security, true)
	m := &Mail{
		Host: f.Host, Port: f.Port, Security: cmp.Or(f.Security, "starttls"), User: f.User, From: f.From,
		Password:  r.oneSecret(at+".password_file", base, f.Password, f.PasswordEnv),
		Operators: f.Operators, Finance: f.Finance, CA: r.authority(at, base, f.CA),
	}
	switch {
	case m.Host == "":
		r.fault(at, "the mail server is missing: host")
	case strings.ContainsAny(m.Host, "@/? "):
		r.fault(at+".host", "host is the name of the mail server alone; port, user and password_file are keys of their own")
	}
	if m.Port == 0 {
		m.Port = map[string]int{"starttls": 587, "tls": 465, "none": 25}[m.Security]
	}
	if m.Security == "none" && (!onLoopback(m.Host) || m.User != "") {
		r.fault(at+".security", "none is for a server on this machine without a password; others need starttls or tls")
	}
	for _, address := range append([]string{m.From}, append(m.Operators, m.Finance...)...) {
		if _, err := mail.ParseAddress(address); err != nil {
			r.fault(at, "%q is not a mail address", address)
		}
	}
	if len(m.Operators)+len(m.Finance) == 0 && !hasLetters {
		r.fault(at, "there is no recipient: operators and finance are empty")
	}
	return m
}

// secretIn says whether an address holds a user, a password or a token. Slack and its like keep theirs in the path,
// which nobody can tell.
func secretIn(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return strings.Contains(address, "@")
	}
	for key := range u.Query() {
		key = strings.ToLower(key)
		for _, word := range []string{"pass", "pwd", "token", "secret", "key", "sig", "auth", "code"} {
			if strings.Contains(key, word) {
				return true
			}
		}
	}
	return u.User != nil
}

// ErrOpen says that the network could read the pages.
var ErrOpen = errors.New("an address beyond this machine needs serve.token_file, or serve.tls with client_ca; " +
	"otherwise anybody could read it")

// ErrPlain says that passwords would go over the network as they are.
var ErrPlain = errors.New("an address beyond this machine needs serve.tls, or serve.trusted_proxies with a proxy " +
	"that encrypts; otherwise anybody on the way could read it")

// OnLoopback says whether only this machine reaches the pages.
func (s Serve) OnLoopback() bool {
	host, _, err := net.SplitHostPort(s.Listen)
	return err == nil && onLoopback(host)
}

// onLoopback says whether only this machine reaches a host.
func onLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
