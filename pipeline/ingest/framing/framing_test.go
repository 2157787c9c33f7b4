package framing

import (
	"bytes"
	"strings"
	"testing"
)

// frame cuts a text in one go and lists its records as sort:line:fields.
func frame(text string, d Dialect, width int) []string {
	f := Framer{Dialect: d, Width: width}
	f.Reset([]byte(text), 1, true)
	var rec Record
	var out []string
	for f.Next(&rec) {
		out = append(out, describe(rec))
	}
	return out
}

func describe(rec Record) string {
	line := string(rune('0' + rec.Line))
	switch rec.Sort {
	case Blank:
		return line + " blank"
	case Comment:
		return line + " comment"
	case Trailer:
		return line + " trailer"
	case Broken:
		return line + " " + string(rec.Fault)
	}
	return line + " " + string(bytes.Join(rec.Fields, []byte("|")))
}

func TestRecordsAreCutAsTheDialectSays(t *testing.T) {
	plain := Dialect{Delimiter: ',', Quote: '"'}
	for _, c := range []struct {
		sentence, text string
		dialect        Dialect
		width          int
		want           string
	}{
		{"line ends of three sorts mix", "a,b\r\nc,d\ne,f\rg,h", plain, 2, "1 a|b;2 c|d;3 e|f;4 g|h"},
		{"a quoted field holds a line break", "\"a\nb\",c\nd,e\n", plain, 2, "1 a\nb|c;3 d|e"},
		{"a doubled quote is one", `"a ""b"" c",d`, plain, 2, `1 a "b" c|d`},
		{"a stray opening quote costs one line", "\"a,b\nc,d\ne,f\n", plain, 2, "1 unclosed_quote;2 c|d;3 e|f"},
		{"a stray opening quote that a later quote seems to close costs one line",
			"\"a,b\nc,d\n\"e\",f\n", plain, 2, "1 stray_quote;2 c|d;3 e|f"},
		{"a record over lines with too few fields costs one line",
			"\"a,b\nc\"\nd,e\n", plain, 2, "1 unclosed_quote;2 stray_quote;3 d|e"},
		{"a quote in the middle of a field is not believed", "5\" disk,b\nc,d\n", plain, 2, "1 stray_quote;2 c|d"},
		{"text after a closing quote is not believed", "\"a\"x,b\nc,d\n", plain, 2, "1 stray_quote;2 c|d"},
		{"a backslash escapes where declared", `"a\"b",c`, Dialect{Delimiter: ',', Quote: '"', Escape: '\\'}, 2, `1 a"b|c`},
		{"no quotes where none are declared", `5" disk,b`, Dialect{Delimiter: ','}, 2, `1 5" disk|b`},
		{"too many fields are not believed", "a,b,c\nd,e\n", plain, 2, "1 field_count;2 d|e"},
		{"blank lines and comments are no records", "\n#x\na,b\n", Dialect{Delimiter: ',', Comment: [][]byte{[]byte("#")}},
			2, "1 blank;2 comment;3 a|b"},
		{"a trailer is known by its beginning, quoted or not",
			"a,b\n\"Total\",3\n", Dialect{Delimiter: ',', Quote: '"', Trailer: [][]byte{[]byte("Total")}}, 2, "1 a|b;2 trailer"},
		{"a spreadsheet's =" + `"0012" keeps its zeros`, `="0012",b`, Dialect{Delimiter: ',', Quote: '"', ExcelText: true},
			2, "1 0012|b"},
		{"bytes that are no text are not believed", "a,\xff\nb,c\n", plain, 2, "1 bad_text;2 b|c"},
		{"NUL is not text", "a,\x00\nb,c\n", plain, 2, "1 bad_text;2 b|c"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			if got := strings.Join(frame(c.text, c.dialect, c.width), ";"); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func FuzzFramingLosesNoByteAndDoesNotDependOnTheCut(f *testing.F) {
	f.Add("a,b\n\"c\nd\",e\r\n\"f", 5)
	f.Add("\"a\r\n\rb\"\"\n,\n", 3)
	f.Add("\"\n\"\n\"\n", 2)
	f.Fuzz(func(t *testing.T, text string, at int) {
		d := Dialect{Delimiter: ',', Quote: '"'}
		whole := frameIn(t, d, text)
		if joined := strings.Join(whole, ""); joined != text {
			t.Fatalf("put together again the records are %q, the text is %q", joined, text)
		}
		if at > 0 && at < len(text) {
			parts := frameIn(t, d, text[:at], text[at:])
			if strings.Join(parts, "\x00") != strings.Join(whole, "\x00") {
				t.Fatalf("cut at %d the records are %q, whole they are %q", at, parts, whole)
			}
		}
	})
}

// frameIn gives the framer a text in pieces, carrying what is not finished from
// one to the next, and returns the raw part of each record.
func frameIn(t *testing.T, d Dialect, pieces ...string) []string {
	t.Helper()
	f := Framer{Dialect: d, Width: 2}
	var raw []string
	carry, line := []byte(nil), int64(1)
	for i, piece := range pieces {
		f.Reset(append(carry, piece...), line, i == len(pieces)-1)
		var rec Record
		for f.Next(&rec) {
			raw = append(raw, string(rec.Raw))
		}
		rest, at := f.Rest()
		carry, line = bytes.Clone(rest), at
	}
	if len(carry) > 0 {
		t.Fatalf("%q is left over", carry)
	}
	return raw
}
