package loading

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
	"tranche/pipeline/ingest/workbook"
)

// ErrNoLine says that a file has no such line.
var ErrNoLine = errors.New("the file has no such line")

// mostOfLine is how much of a line is shown.
const mostOfLine = 64 << 10

// Line is one physical line of a landed file, or one row of a workbook with a tab between its cells.
func Line(path, name string, f feed.Feed, line int64) (string, error) {
	if f.Format == feed.Workbook {
		return sheetLine(path, name, f, line)
	}
	t, err := openText(path, name, f)
	if err != nil {
		return "", err
	}
	defer t.file.Close()
	return nthLine(bufio.NewReaderSize(t, 1<<20), line)
}

// nthLine reads up to a line. A line ends at LF, CRLF or a lone CR.
func nthLine(r *bufio.Reader, line int64) (string, error) {
	var text strings.Builder
	for at := int64(1); ; {
		b, err := r.ReadByte()
		if err == io.EOF {
			if at == line && text.Len() > 0 {
				return text.String(), nil
			}
			return "", ErrNoLine
		}
		if err != nil {
			return "", err
		}
		if b != '\n' && b != '\r' {
			if at == line && text.Len() < mostOfLine {
				text.WriteByte(b)
			}
			continue
		}
		if b == '\r' {
			if next, err := r.Peek(1); err == nil && next[0] == '\n' {
				_, _ = r.Discard(1)
			}
		}
		if at == line {
			return text.String(), nil
		}
		at++
	}
}

func sheetLine(path, name string, f feed.Feed, line int64) (string, error) {
	t, err := openFile(path, name, f)
	if err != nil {
		return "", err
	}
	defer t.file.Close()
	book, err := workbook.Open(t.file, t.size, f.Most())
	if err != nil {
		return "", asRefusal(err)
	}
	s, err := book.Sheet(f.Sheet)
	if err != nil {
		return "", asRefusal(err)
	}
	defer s.Close()
	for {
		var rec framing.Record
		err := s.Next(&rec)
		switch {
		case err == io.EOF || err == nil && rec.Line > line:
			return "", ErrNoLine
		case err != nil:
			return "", fmt.Errorf("read row %d: %w", line, err)
		case rec.Line == line:
			return strings.Join(texts(&rec), "\t"), nil
		}
	}
}
