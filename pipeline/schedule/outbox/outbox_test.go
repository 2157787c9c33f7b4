package outbox

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// postOffice is a mail server that behaves as a test says.
type postOffice struct {
	sync.Mutex
	refuse   error // what it answers after the whole mail
	hangUp   bool  // it takes the whole mail and never answers
	leaves   bool  // it takes the mail, says so, and is gone
	password string
	mails    []string
	server   *smtp.Server
	conns    []net.Conn
	port     int
	tls      *tls.Config
}

func (p *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &visit{office: p, conn: c.Conn()}, nil
}

type visit struct {
	office *postOffice
	conn   net.Conn
	known  bool
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "tranche" || password != v.office.password {
			return errors.New("wrong password")
		}
		v.known = true
		return nil
	}), nil
}

func (v *visit) Mail(string, *smtp.MailOptions) error {
	if v.office.password != "" && !v.known {
		return smtp.ErrAuthRequired
	}
	return nil
}
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	if to == "gone@vendor.example" {
		return &smtp.SMTPError{Code: 550, Message: "no such person"}
	}
	return nil
}
func (v *visit) Reset() {
	if v.office.leaves {
		_ = v.conn.Close()
	}
}
func (v *visit) Logout() error { return nil }

func (v *visit) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	v.office.Lock()
	defer v.office.Unlock()
	if v.office.refuse != nil {
		return v.office.refuse
	}
	v.office.mails = append(v.office.mails, string(text))
	if v.office.hangUp {
		return v.conn.Close()
	}
	return nil
}

func (p *postOffice) open(t *testing.T, implicit bool) (Mail, *postOffice) {
	t.Helper()
	p.tls = certificate(t)
	p.server = smtp.NewServer(p)
	p.server.Domain, p.server.TLSConfig, p.server.AllowInsecureAuth = "localhost", p.tls, false
	p.server.ErrorLog = quiet{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	if implicit {
		l = tls.NewListener(l, p.tls)
	}
	go func() { _ = p.server.Serve(l) }()
	t.Cleanup(func() { _ = p.server.Close() })
	pool := x509.NewCertPool()
	pool.AddCert(p.tls.Certificates[0].Leaf)
	m := Mail{
		To: "ops@vendor.example", Host: "127.0.0.1", Port: p.port, Security: "starttls",
		From: "tranche@vendor.example", Lists: []string{"operators"},
		TLS: &tls.Config{RootCAs: pool, ServerName: "localhost"},
	}
	if implicit {
		m.Security = "tls"
	}
	return m, p
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func certificate(t *testing.T) *tls.Config {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "localhost"},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:    time.Unix(0, 0), NotAfter: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, public, private)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: private, Leaf: leaf}}}
}

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func message(id string) Message {
	return Message{ID: id, At: noon, Subject: "The night is done", Text: "All is well.\n", To: "operators"}
}

func (o *Outbox) mustAdd(t *testing.T, m Message, attach map[string][]byte) {
	t.Helper()
	if err := o.Add(m, attach); err != nil {
		t.Fatal(err)
	}
}

func (o *Outbox) mustFlush(t *testing.T, now time.Time) []Unsent {
	t.Helper()
	if err := o.Flush(context.Background(), now); err != nil {
		t.Fatal(err)
	}
	open, err := o.Unsent()
	if err != nil {
		t.Fatal(err)
	}
	return open
}

func TestAMailArrivesOnceWithWhatGoesWithItOverEitherKindOfTLS(t *testing.T) {
	for _, implicit := range []bool{false, true} {
		channel, office := (&postOffice{password: "correct horse"}).open(t, implicit)
		channel.User, channel.Password = "tranche", "correct horse"
		o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
		o.mustAdd(t, message("night-1"), map[string][]byte{"register.xlsx": []byte("the register")})
		for n := range 3 {
			o.mustAdd(t, message("night-1"), nil) // as a restart would
			if open := o.mustFlush(t, noon.Add(time.Duration(n)*time.Hour)); len(open) > 0 {
				t.Fatalf("implicit %v: not sent: %+v", implicit, open)
			}
		}
		all := strings.Join(office.mails, "")
		if len(office.mails) != 1 || !strings.Contains(all, "<night-1@vendor.example>") ||
			!strings.Contains(all, `filename="register.xlsx"`) {
			t.Errorf("implicit %v: arrived: %q", implicit, office.mails)
		}
	}
}

func TestWhatCertainlyFailedIsTriedAgainLaterAndLater(t *testing.T) {
	channel, office := (&postOffice{}).open(t, false)
	office.refuse = &smtp.SMTPError{Code: 451, Message: "not now"}
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("night-1"), nil)
	open := o.mustFlush(t, noon)
	if len(open) != 1 || open[0].State != waiting || open[0].Attempts != 1 ||
		!open[0].Next.Equal(noon.Add(time.Minute)) {
		t.Fatalf("after a refusal: %+v", open)
	}
	if open := o.mustFlush(t, noon.Add(30*time.Second)); open[0].Attempts != 1 {
		t.Errorf("it did not wait: %+v", open)
	}
	office.refuse = nil
	if open := o.mustFlush(t, noon.Add(2*time.Minute)); len(open) != 0 || len(office.mails) != 1 {
		t.Errorf("the second time: %+v, %d mails", open, len(office.mails))
	}
	_ = office.server.Close()
	o.mustAdd(t, message("night-2"), nil)
	now := noon
	for range 20 {
		o.mustFlush(t, now)
		now = now.Add(25 * time.Hour)
	}
	if open := o.mustFlush(t, now); len(open) != 1 || open[0].State != givenUp || open[0].Attempts != len(pauses)+1 {
		t.Errorf("a server that is gone for weeks: %+v", open)
	}
}

func TestAMailWhoseAnswerNeverCameIsNotSentAgain(t *testing.T) {
	channel, office := (&postOffice{hangUp: true}).open(t, false)
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("night-1"), nil)
	for n := range 3 {
		if open := o.mustFlush(t, noon.Add(time.Duration(n)*time.Hour)); len(open) != 1 || open[0].State != unsure {
			t.Fatalf("without an answer: %+v", open)
		}
	}
	if len(office.mails) != 1 {
		t.Errorf("%d mails arrived", len(office.mails))
	}
}

func TestAMailThatWasTakenIsSentWhateverTheServerDoesThen(t *testing.T) {
	channel, office := (&postOffice{leaves: true}).open(t, false)
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("night-1"), nil)
	for n := range 3 {
		if open := o.mustFlush(t, noon.Add(time.Duration(n)*time.Hour)); len(open) != 0 {
			t.Errorf("it was taken: %+v", open)
		}
	}
	if len(office.mails) != 1 {
		t.Errorf("%d mails arrived", len(office.mails))
	}
}

func TestAnAddressThatIsRefusedKeepsNobodyElseFromTheMail(t *testing.T) {
	channel, office := (&postOffice{}).open(t, false)
	gone := channel
	gone.To = "gone@vendor.example"
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{gone, channel}}
	o.mustAdd(t, message("night-1"), nil)
	open := o.mustFlush(t, noon)
	if len(open) != 1 || open[0].Channel != "mail to gone@vendor.example" || len(office.mails) != 1 {
		t.Errorf("%+v, %d mails", open, len(office.mails))
	}
}

func TestAServerThatSaysNothingIsNotWaitedForAndNothingHasLeft(t *testing.T) {
	defer func(before time.Duration) { mailTimeout = before }(mailTimeout)
	for _, isStopped := range []bool{false, true} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		silent := Mail{
			To: "ops@vendor.example", Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: "starttls",
			From: "tranche@vendor.example", Lists: []string{"operators"},
		}
		o := &Outbox{Folder: t.TempDir(), Channels: []Channel{silent}}
		o.mustAdd(t, message("night-1"), nil)
		mailTimeout = 50 * time.Millisecond
		ctx, stop := context.WithCancel(t.Context())
		if isStopped {
			mailTimeout = time.Hour
			go func() {
				_, _ = l.Accept() // it has come, and is told nothing
				stop()
			}()
		}
		if err := o.Flush(ctx, noon); err != nil {
			t.Fatal(err)
		}
		stop()
		o.mustAdd(t, message("night-2"), nil) // nobody holds the outbox
		open, err := o.Unsent()
		if err != nil || len(open) != 2 || open[0].State != waiting || open[0].Attempts != 1 {
			t.Errorf("stopped %v: %+v (%v)", isStopped, open, err)
		}
	}
}

func TestWhileSomebodySendsAMessageCanBePutInAndNobodyElseSends(t *testing.T) {
	begun, goOn := make(chan bool), make(chan bool)
	channel, got := receiver(t, func(http.ResponseWriter, *http.Request) { begun <- true; <-goOn })
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("night-1"), nil)
	ended := make(chan error)
	go func() { ended <- o.Flush(t.Context(), noon) }()
	<-begun
	o.mustAdd(t, message("night-2"), nil)
	if open := o.mustFlush(t, noon); len(open) != 2 || len(*got) != 1 {
		t.Errorf("a second sender: %+v, told %d times", open, len(*got))
	}
	goOn <- true
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	go func() { <-begun; goOn <- true }()
	if open := o.mustFlush(t, noon); len(open) != 0 || len(*got) != 2 {
		t.Errorf("%+v, told %d times", open, len(*got))
	}
}

func TestAnAnswerThatSomethingBehindMayHaveTakenItIsUnsure(t *testing.T) {
	for code, want := range map[int]string{
		500: unsure, 502: unsure, 504: unsure, 503: waiting, 429: waiting, 404: waiting, 301: waiting,
	} {
		channel, got := receiver(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
		o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
		o.mustAdd(t, message("night-1"), nil)
		if open := o.mustFlush(t, noon); len(open) != 1 || open[0].State != want || len(*got) != 1 {
			t.Errorf("%d: %+v, told %d times", code, open, len(*got))
		}
	}
}

func TestAMessageThatCannotBeReadKeepsNoOtherFromGoing(t *testing.T) {
	channel, got := receiver(t, func(http.ResponseWriter, *http.Request) {})
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("night-1"), nil)
	o.mustAdd(t, message("night-2"), nil)
	if err := os.WriteFile(filepath.Join(o.Folder, "night-1", messageFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if open := o.mustFlush(t, noon); len(open) != 1 || open[0].State != unreadable || len(*got) != 1 {
		t.Errorf("%+v, told %d times", open, len(*got))
	}
}

func TestAMailWhoseAttachmentIsGoneIsNotSentWithoutIt(t *testing.T) {
	channel, office := (&postOffice{}).open(t, false)
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("night-1"), map[string][]byte{"register.xlsx": []byte("the register")})
	if err := os.Remove(filepath.Join(o.Folder, "night-1", "register.xlsx")); err != nil {
		t.Fatal(err)
	}
	if open := o.mustFlush(t, noon); len(open) != 1 || len(office.mails) != 0 {
		t.Errorf("%+v, %d mails", open, len(office.mails))
	}
}

func TestAMailThatAStopInterruptedIsNotSentAgain(t *testing.T) {
	channel, office := (&postOffice{}).open(t, false)
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("night-1"), nil)
	path := filepath.Join(o.Folder, "night-1", messageFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(data, []byte(`"waiting"`), []byte(`"sending"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if open := o.mustFlush(t, noon); len(open) != 1 || open[0].State != unsure || len(office.mails) != 0 {
		t.Errorf("after a stop: %+v, %d mails", open, len(office.mails))
	}
}

func TestAnIDThatIsNoNameIsRefused(t *testing.T) {
	o := &Outbox{Folder: t.TempDir()}
	for _, id := range []string{"", "..", "a/b", "../x", strings.Repeat("x", 121)} {
		if err := o.Add(message(id), nil); err == nil {
			t.Errorf("%q passes", id)
		}
	}
}
