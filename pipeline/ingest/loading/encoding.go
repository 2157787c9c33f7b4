package loading

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"tranche/pipeline/ingest/feed"
)

// Encoding finds an encoding by any name that people give it. nil is UTF-8, which needs no decoder.
func Encoding(name string) (encoding.Encoding, error) {
	switch strings.ReplaceAll(strings.ToLower(name), "_", "-") {
	case "", "utf-8", "utf8", "utf-8-sig", "utf8-bom", "utf-8-bom":
		return nil, nil
	case "utf-16", "utf16", "unicode":
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), nil
	case "utf-16le", "utf16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), nil
	case "utf-16be", "utf16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), nil
	case "ansi", "ansi-1252", "win-1252", "win1252", "windows1252", "cp-1252":
		return charmap.Windows1252, nil
	}
	plain := strings.ToLower(name)
	if number, ok := strings.CutPrefix(plain, "cp"); ok {
		plain = "ibm" + number // 437, 850, 852, 858: of MS-DOS
		if strings.HasPrefix(number, "125") || strings.HasPrefix(number, "-125") {
			plain = "windows-" + strings.TrimPrefix(number, "-")
		}
	}
	for _, index := range []func(string) (encoding.Encoding, error){ianaindex.IANA.Encoding, htmlindex.Get} {
		if e, err := index(plain); err == nil && e != nil && e != encoding.Nop {
			if known, err := ianaindex.IANA.Name(e); err == nil && strings.EqualFold(known, "utf-8") {
				return nil, nil
			}
			return e, nil
		}
	}
	return nil, fmt.Errorf("unknown encoding %q; write one such as utf-8, windows-1252 (which Windows calls ANSI), "+
		"iso-8859-15, cp850 or utf-16", name)
}

// decode makes a reader of UTF-8 without a byte order mark, and watches the bytes of a one-byte encoding.
func decode(r io.Reader, f feed.Feed) (io.Reader, *watch, error) {
	e, err := Encoding(f.Encoding)
	if err != nil {
		return nil, nil, &feed.Problem{Code: feed.BadEncoding, Detail: err.Error()}
	}
	var w *watch
	if _, oneByte := e.(*charmap.Charmap); oneByte && !f.MeantSo {
		w = &watch{Reader: r}
		r = w
	}
	if e != nil {
		r = transform.NewReader(r, e.NewDecoder())
	}
	buffered := bufio.NewReaderSize(r, 1<<20)
	mark, err := buffered.Peek(3)
	if err != nil && err != io.EOF {
		return nil, nil, asProblem(err)
	}
	if bytes.Equal(mark, []byte("\xEF\xBB\xBF")) {
		_, _ = buffered.Discard(3)
	}
	return buffered, w, nil
}

// asProblem makes a decoder's error a reason to refuse the file; other errors fail the run.
func asProblem(err error) error {
	if errors.Is(err, unicode.ErrMissingBOM) || errors.Is(err, encoding.ErrInvalidUTF8) {
		return &feed.Problem{Code: feed.BadEncoding, Detail: err.Error()}
	}
	return err
}

// watch looks at the bytes of a text in a one-byte encoding. Such a text is hardly ever valid UTF-8 where it has a byte
// beyond ASCII; a text in UTF-8 always is.
type watch struct {
	io.Reader
	open    []byte // the beginning of a character at the end of the last bytes
	long    int64  // characters of several bytes
	invalid bool
}

func (w *watch) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if !w.invalid {
		w.look(p[:n])
	}
	return n, err
}

func (w *watch) look(p []byte) {
	if len(w.open) > 0 {
		p = append(w.open, p...)
		w.open = nil
	}
	for len(p) > 0 {
		if p[0] < utf8.RuneSelf {
			p = p[1:]
			continue
		}
		if !utf8.FullRune(p) {
			w.open = bytes.Clone(p)
			return
		}
		r, size := utf8.DecodeRune(p)
		if r == utf8.RuneError && size == 1 {
			w.invalid = true
			return
		}
		w.long++
		p = p[size:]
	}
}

// isUTF8 says that the whole text reads as UTF-8, and not only as ASCII.
func (w *watch) isUTF8() bool { return w != nil && !w.invalid && len(w.open) == 0 && w.long > 0 }

func (w *watch) problem(declared string) *feed.Problem {
	characters := fmt.Sprintf("%d characters", w.long)
	if w.long == 1 {
		characters = "1 character"
	}
	return &feed.Problem{Code: feed.BadEncoding, Detail: fmt.Sprintf("it reads as UTF-8 from end to end, with %s beyond "+
		"ASCII; declare encoding: utf-8, or encoding_is_meant: true if it is %s all the same", characters, declared)}
}
