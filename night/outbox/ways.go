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
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wneessen/go-mail"
)

// patience is how long a server is waited for.
const patience = 30 * time.Second

// longPatience is how long a whole mail may take, with every statement of a month.
const longPatience = 15 * time.Minute

// Mail sends by a mail server.
type Mail struct {
	Host     string
	Port     int
	Security string // starttls, tls, or none on loopback
	User     string
	Password string
	From     string
	Lists    map[string][]string // who is on which list
	TLS      *tls.Config         // nil: the machine's own certificates
}

// Name is mail.
func (Mail) Name() string { return "mail" }

// Takes says whether anybody is on the message's list.
func (m Mail) Takes(msg Message) bool { return len(m.Lists[msg.To]) > 0 }

// Send sends one mail to everybody on the list.
func (m Mail) Send(ctx context.Context, msg Message, folder string) error {
	letter := mail.NewMsg()
	if err := errors.Join(letter.From(m.From), letter.To(m.Lists[msg.To]...)); err != nil {
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
	client, err := m.client()
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // the mail is taken, or refused, by then
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

func (m Mail) client() (*mail.Client, error) {
	options := []mail.Option{mail.WithPort(m.Port), mail.WithTimeout(longPatience)}
	switch m.Security {
	case "tls":
		options = append(options, mail.WithSSL())
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
func (w Webhook) Send(ctx context.Context, m Message, _ string) error {
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
