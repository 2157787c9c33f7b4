package loading

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"tranche/pipeline/ingest/framing"
)

// cutInto frames a text that is cut into pieces of a size, and says of each record what does not depend on how much of
// a line that is too long was kept.
func cutInto(t *testing.T, text string, d framing.Dialect, size int) (list []string) {
	t.Helper()
	c := newCutter(strings.NewReader(text), d)
	c.size = size
	f := framing.Framer{Dialect: d, Width: 2}
	var carry piece
	for p, ok := c.next(); ok; p, ok = c.next() {
		if p.err != nil {
			t.Fatal(p.err)
		}
		if len(p.data) > c.most+2*size { // a CR at the end of a piece waits for its LF
			t.Fatalf("a piece of %d bytes", len(p.data))
		}
		if len(carry.data) > 0 {
			p.data, p.line = append(carry.data, p.data...), carry.line
		}
		f.Reset(p.data, p.line, p.last)
		var rec framing.Record
		for f.Next(&rec) {
			list = append(list, fmt.Sprintf("%d %d %s %s %q", rec.Line, rec.Sort, rec.Fault, rec.Detail, rec.Fields))
		}
		rest, line := f.Rest()
		carry = piece{data: bytes.Clone(rest), line: line}
	}
	return list
}

func FuzzALongLineDoesNotDependOnTheCut(f *testing.F) {
	f.Add("a,b\nc,ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\r\ne,f\r", 3, 2)
	f.Add("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",b\rc,d\n", 5, 1)
	f.Fuzz(func(t *testing.T, text string, size, most int) {
		d := framing.Dialect{Delimiter: ',', Quote: '"', MaxLines: 2, MaxBytes: 1 + max(0, most%8)}
		whole := cutInto(t, text, d, len(text)+2)
		if cut := cutInto(t, text, d, 1+max(0, size%40)); strings.Join(cut, "\n") != strings.Join(whole, "\n") {
			t.Fatalf("cut the records are %q, whole they are %q", cut, whole)
		}
	})
}

// endless is a line that does not end, and then a record.
func endless(size int64) io.Reader {
	return io.MultiReader(strings.NewReader("a,b\n"), io.LimitReader(zeros{}, size), strings.NewReader("\nc,d\n"))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestALineWithoutAnEndNeedsNoMemory(t *testing.T) {
	c := newCutter(endless(200<<20), framing.Dialect{Delimiter: ','})
	var kept int
	for p, ok := c.next(); ok; p, ok = c.next() {
		kept += len(p.data)
	}
	if most := 21 << 20; kept > most {
		t.Errorf("%d bytes of 200 MiB were kept", kept)
	}
}
