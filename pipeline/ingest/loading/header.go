package loading

import (
	"fmt"

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

func skipLines(data []byte, n int) []byte {
	f := framing.Framer{}
	f.Reset(data, 1, true)
	for ; n > 0 && f.Next(&framing.Record{}); n-- {
	}
	rest, _ := f.Rest()
	return rest
}
