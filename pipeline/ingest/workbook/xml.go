package workbook

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// scanner cuts the XML of a part into tags and texts. It knows what workbooks use: no document types, no encodings
// beside UTF-8. Names are local: the prefix of a name space is cut off.
//
// A token is in the scanner's buffer until the next call, and no longer than mostToken.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	ended    bool // the reader has no more

	name     []byte // of a tag
	attrs    []byte // the rest of an opening tag
	empty    bool   // the opening tag closes itself
	text     []byte // as it stands
	verbatim bool   // the text has no entities
}

type token int

const (
	opening token = iota
	closing
	chars
	ended
)

const mostToken = 1 << 20

var (
	errXML   = errors.New("its XML is not well formed")
	errShort = errors.New("it is cut short")
	errLong  = errors.New("a text or a tag in it is longer than 1 MiB")
)

func newScanner(r io.Reader) *scanner { return &scanner{r: r, buf: make([]byte, 64<<10)} }

// more reads more of the part behind the bytes that are left.
func (s *scanner) more() error {
	if s.ended {
		return errShort
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.pos, s.end = 0, s.end-s.pos
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= mostToken {
			return errLong
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for s.end < len(s.buf) {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if err == io.EOF {
			s.ended = true
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// next is the next token.
func (s *scanner) next() (token, error) {
	for {
		if s.pos == s.end {
			if s.ended {
				return ended, nil
			}
			if err := s.more(); err != nil {
				return ended, err
			}
			continue
		}
		if s.buf[s.pos] != '<' {
			return s.chars()
		}
		if t, skipped, err := s.tag(); err != nil || !skipped {
			return t, err
		}
	}
}

// chars is the text up to the next tag, or to the end.
func (s *scanner) chars() (token, error) {
	for {
		if i := bytes.IndexByte(s.buf[s.pos:s.end], '<'); i >= 0 || s.ended {
			if i < 0 {
				i = s.end - s.pos
			}
			s.text, s.verbatim = s.buf[s.pos:s.pos+i], false
			s.pos += i
			return chars, nil
		}
		if err := s.more(); err != nil {
			return ended, err
		}
	}
}

// tag reads what begins with <. Comments and instructions are skipped.
func (s *scanner) tag() (t token, skipped bool, err error) {
	for s.end-s.pos < 2 {
		if err := s.more(); err != nil {
			return ended, false, err
		}
	}
	switch s.buf[s.pos+1] {
	case '?':
		_, err = s.until("?>")
		return ended, true, err
	case '!':
		return s.declaration()
	}
	end, err := s.tagEnd()
	if err != nil {
		return ended, false, err
	}
	inner := s.buf[s.pos+1 : end]
	s.pos = end + 1
	t = opening
	if len(inner) > 0 && inner[0] == '/' {
		t, inner = closing, inner[1:]
	}
	s.empty = len(inner) > 0 && inner[len(inner)-1] == '/'
	if s.empty {
		inner = inner[:len(inner)-1]
	}
	i := 0
	for i < len(inner) && !space(inner[i]) {
		i++
	}
	if i == 0 {
		return ended, false, errXML
	}
	s.name, s.attrs = local(inner[:i]), inner[i:]
	return t, false, nil
}

// tagEnd is the position of the > that ends a tag. One in quotes does not.
func (s *scanner) tagEnd() (int, error) {
	var quote byte
	for i := s.pos + 1; ; i++ {
		for i >= s.end {
			i -= s.pos
			if err := s.more(); err != nil {
				return 0, err
			}
			i += s.pos
		}
		switch c := s.buf[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i, nil
		case c == '<':
			return 0, errXML
		}
	}
}

// declaration skips a comment, gives a CDATA section as text, and refuses a document type.
func (s *scanner) declaration() (t token, skipped bool, err error) {
	const comment, cdata = "<!--", "<![CDATA["
	for s.end-s.pos < len(cdata) && !s.ended {
		if err := s.more(); err != nil {
			return ended, false, err
		}
	}
	rest := s.buf[s.pos:s.end]
	switch {
	case bytes.HasPrefix(rest, []byte(comment)):
		s.pos += len(comment)
		_, err := s.until("-->")
		return ended, true, err
	case bytes.HasPrefix(rest, []byte(cdata)):
		s.pos += len(cdata)
		s.text, err = s.until("]]>")
		s.verbatim = true
		return chars, false, err
	}
	return ended, false, errXML
}

// until is the text before a mark, and goes behind it.
func (s *scanner) until(mark string) ([]byte, error) {
	for {
		if i := bytes.Index(s.buf[s.pos:s.end], []byte(mark)); i >= 0 {
			text := s.buf[s.pos : s.pos+i]
			s.pos += i + len(mark)
			return text, nil
		}
		if err := s.more(); err != nil {
			return nil, err
		}
	}
}

// skip goes behind the element that was opened last, with all that is in it.
func (s *scanner) skip() error {
	if s.empty {
		return nil
	}
	for depth := 1; depth > 0; {
		t, err := s.next()
		switch {
		case err != nil:
			return err
		case t == ended:
			return errShort
		case t == opening && !s.empty:
			depth++
		case t == closing:
			depth--
		}
	}
	return nil
}

// closes says that the closing tag is that of an element.
func (s *scanner) closes(name string) error {
	if string(s.name) != name {
		return errXML
	}
	return nil
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// local is a name without its prefix.
func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

// attribute cuts the next attribute off. It is false at the end of the tag.
func attribute(attrs []byte) (name, value, rest []byte, ok bool) {
	i := 0
	for i < len(attrs) && space(attrs[i]) {
		i++
	}
	equals := bytes.IndexByte(attrs[i:], '=')
	if equals < 0 {
		return nil, nil, nil, false
	}
	name = local(bytes.TrimRight(attrs[i:i+equals], " \t\r\n"))
	i += equals + 1
	for i < len(attrs) && space(attrs[i]) {
		i++
	}
	if i == len(attrs) || attrs[i] != '"' && attrs[i] != '\'' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(attrs[i+1:], attrs[i])
	if end < 0 {
		return nil, nil, nil, false
	}
	return name, attrs[i+1 : i+1+end], attrs[i+2+end:], true
}

// child goes to the next element inside of the one that is open, over texts; false: that one is closed.
func (s *scanner) child() (bool, error) {
	for {
		t, err := s.next()
		switch {
		case err != nil:
			return false, err
		case t == ended:
			return false, errShort
		case t == opening:
			return true, nil
		case t == closing:
			return false, nil
		}
	}
}

// attr is an attribute of the opening tag; empty: it is not there.
func (s *scanner) attr(want string) (string, error) {
	name, value, rest, ok := attribute(s.attrs)
	for ; ok; name, value, rest, ok = attribute(rest) {
		if string(name) == want {
			text, err := appendText(nil, value)
			return string(text), err
		}
	}
	return "", nil
}

// isTrue says whether an attribute of the opening tag is a true boolean.
func (s *scanner) isTrue(want string) (bool, error) {
	text, err := s.attr(want)
	return text == "1" || text == "true" || text == "on", err
}

// appendChars appends the scanner's text.
func (s *scanner) appendChars(out []byte) ([]byte, error) {
	if s.verbatim {
		if !utf8.Valid(s.text) {
			return out, errXML
		}
		return append(out, s.text...), nil
	}
	return appendText(out, s.text)
}

// appendText appends a text, with its entities read and its line ends as LF.
func appendText(out, text []byte) ([]byte, error) {
	if !utf8.Valid(text) {
		return out, errXML
	}
	for {
		i := bytes.IndexAny(text, "&\r")
		if i < 0 {
			return append(out, text...), nil
		}
		out = append(out, text[:i]...)
		if text[i] == '\r' {
			out = append(out, '\n')
			if i++; i < len(text) && text[i] == '\n' {
				i++
			}
			text = text[i:]
			continue
		}
		end := bytes.IndexByte(text[i:min(len(text), i+12)], ';')
		if end < 0 {
			return out, errXML
		}
		r, ok := entity(string(text[i+1 : i+end]))
		if !ok {
			return out, errXML
		}
		out, text = utf8.AppendRune(out, r), text[i+end+1:]
	}
}

func entity(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return rune(n), err == nil && n > 0 && n <= utf8.MaxRune && utf8.ValidRune(rune(n))
}
