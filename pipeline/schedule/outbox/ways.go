package outbox

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wneessen/go-mail"
)

// patience is how long a program that is told may take.
const patience = 30 * time.Second

// mailPatience is how long a mail server may say nothing, or take nothing.
var mailPatience = 2 * time.Minute

// longPatience is how long a whole mail may take, with every statement of a month.
const longPatience = 15 * time.Minute

// Mail sends to one address by a mail server: what one is refused the others get all the
// same.
type Mail struct {
	To       string
	Host     string
	Port     int
	Security string // starttls, tls, or none on loopback
	User     string
	Password string
	From     string
	Lists    []string    // that the address is on
	TLS      *tls.Config // nil: the machine's own certificates
}

// Name is mail, and the address.
func (m Mail) Name() string { return "mail to " + m.To }

// Takes says whether the address is on the message's list.
func (m Mail) Takes(msg Message) bool { return slices.Contains(m.Lists, msg.To) }

// Send sends one mail.
func (m Mail) Send(ctx context.Context, msg Message, folder string, leaves func() error) error {
	letter := mail.NewMsg()
	if err := errors.Join(letter.From(m.From), letter.To(m.To)); err != nil {
		return err
	}
	letter.SetMessageIDWithValue(msg.ID + "@" + domain(m.From))
	letter.SetDateWithValue(msg.At)
	letter.Subject(msg.Subject)
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	letter.SetBodyString(mail.TypeTextPlain, msg.Text)
	for _, name := range msg.Attach {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			return err // it would be left out without a word
		}
		letter.AttachFile(filepath.Join(folder, name))
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	client, err := m.client(ctx)
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // the mail is taken, or refused, by then
	if err := leaves(); err != nil {
		return err
	}
	err = client.Send(letter)
	if letter.IsDelivered() {
		return nil // it was taken; what went wrong after that is no matter of ours
	}
	var refused *mail.SendError
	if errors.As(err, &refused) && refused.Reason == mail.ErrSMTPDataClose && refused.ErrorCode() == 0 {
		return fmt.Errorf("%w: %w", ErrUnsure, err) // all of it had left, and no answer came
	}
	return err
}

func (m Mail) client(ctx context.Context) (*mail.Client, error) {
	options := []mail.Option{mail.WithPort(m.Port), mail.WithTimeout(longPatience), mail.WithDialContextFunc(func(within context.Context, network, address string) (net.Conn, error) {
		return m.dial(ctx, within, network, address)
	})}
	switch m.Security {
	case "tls":
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic)) // the connection is one already
	case "starttls":
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	default:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if m.TLS != nil {
		options = append(options, mail.WithTLSConfig(m.TLS))
	}
	if m.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.User), mail.WithPassword(m.Password))
	}
	return mail.NewClient(m.Host, options...)
}

// dial connects. The library waits for a greeting as long as it takes, so the connection
// itself is impatient, and ends with the sending.
func (m Mail) dial(sending, ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: patience}
	raw, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(sending, func() { _ = raw.Close() })
	conn := &impatient{Conn: raw}
	if m.Security != "tls" {
		return conn, nil
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: m.Host}
	if m.TLS != nil {
		settings = m.TLS.Clone()
	}
	secure := tls.Client(conn, settings)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return secure, nil
}

// impatient is a connection whose other end may be silent for mailPatience only.
type impatient struct{ net.Conn }

func (c *impatient) Read(data []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(mailPatience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(data)
}

func (c *impatient) Write(data []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(mailPatience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(data)
}

func domain(address string) string {
	_, after, _ := strings.Cut(strings.Trim(address, "<> "), "@")
	if after = strings.Trim(after, "<> "); after == "" {
		return "localhost"
	}
	return after
}

// Webhook posts to a program.
type Webhook struct {
	URL    string
	Secret string // signs the body; empty: nothing does
	Client *http.Client
}

// Name is webhook.
func (Webhook) Name() string { return "webhook" }

// Takes takes what operators are told.
func (w Webhook) Takes(m Message) bool { return w.URL != "" && m.To == "operators" }

// Send posts the message as JSON. Its id goes as Idempotency-Key, and an HMAC-SHA-256 of
// the body as X-Tranche-Signature where there is a secret.
func (w Webhook) Send(ctx context.Context, m Message, _ string, leaves func() error) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var written atomic.Bool
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	// Nobody but us decides about a second attempt.
	request.GetBody = nil
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", m.ID)
	if w.Secret != "" {
		sum := hmac.New(sha256.New, []byte(w.Secret))
		sum.Write(body)
		request.Header.Set("X-Tranche-Signature", "sha256="+hex.EncodeToString(sum.Sum(nil)))
	}
	client := w.Client
	if client == nil {
		client = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if err := leaves(); err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		if written.Load() {
			return fmt.Errorf("%w: %s", ErrUnsure, told(err))
		}
		return told(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16))
	switch code := answer.StatusCode; {
	case code/100 == 2:
		return nil
	case code/100 == 5 && code != http.StatusServiceUnavailable && code != http.StatusNotImplemented:
		// Something behind the one who answers may have taken it.
		return fmt.Errorf("%w: the receiver answered %s", ErrUnsure, answer.Status)
	default:
		return fmt.Errorf("the receiver answered %s", answer.Status)
	}
}

// told leaves the address out of an error: it can hold a secret.
func told(err error) error {
	var at interface{ Unwrap() error }
	if errors.As(err, &at) && at.Unwrap() != nil {
		return at.Unwrap()
	}
	return err
}
