package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranche/pipeline/ingest/fetch"
)

// sourced is the configuration with everything, in a folder with its secrets, spoilt in one place.
func sourced(t *testing.T, from, to string) (*Config, error) {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"token", "mail.secret", "hook.secret"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("0123456789abcdef"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hosts := "sftp.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF0sZHVEFDl7B5zWMgJVpkaXn2zYV6bmDhW5Qy1p0tWl\n"
	if err := os.WriteFile(filepath.Join(folder, "hosts"), []byte(hosts), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(full(t), "  tls: {certificate: c.pem, key: k.pem, client_ca: a.pem}\n", "", 1)
	if !strings.Contains(text, from) {
		t.Fatalf("%q is not in it", from)
	}
	return parse(filepath.Join(folder, "config.yaml"), []byte(strings.Replace(text, from, to, 1)))
}

func TestEachSourceGetsTheErrandsOfItsFeeds(t *testing.T) {
	c, err := sourced(t, "", "")
	if err != nil {
		t.Fatal(err)
	}
	errand := c.Sources[0].Errands[0]
	if len(c.Sources) != 4 || errand.Feed != "nordwind-sales" || errand.Folder != "out" || errand.After != fetch.Move ||
		!errand.Matches("NW_1.csv") || len(c.Sources[3].Errands) != 0 {
		t.Errorf("%+v", c.Sources)
	}
	if s, ok := c.Sources[0].Place.(fetch.SFTP); !ok || s.Password != "0123456789abcdef" {
		t.Errorf("%+v", c.Sources[0].Place)
	}
	if m := c.Sources[2].Errands[0]; m.Senders[0] != "exports@harbor.example" || m.Subject != "sell-through" {
		t.Errorf("%+v", m)
	}
}

func TestAFaultOfASourceSaysWhatToDo(t *testing.T) {
	for _, x := range [][3]string{
		{"source: lake", "source: lakes", `there is no source "lakes"`},
		{"known_hosts: hosts", "known_hosts: none", "ssh-keyscan -p 22 sftp.example writes such a file"},
		{"host: sftp.example", "host: other.example", "hosts holds no key of other.example"},
		{", known_hosts: hosts", "", "without the server's key anybody could answer in its place"},
		{"user: us, password_file: mail.secret, known", "user: us, known", "it needs a key_file, a password_file"},
		{"password_file: mail.secret, known", "key_file: mail.secret, known", "the key is no private key"},
		{"password_file: mail.secret, known", "password_env: TRANCHE_NOT_THERE, known", "the environment has no TRANCHE"},
		{"https://s3.example", "http://s3.example", "the endpoint is not https://host alone"},
		{"https://s3.example", "https://s3.example/exports", "the endpoint is not https://host alone"},
		{"after: move, moved_to: done", "after: move", "where are they moved to?"},
		{"after: move, moved_to: done", "moved_to: done", "it belongs to after: move"},
		{"moved_to: done", "moved_to: out/", "that is the folder that they are fetched from"},
		{"after: move", "after: burn", "write one of keep, delete, move"},
		{"name: server, folder: out", "name: server, subject: x", "only mails have senders and a subject"},
		{"security: starttls, user: us", "security: none, user: us", "none is for a server on this machine"},
		{"folder: /srv/share", "folder: landing", "it is landing, or lies in it or around it"},
		{"folder: /srv/share", "timeout: 1m", "a source is one place"},
		{"name: share, folder", "name: post, folder", "every source needs a name of its own"},
	} {
		_, err := sourced(t, x[0], x[1])
		if err == nil || !strings.Contains(err.Error(), x[2]) {
			t.Errorf("%s: %v, want %q", x[1], err, x[2])
		} else if strings.Contains(err.Error(), "0123456789abcdef") {
			t.Errorf("%s shows a secret: %v", x[1], err)
		}
	}
}
