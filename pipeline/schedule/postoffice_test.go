package schedule

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// postOffice is a mail server on loopback, which keeps what it is given.
type postOffice struct {
	sync.Mutex
	letters []letter
	refuse  map[string]bool // addresses
	port    int
}

// letter is a mail that came.
type letter struct{ to, text string }

func newPostOffice(t *testing.T) *postOffice {
	t.Helper()
	p := &postOffice{refuse: map[string]bool{}}
	s := smtp.NewServer(p)
	s.Domain = "localhost"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return p
}

func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) { return &visit{office: p}, nil }

type visit struct {
	office *postOffice
	to     string
}

func (v *visit) Mail(string, *smtp.MailOptions) error { return nil }
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	if v.to = to; v.office.refuse[to] {
		return &smtp.SMTPError{Code: 550, Message: "no such person here"}
	}
	return nil
}
func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }
func (v *visit) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	v.office.Lock()
	defer v.office.Unlock()
	v.office.letters = append(v.office.letters, letter{v.to, string(text)})
	return err
}

// received is every text of each letter, by its address: subject, text, and the parts of what is attached.
func (p *postOffice) received(t *testing.T) map[string][]string {
	t.Helper()
	p.Lock()
	defer p.Unlock()
	all := map[string][]string{}
	for _, l := range p.letters {
		all[l.to] = append(all[l.to], plain(t, l.text))
	}
	return all
}

// plain is a mail without its encodings.
func plain(t *testing.T, text string) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintf("From: %s\nTo: %s\nSubject: %s\n", m.Header.Get("From"), m.Header.Get("To"), subject)
	kind, params, _ := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if !strings.HasPrefix(kind, "multipart/") {
		return out + decoded(t, m.Header.Get("Content-Transfer-Encoding"), m.Body)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		data := decoded(t, part.Header.Get("Content-Transfer-Encoding"), part)
		out += part.FileName() + "\n" + unpacked(t, []byte(data)) + "\n"
	}
}

func decoded(t *testing.T, encoding string, r io.Reader) string {
	t.Helper()
	switch encoding {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// unpacked is the text of every part of a workbook or archive, or the bytes.
func unpacked(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return string(data)
	}
	var out strings.Builder
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(f.Name + "\n" + unpacked(t, text) + "\n")
	}
	return out.String()
}
