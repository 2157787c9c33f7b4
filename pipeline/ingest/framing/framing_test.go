package framing

import (
	"bytes"
	"fmt"
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

func TestALongNoteIsOneBrokenRecord(t *testing.T) {
	d := Dialect{Delimiter: ',', Quote: '"', MaxLines: 3, MaxBytes: 60}
	lines := func(n int, line string) string { return strings.Repeat(line+"\n", n) }
	for _, c := range []struct{ sentence, text, want string }{
		{"a note within the limits is text", "\"" + lines(2, "words") + "end\",b\nc,d\n", "1 words\nwords\nend|b;4 c|d"},
		{"a longer one costs its row", "a,\"" + lines(5, "words") + "end\"\nc,d\n", "1 record_too_long;7 c|d"},
		{"also with commas in some of its lines, and blank ones",
			"\"" + lines(3, "words") + lines(2, "") + lines(2, "x,y") + "end\",b\nc,d\n", "1 record_too_long;9 c|d"},
		{"also with blank lines alone", "\"" + lines(5, "") + "\",b\nc,d\n", "1 record_too_long;7 c|d"},
		{"one that is long in bytes costs its row",
			"\"" + strings.Repeat("word ", 8) + "\n" + strings.Repeat("word ", 8) + "\",b\nc,d\n", "1 record_too_long;3 c|d"},
		{"a stray quote far from the next costs one line",
			"\"a,b\n" + lines(4, "c,d") + "\"\",e\"\nf,g\n", "1 unclosed_quote;2 c|d;3 c|d;4 c|d;5 c|d;6 stray_quote;7 f|g"},
		{"where the lines swallowed read as records, a quote is a stray one",
			"\"a\n" + lines(4, "c,d") + "5\",e\nf,g\n", "1 unclosed_quote;2 c|d;3 c|d;4 c|d;5 c|d;6 stray_quote;7 f|g"},
		{"a blank line between records does not hide that",
			"\"a\n" + lines(2, "c,d\n") + "5\",e\n", "1 unclosed_quote;2 c|d;3 blank;4 c|d;5 blank;6 stray_quote"},
		{"with another number of fields it is a stray one, too", "\"" + lines(4, "w") + "e\",b,c\n",
			"1 unclosed_quote;2 field_count;3 field_count;4 field_count;5 stray_quote"},
		{"a note that never ends is a stray quote", "\"a,b\n" + lines(60, "c"),
			"1 unclosed_quote;2 field_count;3 field_count"},
		{"a line that is too long costs its row", strings.Repeat("a", 61) + ",b\nc,d\n", "1 record_too_long;2 c|d"},
		{"also in quotes", "\"" + strings.Repeat("a", 61) + "\",b\nc,d\n", "1 record_too_long;2 c|d"},
		{"also with a stray quote", strings.Repeat("a", 61) + "\",b\nc,d\n", "1 record_too_long;2 c|d"},
		{"a line at the limit is read", strings.Repeat("a", 58) + ",b\r\nc,d\r\n",
			"1 " + strings.Repeat("a", 58) + "|b;2 c|d"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			got := frame(c.text, d, 2)
			if all := strings.Join(got[:min(len(got), 1+strings.Count(c.want, ";"))], ";"); all != c.want {
				t.Errorf("got  %q\nwant %q", all, c.want)
			}
		})
	}
}

func FuzzFramingLosesNoByteAndDoesNotDependOnTheCut(f *testing.F) {
	f.Add("a,b\n\"c\nd\",e\r\n\"f", 5, 1, 0, 0)
	f.Add("\"a\r\n\rb\"\"\n,\n", 3, 5, 1, 4)
	f.Add("\"\n\"\n\"\n", 2, 3, 1, 1)
	f.Add("\"w\nw\nw\n\",b\nc,d\n", 2, 9, 2, 0)
	f.Add("\"w\nc,d\nc,d\nx\",b\nc,d\n", 2, 9, 2, 8)
	f.Fuzz(func(t *testing.T, text string, at, then, lines, size int) {
		d := Dialect{Delimiter: ',', Quote: '"', MaxLines: max(0, lines%8), MaxBytes: max(0, size%64)}
		whole, raw := frameIn(t, d, text)
		if raw != text {
			t.Fatalf("put together again the records are %q, the text is %q", raw, text)
		}
		if at > 0 && at < then && then < len(text) {
			parts, _ := frameIn(t, d, text[:at], text[at:then], text[then:])
			if strings.Join(parts, "\x00") != strings.Join(whole, "\x00") {
				t.Fatalf("cut at %d and %d the records are %q, whole they are %q", at, then, parts, whole)
			}
		}
	})
}

// frameIn gives the framer a text in pieces, carrying what is not finished from one to the next, and returns what it
// says of each record, and their raw parts together.
func frameIn(t *testing.T, d Dialect, pieces ...string) (list []string, raw string) {
	t.Helper()
	f := Framer{Dialect: d, Width: 2}
	carry, line := []byte(nil), int64(1)
	for i, piece := range pieces {
		f.Reset(append(carry, piece...), line, i == len(pieces)-1)
		var rec Record
		for f.Next(&rec) {
			list = append(list, fmt.Sprintf("%d %d %s %s %q %q", rec.Line, rec.Sort, rec.Fault, rec.Detail, rec.Raw, rec.Fields))
			raw += string(rec.Raw)
		}
		rest, at := f.Rest()
		carry, line = bytes.Clone(rest), at
	}
	if len(carry) > 0 {
		t.Fatalf("%q is left over", carry)
	}
	return list, raw
}
