package workbook

import (
	"bytes"
	"strconv"
)

// texts are the texts that cells share.
type texts struct {
	all  []byte
	ends []uint32
}

func (t *texts) at(i int) ([]byte, bool) {
	if i < 0 || i >= len(t.ends) {
		return nil, false
	}
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	end := t.ends[i]
	return t.all[from:end:end], true
}

// read reads the part of the shared texts. What is kept of them has a limit, too: a text may have no byte.
func (t *texts) read(s *scanner) error {
	return elements(s, func() (err error) {
		if string(s.name) != "si" {
			return nil
		}
		if t.all, err = appendItem(t.all, s); err != nil {
			return err
		}
		t.ends = append(t.ends, uint32(len(t.all)))
		if len(t.all)+4*len(t.ends) > mostTexts {
			return ErrTooLarge
		}
		return nil
	})
}

// appendItem appends the text of the element that was opened last, with all of its runs. How it is pronounced is left
// out.
func appendItem(out []byte, s *scanner) ([]byte, error) {
	if s.empty {
		return out, nil
	}
	start, inText := len(out), false
	for depth := 1; depth > 0; {
		t, err := s.next()
		switch {
		case err != nil:
			return out, err
		case t == ended:
			return out, errShort
		case t == opening && string(s.name) != "r" && string(s.name) != "t":
			err = s.skip()
		case t == opening && !s.empty:
			depth++
			inText = string(s.name) == "t"
		case t == closing:
			depth--
			inText = false
		case t == chars && inText:
			out, err = s.appendChars(out)
		}
		if err != nil {
			return out, err
		}
	}
	return out[:start+unescape(out[start:])], nil
}

// unescape reads characters that are written as _x000D_, in place, and returns the length.
func unescape(text []byte) int {
	i := bytes.Index(text, []byte("_x"))
	if i < 0 {
		return len(text)
	}
	n := i
	for i < len(text) {
		if i+7 <= len(text) && text[i] == '_' && text[i+1] == 'x' && text[i+6] == '_' {
			if code, err := strconv.ParseUint(string(text[i+2:i+6]), 16, 16); err == nil && (code < 0xD800 || code > 0xDFFF) {
				n += len(append(text[:n], string(rune(code))...)) - n
				i += 7
				continue
			}
		}
		text[n] = text[i]
		n, i = n+1, i+1
	}
	return n
}
