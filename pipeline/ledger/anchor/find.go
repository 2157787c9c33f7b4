package anchor

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// Find reads an anchor out of a file: the anchor itself, or the mail that it came in. Of several, one with a receipt is
// taken first.
func Find(data []byte) (*Anchor, error) {
	texts := [][]byte{data}
	if m, err := mail.ReadMessage(bytes.NewReader(data)); err == nil {
		texts = append(parts(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, 0), data)
	}
	var found *Anchor
	wrong := error(nil)
	for _, text := range texts {
		a, err := Parse(text)
		switch {
		case errors.Is(err, ErrNone):
		case err != nil:
			wrong = errors.Join(wrong, err)
		case found == nil || found.Receipt == nil && a.Receipt != nil:
			found = a
		}
	}
	switch {
	case found != nil:
		return found, nil
	case wrong != nil:
		return nil, wrong
	}
	return nil, ErrNone
}

// deepest is how many mails in mails are looked into.
const deepest = 8

// parts are the decoded parts of a mail.
func parts(kind, encoding string, body io.Reader, depth int) (all [][]byte) {
	media, params, _ := mime.ParseMediaType(kind)
	if strings.HasPrefix(media, "multipart/") && depth < deepest {
		r := multipart.NewReader(body, params["boundary"])
		for {
			p, err := r.NextRawPart()
			if err != nil {
				return all
			}
			all = append(all, parts(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, depth+1)...)
		}
	}
	switch strings.ToLower(encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return nil
	}
	if media == "message/rfc822" && depth < deepest {
		if m, err := mail.ReadMessage(bytes.NewReader(data)); err == nil {
			return parts(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, depth+1)
		}
	}
	return [][]byte{data}
}
