package config

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/fetch"
)

type sourceFile struct {
	Name    string    `is:"must" doc:"A name of its own, which landed files keep"`
	Folder  string    `doc:"A folder of this machine, such as a shared one"`
	SFTP    *sftpFile `doc:"A server that speaks SFTP"`
	S3      *s3File   `doc:"Object storage that speaks as S3 does, Google's too"`
	IMAP    *imapFile `doc:"A mail account, for attachments"`
	Timeout string    `is:"span" doc:"A server that is silent for so long is down; usually 1m"`
}

type sftpFile struct {
	Host        string `is:"must" doc:"The server's name alone"`
	Port        int    `is:"count" doc:"Usually 22"`
	User        string `is:"must" doc:"Who signs in"`
	Key         string `yaml:"key_file" doc:"A file with a private key without passphrase; chmod 600"`
	Password    string `yaml:"password_file" doc:"A file with the password; chmod 600"`
	PasswordEnv string `yaml:"password_env" doc:"Or: the variable that holds it"`
	KnownHosts  string `yaml:"known_hosts" is:"must" doc:"A file with the server's key, as ssh-keyscan writes it"`
}

type s3File struct {
	Endpoint  string `is:"must" doc:"Such as https://s3.eu-west-1.amazonaws.com; http on this machine only"`
	Bucket    string `is:"must" doc:"The bucket's name"`
	Region    string `doc:"Usually us-east-1"`
	KeyID     string `yaml:"key_id" is:"must" doc:"The access key's name, which is no secret"`
	Secret    string `yaml:"secret_file" doc:"A file with its secret; chmod 600"`
	SecretEnv string `yaml:"secret_env" doc:"Or: the variable that holds it"`
	CA        string `yaml:"ca_file" doc:"Who signs the server's certificate, in PEM; usually the machine knows"`
}

type imapFile struct {
	Host        string `is:"must" doc:"The server's name alone"`
	Port        int    `is:"count" doc:"Usually 993, or 143 with starttls"`
	Security    string `is:"security" doc:"none is for this machine only; usually tls"`
	User        string `is:"must" doc:"Who signs in"`
	Password    string `yaml:"password_file" doc:"A file with the password; chmod 600"`
	PasswordEnv string `yaml:"password_env" doc:"Or: the variable that holds it"`
	CA          string `yaml:"ca_file" doc:"Who signs the server's certificate, in PEM; usually the machine knows"`
}

// pickupFile is what a feed wants of its source.
type pickupFile struct {
	Name    string `is:"must" doc:"The name of the source"`
	Folder  string `doc:"The folder there, or the mailbox; usually the one it begins in, or INBOX"`
	Senders names  `doc:"Of mails: whose; usually anybody's"`
	Subject string `doc:"Of mails: what is in the subject"`
	After   string `is:"after" doc:"What becomes of a file there once it has landed; usually keep"`
	MovedTo string `yaml:"moved_to" doc:"With after: move: the folder there that it is moved to"`
}

// UnmarshalYAML accepts a name alone.
func (p *pickupFile) UnmarshalYAML(decode func(any) error) error {
	if err := decode(&p.Name); err == nil {
		return nil
	}
	type plain pickupFile
	return decode((*plain)(p))
}

// sources reads the sources, and gives each the errands of the feeds that name it.
func (r *reader) sources(base string, list []sourceFile, f file, feeds []feed.Feed) (sources []fetch.Source) {
	for i, s := range list {
		at := fmt.Sprintf("$.sources[%d]", i)
		if s.Name == "" || strings.Contains(s.Name, "/") ||
			slices.ContainsFunc(sources, func(other fetch.Source) bool { return other.Name == s.Name }) {
			r.fault(at+".name", "every source needs a name of its own, without /")
		}
		place := r.place(at, base, f, s, "a source is one place: folder, sftp, s3 or imap")
		sources = append(sources, fetch.Source{Name: s.Name, Place: place})
	}
	for i, declared := range f.Feeds {
		at := fmt.Sprintf("$.feeds[%d].source", i)
		n := slices.IndexFunc(sources, func(s fetch.Source) bool { return s.Name == declared.Source.Name })
		switch {
		case reflect.ValueOf(declared.Source).IsZero():
		case n < 0:
			r.fault(at, "there is no source %q under sources", declared.Source.Name)
		default:
			sources[n].Errands = append(sources[n].Errands, r.errand(at, declared.Source, feeds[i], list[n]))
		}
	}
	return sources
}

// place reads where files are. Where it is not exactly one, the fault says which there can be.
func (r *reader) place(at, base string, f file, s sourceFile, can string) fetch.Place {
	silent := time.Duration(0)
	if s.Timeout != "" {
		silent = r.duration(at+".timeout", s.Timeout)
	}
	var places []fetch.Place
	if s.Folder != "" {
		places = append(places, r.sharedFolder(at, base, f, s.Folder))
	}
	if s.SFTP != nil {
		places = append(places, r.sftp(at+".sftp", base, *s.SFTP, silent))
	}
	if s.S3 != nil {
		places = append(places, r.s3(at+".s3", base, *s.S3, silent))
	}
	if s.IMAP != nil {
		places = append(places, r.imap(at+".imap", base, *s.IMAP, silent))
	}
	if len(places) != 1 {
		r.fault(at, "%s", can)
		return fetch.Folder{}
	}
	return places[0]
}

// sharedFolder refuses a folder of ours: what lies there is not a sender's.
func (r *reader) sharedFolder(at, base string, f file, folder string) fetch.Place {
	folder = beside(base, folder)
	r.notOurs(at+".folder", base, f, folder)
	return fetch.Folder{Path: folder}
}

// notOurs refuses a folder that is one of ours, or in it or around it.
func (r *reader) notOurs(at, base string, f file, folder string) {
	ours := r.folders(base, f)
	for _, p := range []place{{"inbox", ours.Inbox}, {"landing", ours.Landing}, {"statements", ours.Statements},
		{"closed", ours.Closed}, {"state", ours.State}, {"published", ours.Analysts}} {
		if a, b := real(p.path), real(folder); inside(a, b) || inside(b, a) {
			r.fault(at, "it is %s, or lies in it or around it; put them beside each other", p.key)
		}
	}
}

func (r *reader) sftp(at, base string, f sftpFile, silent time.Duration) fetch.Place {
	s := fetch.SFTP{
		Host: f.Host, Port: f.Port, User: f.User,
		Key:        r.secret(at+".key_file", base, f.Key),
		Password:   r.oneSecret(at+".password_file", base, f.Password, f.PasswordEnv),
		KnownHosts: beside(base, f.KnownHosts), Patience: silent,
	}
	faults := len(r.faults)
	r.hostAlone(at, f.Host)
	if f.User == "" {
		r.fault(at, "who signs in is missing: user")
	}
	if f.KnownHosts == "" {
		r.fault(at, "known_hosts is missing: without the server's key anybody could answer in its place; "+
			"ssh-keyscan -p %d %s writes it, and the sender says whether it is right", cmp.Or(f.Port, 22), f.Host)
	}
	if len(s.Key) == 0 && s.Password == "" {
		r.fault(at, "it needs a key_file, a password_file or a password_env")
	}
	if len(r.faults) == faults {
		if err := s.Check(); err != nil {
			r.fault(at, "%v", err)
		}
	}
	return s
}

func (r *reader) s3(at, base string, f s3File, silent time.Duration) fetch.Place {
	b := fetch.Bucket{Endpoint: strings.TrimRight(f.Endpoint, "/"), Region: f.Region, Name: f.Bucket, KeyID: f.KeyID,
		Secret: r.oneSecret(at+".secret_file", base, f.Secret, f.SecretEnv), CA: r.authority(at, base, f.CA),
		Patience: silent}
	u, err := url.Parse(b.Endpoint)
	switch {
	case err != nil, u.Host == "", u.Path != "", u.RawQuery != "", secretIn(b.Endpoint),
		u.Scheme != "https" && (u.Scheme != "http" || !onLoopback(u.Hostname())):
		r.fault(at+".endpoint", "the endpoint is not https://host alone; http is for this machine only")
		return b
	case f.Bucket == "":
		r.fault(at, "the bucket is missing")
	case f.KeyID == "", b.Secret == "":
		r.fault(at, "it needs a key_id, and its secret in secret_file or secret_env")
	}
	if err := b.Check(); err != nil {
		r.fault(at, "%v", err)
	}
	return b
}

func (r *reader) imap(at, base string, f imapFile, silent time.Duration) fetch.Place {
	r.oneOf(at, "security", f.Security, true)
	m := fetch.Mailbox{Host: f.Host, Port: f.Port, Security: cmp.Or(f.Security, "tls"), User: f.User,
		Password: r.oneSecret(at+".password_file", base, f.Password, f.PasswordEnv), CA: r.authority(at, base, f.CA),
		Patience: silent}
	r.hostAlone(at, f.Host)
	switch {
	case f.User == "", m.Password == "":
		r.fault(at, "it needs a user, and a password_file or password_env")
	case m.Security == "none" && !onLoopback(m.Host):
		r.fault(at+".security", "none is for a server on this machine; others need tls or starttls")
	}
	return m
}

// authority reads who signs a server's certificate.
func (r *reader) authority(at, base, file string) *x509.CertPool {
	if file == "" {
		return nil
	}
	data, err := os.ReadFile(beside(base, file))
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(data) {
		r.fault(at+".ca_file", "%s holds no certificate in PEM", filepath.Base(file))
	}
	return pool
}

// hostAlone refuses a host that is an address with more in it.
func (r *reader) hostAlone(at, host string) {
	switch {
	case host == "":
		r.fault(at, "the server is missing: host")
	case strings.ContainsAny(host, "@/? "):
		r.fault(at+".host", "host is the name of the server alone; port and user are keys of their own")
	}
}

func (r *reader) errand(at string, p pickupFile, f feed.Feed, s sourceFile) fetch.Errand {
	r.oneOf(at, "after", p.After, true)
	if s.IMAP == nil && (len(p.Senders) > 0 || p.Subject != "") {
		r.fault(at, "only mails have senders and a subject")
	}
	e := fetch.Errand{Feed: f.Name, Matches: f.Matches, Folder: p.Folder,
		Senders: p.Senders, Subject: p.Subject, After: fetch.After(cmp.Or(p.After, "keep")),
		To: p.MovedTo}
	switch {
	case e.After == fetch.Move && p.MovedTo == "":
		r.fault(at+".after", "where are they moved to? add moved_to")
	case e.After != fetch.Move && p.MovedTo != "":
		r.fault(at+".moved_to", "it belongs to after: move")
	case e.After == fetch.Move && path.Clean(p.MovedTo) == path.Clean(p.Folder):
		r.fault(at+".moved_to", "that is the folder that they are fetched from")
	}
	return e
}
