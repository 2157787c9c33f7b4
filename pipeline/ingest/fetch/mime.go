package fetch

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strconv"
	"strings"
)

// partOf finds a part of a mail by its number (2.1), and decodes it.
func partOf(message io.Reader, number string) (io.Reader, error) {
	m, err := netmail.ReadMessage(message)
	if err != nil {
		return nil, err
	}
	header, body := textproto.MIMEHeader(m.Header), m.Body
	for step := range strings.SplitSeq(number, ".") {
		n, err := strconv.Atoi(step)
		if err != nil {
			return nil, err
		}
		kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
		if err != nil || !strings.HasPrefix(kind, "multipart/") {
			if n != 1 {
				return nil, errors.New("it has no such part")
			}
			break // a mail that is nothing but the file
		}
		parts := multipart.NewReader(body, params["boundary"])
		for ; n > 0; n-- {
			part, err := parts.NextRawPart()
			if err != nil {
				return nil, err
			}
			header, body = part.Header, part
		}
	}
	switch strings.ToLower(strings.TrimSpace(header.Get("Content-Transfer-Encoding"))) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body), nil
	case "quoted-printable":
		return quotedprintable.NewReader(body), nil
	}
	return body, nil
}
