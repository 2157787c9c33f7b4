package outbox

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// connectTimeout limits connecting.
const connectTimeout = 30 * time.Second

// mailTimeout limits each read and write on the connection.
var mailTimeout = 2 * time.Minute

// Mail sends to one address, so that one refusal does not affect the others.
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
func (m Mail) Takes(msg Message) bool { return msg.Delivery == nil && slices.Contains(m.Lists, msg.To) }

// Send sends one mail.
func (m Mail) Send(ctx context.Context, msg Message, folder string, leaves func() error) (string, error) {
	out := mail.NewMsg()
	if err := errors.Join(out.From(m.From), out.To(m.To)); err != nil {
		return "", err
	}
	sender := out.GetFrom()[0].Address
	out.SetMessageIDWithValue(msg.ID + sender[strings.LastIndexByte(sender, '@'):])
	out.SetDateWithValue(msg.At)
	out.Subject(msg.Subject)
	out.SetGenHeader("Auto-Submitted", "auto-generated")
	out.SetBodyString(mail.TypeTextPlain, msg.Text)
	for _, name := range msg.Attach {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			return "", err // the library would leave it out silently
		}
		out.AttachFile(filepath.Join(folder, name))
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	client, err := m.client(ctx)
	if err != nil {
		return "", err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return "", err
	}
	defer client.Close() //nolint:errcheck // the mail is taken or refused by then
	if err := leaves(); err != nil {
		return "", err
	}
	err = client.Send(out)
	if out.IsDelivered() {
		return strings.TrimSpace(out.ServerResponse()), nil // a later error does not matter
	}
	var refused *mail.SendError
	if errors.As(err, &refused) && refused.Reason == mail.ErrSMTPDataClose && refused.ErrorCode() == 0 {
		return "", fmt.Errorf("%w: %w", ErrUnsure, err) // all was sent, and no answer came
	}
	return "", err
}

// Try signs in to the server, and sends nothing.
func (m Mail) Try(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	client, err := m.client(ctx)
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	return client.Close()
}

// Letters sends each delivery by mail to its own address.
type Letters struct{ Mail }

// Name is letters: the address is the delivery's.
func (Letters) Name() string { return "letters" }

// Takes says whether a delivery goes by mail.
func (Letters) Takes(msg Message) bool { return msg.Delivery != nil && msg.Delivery.Way == ByMail }

// Send sends one letter.
func (l Letters) Send(ctx context.Context, msg Message, folder string, leaves func() error) (string, error) {
	l.To, l.From = msg.Delivery.Address, cmp.Or(msg.Delivery.From, l.From)
	return l.Mail.Send(ctx, msg, folder, leaves)
}

// ByMail is the way of a delivery that is a mail.
const ByMail = "mail"

// client makes a client whose connections end with the context.
func (m Mail) client(ctx context.Context) (*mail.Client, error) {
	if m.TLS == nil {
		m.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: m.Host}
	}
	policy := mail.TLSMandatory
	switch m.Security {
	case "tls":
		policy = mail.TLSOpportunistic // dial has secured the connection already
	case "none":
		policy = mail.NoTLS
	}
	options := []mail.Option{
		mail.WithPort(m.Port),
		mail.WithTimeout(mailTimeout),
		mail.WithTLSPolicy(policy),
		mail.WithTLSConfig(m.TLS),
		mail.WithDialContextFunc(func(dialing context.Context, network, address string) (net.Conn, error) {
			return m.dial(ctx, dialing, network, address)
		}),
	}
	if m.User != "" {
		options = append(options,
			mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.User), mail.WithPassword(m.Password))
	}
	return mail.NewClient(m.Host, options...)
}

// dial connects. The library waits for a greeting without a limit, so the connection has its own timeout, and ends
// with the sending.
func (m Mail) dial(sending, dialing context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: connectTimeout}
	raw, err := dialer.DialContext(dialing, network, address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(sending, func() { _ = raw.Close() })
	conn := timedConn{raw}
	if m.Security != "tls" {
		return conn, nil
	}
	secure := tls.Client(conn, m.TLS)
	if err := secure.HandshakeContext(dialing); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return secure, nil
}

// timedConn limits the silence of the other end to mailTimeout.
type timedConn struct{ net.Conn }

func (c timedConn) Read(data []byte) (int, error) { return c.timed(c.Conn.Read, data) }

func (c timedConn) Write(data []byte) (int, error) { return c.timed(c.Conn.Write, data) }

func (c timedConn) timed(act func([]byte) (int, error), data []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(mailTimeout)); err != nil {
		return 0, err
	}
	return act(data)
}
