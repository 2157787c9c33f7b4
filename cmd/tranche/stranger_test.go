package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"tranche/fixtures/machine"
)

// TestAStrangerSetsUpSFTPInAndMailOutFromThePage does what docs/operations.md says, word by word: its commands are run,
// its configuration is taken, and only names of servers and people are put in. The servers are OpenSSH, and a mail
// server that wants TLS and a password.
func TestAStrangerSetsUpSFTPInAndMailOutFromThePage(t *testing.T) {
	if testing.Short() {
		t.Skip("make test-all runs it")
	}
	in, out := page(t, "## Files that come by themselves"), page(t, "## Statements that leave by themselves")
	dir, there := filepath.Join(t.TempDir(), "site"), t.TempDir()
	s := &newcomer{t: t, dir: dir}
	s.tranche(exitDone, "init", dir)
	office := newOffice(t, dir)
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	s.names = strings.NewReplacer("/srv/tranche", dir, "sudo -u tranche ", "", "sftp.north.example", "127.0.0.1",
		"user: larkspur", "user: "+me.Username, "mail.example", "127.0.0.1",
		"port: 587", fmt.Sprintf("port: %d", office.port),
		"sftp.vendor.example, user: tranche, key_file: portal.key", "127.0.0.1, port: PORT, user: "+me.Username+
			", key_file: north.key", "letters: letters ", "# letters: letters ", "password_file: mail.secret",
		"password_file: mail.secret, ca_file: ca.pem", "#", "#")
	s.sh(block(t, in, "ssh-keygen -t ed25519"), "")
	port := openSSH(t, dir, there)
	s.sh(strings.ReplaceAll(block(t, in, "ssh-keyscan"), "-p 22", fmt.Sprintf("-p %d", port)), "")
	s.sh(block(t, out, "mail.secret"), "pass-word\n")

	sources, feeds, _ := strings.Cut(block(t, in, "sources:"), "feeds:\n")
	sources = strings.ReplaceAll(sources, "port: 22", fmt.Sprintf("port: %d", port))
	_, line, _ := strings.Cut(feeds, "    source: ")
	line, _, _ = strings.Cut(line, "\n")
	text, err := os.ReadFile(filepath.Join(dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	config := strings.Replace(string(text), `    glob: "NW_*.csv"`, "    glob: \"NW_*.csv\"\n    source: "+line, 1)
	config += "\n" + s.names.Replace(sources) +
		strings.ReplaceAll(s.names.Replace(block(t, out, "deliver:\n")), "PORT", fmt.Sprint(port))
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(there, "outgoing"), 0o700); err != nil {
		t.Fatal(err)
	}
	moved, _ := filepath.Glob(filepath.Join(dir, "inbox", "NW_*.csv"))
	for _, path := range moved {
		if err := os.Rename(path, filepath.Join(there, "outgoing", filepath.Base(path))); err != nil {
			t.Fatal(err)
		}
	}
	said := s.tranche(exitDone, "validate", "--connect")
	for _, want := range []string{"out by mail", "out by portal", fmt.Sprintf("%d files for our feeds", len(moved))} {
		if !strings.Contains(said, want) {
			t.Errorf("validate --connect does not say %q: %s", want, said)
		}
	}
	if _, from, _ := strings.Cut(s.tranche(exitWaiting, "run"), "From north: "); !strings.Contains(from, " landed") {
		t.Errorf("nothing landed: %.200s", from)
	}
	s.tranche(exitDone, "deliver", "--month", "2024-01", "--dry-run")
	s.tranche(exitDone, "close", "2024-01", "--by", "anna", "--accept-held", "--reason", "a test")
	said = s.tranche(exitDone, "deliver")
	if strings.Contains(said, "waiting") || office.count() < 8 {
		t.Errorf("%d mails came: %s", office.count(), said)
	}
	packs, _ := filepath.Glob(filepath.Join(there, "statements", "finance", "register_2024-01_1.xlsx"))
	if len(packs) != 1 {
		t.Error("finance has no register at the portal")
	}
}

// newcomer follows the page.
type newcomer struct {
	t     *testing.T
	dir   string
	names *strings.Replacer
}

func (s *newcomer) tranche(code int, args ...string) string {
	s.t.Helper()
	var out, told bytes.Buffer
	if args[0] != "init" {
		args = append(args, "--config", filepath.Join(s.dir, "config.yaml"))
	}
	if got := run(s.t.Context(), args, nil, &out, &told); got != code {
		s.t.Fatalf("%v ends with %d: %s%s", args, got, out.String(), told.String())
	}
	return out.String()
}

// sh runs the commands of a block.
func (s *newcomer) sh(commands, typed string) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "sh", "-ec", s.names.Replace(commands))
	cmd.Dir, cmd.Stdin = s.dir, strings.NewReader(typed)
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v %s", commands, err, out)
	}
}

// page is a section of the page.
func page(t *testing.T, heading string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), heading+"\n")
	if !ok {
		t.Fatalf("the page has no %s", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	return section
}

// block is the block of a section that holds some text, without its indent.
func block(t *testing.T, section, holds string) string {
	t.Helper()
	for i, text := range strings.Split(section, "```") {
		if _, text, _ := strings.Cut(text, "\n"); i%2 == 1 && strings.Contains(text, holds) {
			return strings.ReplaceAll("\n"+text, "\n   ", "\n")[1:]
		}
	}
	t.Fatalf("no block holds %q", holds)
	return ""
}

// openSSH starts OpenSSH's server; north.key.pub of the site is let in.
func openSSH(t *testing.T, dir, there string) int {
	t.Helper()
	sshd := machine.Program(t, "/usr/sbin/sshd")
	at := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
		filepath.Join(at, "host")).CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	config := fmt.Sprintf("ListenAddress 127.0.0.1:%d\nHostKey %s/host\nAuthorizedKeysFile %s/north.key.pub\n"+
		"PasswordAuthentication no\nUsePAM no\nStrictModes no\nPidFile none\nPermitRootLogin yes\n"+
		"Subsystem sftp /usr/lib/openssh/sftp-server -d %s\n", port, at, dir, there)
	if err := os.WriteFile(filepath.Join(at, "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = os.MkdirAll("/run/sshd", 0o755) // Debian's refuses to begin without; only root can make it
	cmd := exec.CommandContext(t.Context(), sshd, "-D", "-e", "-f", filepath.Join(at, "config"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for end := time.Now().Add(time.Minute); ; {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = c.Close()
			return port
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// mailOffice is a mail server with TLS and a password; it counts.
type mailOffice struct {
	sync.Mutex
	mails, port int
}

func (o *mailOffice) count() int {
	o.Lock()
	defer o.Unlock()
	return o.mails
}

// newOffice starts it, and leaves its certificate as ca.pem.
func newOffice(t *testing.T, dir string) *mailOffice {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, IsCA: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, NotBefore: time.Unix(0, 0),
		NotAfter: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(nil, form, form, public, private)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	o := &mailOffice{}
	server := smtp.NewServer(o)
	server.Domain = "127.0.0.1"
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: private}}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.port = l.Addr().(*net.TCPAddr).Port
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return o
}

func (o *mailOffice) NewSession(*smtp.Conn) (smtp.Session, error) { return &mailVisit{office: o}, nil }

type mailVisit struct {
	office *mailOffice
	known  bool
}

func (v *mailVisit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *mailVisit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if v.known = user == "tranche" && password == "pass-word"; !v.known {
			return errors.New("wrong password")
		}
		return nil
	}), nil
}

func (v *mailVisit) Mail(string, *smtp.MailOptions) error {
	if !v.known {
		return smtp.ErrAuthRequired
	}
	return nil
}
func (v *mailVisit) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (v *mailVisit) Reset()                               {}
func (v *mailVisit) Logout() error                        { return nil }
func (v *mailVisit) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	v.office.Lock()
	defer v.office.Unlock()
	v.office.mails++
	return err
}
