package fetch

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"tranche/pipeline/files"
)

// Mailbox is a mail account whose attachments are fetched by IMAP.
type Mailbox struct {
	Host           string
	Port           int    // 993; 143 without TLS from the beginning
	Security       string // tls, starttls, or none on this machine
	User, Password string
	CA             *x509.CertPool // nil: the machine's
	Patience       time.Duration
}

// Address is its user, host and port.
func (m Mailbox) Address() string { return "imap://" + m.User + "@" + m.host() }

func (m Mailbox) host() string {
	port := m.Port
	if port == 0 && m.Security == "tls" {
		port = 993
	}
	return net.JoinHostPort(m.Host, strconv.Itoa(cmp.Or(port, 143)))
}

// Check finds nothing: what can be wrong shows when it is used.
func (m Mailbox) Check() error { return nil }

// largestMail is how many bytes a mail has at most. One at a time is in memory.
const largestMail = 64 << 20

// mail is a message with attachments.
type mail struct {
	uid    imap.UID
	size   int64
	data   []byte // nil before it is read
	sum    string
	wanted map[string]bool // its parts that have yet to land before it may be removed
}

func (m Mailbox) connect(ctx context.Context) (connection, error) {
	silent := cmp.Or(m.Patience, usualPatience)
	raw, err := (&net.Dialer{Timeout: silent}).DialContext(ctx, "tcp", m.host())
	if err != nil {
		return nil, fmt.Errorf("it cannot be reached: %w", err)
	}
	c := &mailbox{Mailbox: m, patience: newPatience(silent, func() { _ = raw.Close() }), mails: map[string]*mail{}}
	c.stop = context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer c.await()()
	secure := &tls.Config{ServerName: m.Host, RootCAs: m.CA, MinVersion: tls.VersionTLS12}
	var conn net.Conn = patientConn{raw, c.patience}
	switch m.Security {
	case "none":
		c.client = imapclient.New(conn, nil)
	case "starttls":
		c.client, err = imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: secure})
	default:
		sealed := tls.Client(conn, secure)
		if err = sealed.HandshakeContext(ctx); err == nil {
			c.client = imapclient.New(sealed, nil)
		}
	}
	if err == nil {
		err = c.client.WaitGreeting()
	}
	if err != nil {
		_ = raw.Close()
		return nil, cmp.Or(c.lost(), fmt.Errorf("it answers, but does not greet as it should: %w", err))
	}
	if err := c.client.Login(m.User, m.Password).Wait(); err != nil {
		c.close()
		return nil, cmp.Or(c.lost(), fmt.Errorf("%s does not let %s in: the password is refused", m.Host, m.User))
	}
	return c, nil
}

type mailbox struct {
	Mailbox
	*patience
	client *imapclient.Client
	stop   func() bool

	selected string
	writable bool
	mails    map[string]*mail // by mailbox and UID
	current  *mail            // the one whose bytes are in memory
}

// choose selects a mailbox, for reading only where that is enough.
func (c *mailbox) choose(name string, write bool) (valid uint32, err error) {
	name = cmp.Or(name, "INBOX")
	data, err := c.client.Select(name, &imap.SelectOptions{ReadOnly: !write}).Wait()
	if err != nil {
		return 0, fmt.Errorf("open the mailbox %s: %w", name, err)
	}
	c.selected, c.writable = name, write
	return data.UIDValidity, nil
}

// mailsAtOnce is how many mails are asked for at once.
const mailsAtOnce = 200

func (c *mailbox) list(ctx context.Context, e *Errand, each func(remote)) error {
	defer c.await()()
	valid, err := c.choose(e.Folder, false)
	if err != nil {
		return err
	}
	found, err := c.client.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		return err
	}
	for uids := range slices.Chunk(found.AllUIDs(), mailsAtOnce) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		messages, err := c.client.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, Envelope: true,
			InternalDate: true, RFC822Size: true, BodyStructure: &imap.FetchItemBodyStructure{Extended: true}}).Collect()
		if err != nil {
			return err
		}
		for _, m := range messages {
			if m.Envelope != nil && m.BodyStructure != nil && e.accepts(m.Envelope) {
				c.attachments(e, m, valid, each)
			}
		}
	}
	return nil
}

// accepts says whether a mail is from one of the senders, and about the subject.
func (e *Errand) accepts(m *imap.Envelope) bool {
	from := func(a imap.Address) bool {
		return slices.ContainsFunc(e.Senders, func(sender string) bool { return strings.EqualFold(sender, a.Addr()) })
	}
	return (len(e.Senders) == 0 || slices.ContainsFunc(m.From, from)) &&
		strings.Contains(strings.ToLower(m.Subject), strings.ToLower(e.Subject))
}

// attachments gives the parts of a mail that have a file's name.
func (c *mailbox) attachments(e *Errand, m *imapclient.FetchMessageBuffer, valid uint32, each func(remote)) {
	key := fmt.Sprintf("%s %d", c.selected, m.UID)
	one := c.mails[key]
	if one == nil {
		one = &mail{uid: m.UID, size: m.RFC822Size, wanted: map[string]bool{}}
		c.mails[key] = one
	}
	id := cmp.Or(m.Envelope.MessageID, fmt.Sprintf("%d.%d", valid, m.UID)) // a sender may use one id twice
	m.BodyStructure.Walk(func(at []int, part imap.BodyStructure) bool {
		single, ok := part.(*imap.BodyStructureSinglePart)
		if !ok {
			return true
		}
		name := filename(single)
		if name == "" {
			return false
		}
		number := numbered(at)
		if e.Matches(name) {
			one.wanted[number] = true
		}
		each(remote{path: name, name: name, size: int64(single.Size), modified: m.InternalDate, isWhole: true, message: one,
			version: fmt.Sprintf("<%s> %s %s", id, m.InternalDate.UTC().Format(time.RFC3339), number)})
		return false
	})
}

// numbered is a part as IMAP numbers it: 2.1.
func numbered(at []int) string {
	var list []string
	for _, n := range at {
		list = append(list, strconv.Itoa(n))
	}
	return strings.Join(list, ".")
}

func (r remote) part() string { return r.version[strings.LastIndexByte(r.version, ' ')+1:] }

// filename is the name of an attachment, in whichever way its mail writes it.
func filename(part *imap.BodyStructureSinglePart) string {
	name := part.Params["name"]
	if d := part.Disposition(); d != nil {
		text := "attachment"
		for key, value := range d.Params {
			if !strings.HasSuffix(key, "*") {
				value = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
			}
			text += "; " + key + "=" + value
		}
		if _, params, err := mime.ParseMediaType(text); err == nil && params["filename"] != "" {
			name = params["filename"]
		} else {
			name = cmp.Or(d.Params["filename"], name)
		}
	}
	if decoded, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		return decoded
	}
	return name
}

func (c *mailbox) read(_ context.Context, r remote, to io.Writer) error {
	if err := c.load(r); err != nil {
		return err
	}
	part, err := partOf(bytes.NewReader(r.message.data), r.part())
	if err != nil {
		return fmt.Errorf("%w: its mail cannot be taken apart (%w)", errDenied, err)
	}
	if _, err = io.Copy(to, part); err != nil && !errors.As(err, new(localError)) {
		return fmt.Errorf("%w: its mail cannot be decoded (%w)", errDenied, err)
	}
	return err
}

// load reads a mail whole, and lets go of the one before.
func (c *mailbox) load(r remote) error {
	m := r.message
	if m.data != nil {
		return nil
	}
	if m.size > largestMail {
		return fmt.Errorf("%w: its mail has %d bytes, and may have %d", errDenied, m.size, largestMail)
	}
	if c.current != nil {
		c.current.data = nil
	}
	defer c.await()()
	if _, err := c.choose(r.errand.Folder, false); err != nil {
		return err
	}
	whole := &imap.FetchItemBodySection{Peek: true} // it stays unread
	messages, err := c.client.Fetch(imap.UIDSetNum(m.uid), &imap.FetchOptions{UID: true,
		BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil {
		return err
	}
	if len(messages) != 1 {
		return fmt.Errorf("%w: its mail is gone", errChanged)
	}
	m.data, c.current = messages[0].FindBodySection(whole), m
	if int64(len(m.data)) != m.size {
		m.data = nil
		return fmt.Errorf("%w: its mail has %d bytes and did not come with so many", errHalf, m.size)
	}
	m.sum = files.HashBytes(m.data)
	return nil
}

// remove removes or moves a mail once all of its parts have landed that some feed wants.
func (c *mailbox) remove(_ context.Context, r remote, e *Errand) error {
	m := r.message
	if delete(m.wanted, r.part()); len(m.wanted) > 0 {
		return nil
	}
	defer c.await()()
	if _, err := c.choose(e.Folder, true); err != nil {
		return err
	}
	one := imap.UIDSetNum(m.uid)
	if e.After == Move {
		_, err := c.client.Move(one, e.To).Wait()
		return err
	}
	gone := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}, Silent: true}
	if err := c.client.Store(one, gone, nil).Close(); err != nil {
		return err
	}
	if !c.client.Caps().Has(imap.CapUIDPlus) {
		return nil // it is marked; to expunge would take what others have marked
	}
	return c.client.UIDExpunge(one).Close()
}

func (c *mailbox) atOnce() int { return 1 }

func (c *mailbox) failed() error {
	if err := c.lost(); err != nil {
		return err
	}
	select {
	case <-c.client.Closed():
		return lostError("the connection ended in the middle")
	default:
		return nil
	}
}

func (c *mailbox) close() {
	c.stop()
	_ = c.client.Close()
}
