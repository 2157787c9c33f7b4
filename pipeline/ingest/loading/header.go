package loading

import (
	"bytes"
	"fmt"
	"strings"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
)

// readHeader removes title lines and the header from the first piece.
func readHeader(p *piece, declared feed.Feed) (feed.Names, error) {
	if declared.NoHeader {
		return feed.Numbered(declared.Width), nil
	}
	f := framing.Framer{Dialect: declared.Dialect()}
	f.Dialect.Trailer = nil
	first := max(1, declared.HeaderLine)
	line := int64(first)
	f.Reset(skipLines(p.data, first-1), line, p.last)
	var lines [][]string
	var rec framing.Record
	for len(lines) < max(1, declared.HeaderLines) {
		more := f.Next(&rec)
		if more && rec.Sort == framing.Comment {
			continue
		}
		if !more || rec.Sort != framing.Data {
			return nil, &feed.Problem{Line: line, Code: feed.NoHeader, Detail: fmt.Sprintf("line %d", line)}
		}
		if f.HasOtherEnd(rec.Raw) {
			return nil, &feed.Problem{Line: line, Code: string(framing.OtherLineEnd), Detail: fmt.Sprintf("line %d", line)}
		}
		var fields []string
		for _, field := range rec.Fields {
			fields = append(fields, string(field))
		}
		lines = append(lines, fields)
		_, line = f.Rest()
	}
	p.data, p.line = f.Rest()
	return feed.HeaderNames(lines), nil
}

// endsInHeader says that a file has no line end behind its header, of which rest is what follows it.
func endsInHeader(top []byte, rest piece, declared feed.Feed) bool {
	lines := max(1, declared.HeaderLine) - 1 + max(1, declared.HeaderLines)
	return !declared.NoHeader && rest.last && unterminated(top) &&
		(len(rest.data) == 0 || lineEnds(top) < int64(lines))
}

func skipLines(data []byte, n int) []byte {
	f := framing.Framer{}
	f.Reset(data, 1, true)
	for ; n > 0 && f.Next(&framing.Record{}); n-- {
	}
	rest, _ := f.Rest()
	return rest
}

// headerLine is the line of the header as it stands in the file.
func headerLine(data []byte, declared feed.Feed) string {
	line := skipLines(data, max(1, declared.HeaderLine)-1)
	if end := bytes.IndexAny(line, "\r\n"); end >= 0 {
		line = line[:end]
	}
	return string(line)
}

// otherDelimiter says by which mark a line is divided that lacks the declared one; empty: it has it, or no mark.
func (r *reading) otherDelimiter(line string) string {
	declared := string(r.feed.Dialect().Delimiter)
	if strings.Contains(line, declared) {
		return ""
	}
	other, most := "", 0
	for _, mark := range []string{";", ",", "\t", "|"} {
		if n := strings.Count(line, mark); n > most {
			other, most = mark, n
		}
	}
	if most == 0 {
		return ""
	}
	return fmt.Sprintf("; the feed divides fields by %q, which the line lacks, and %q stands in it %d times: "+
		"if the sender has changed this for good, declare delimiter: %q, otherwise ask for the file as before",
		declared, other, most, other)
}
