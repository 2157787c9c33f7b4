package loading

import (
	"fmt"
	"strconv"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
)

// readHeader takes title lines and header off the first piece.
func readHeader(p *piece, declared feed.Feed) (feed.Names, error) {
	if declared.NoHeader {
		names := make(feed.Names, declared.Width)
		for i := range names {
			names[i] = strconv.Itoa(i + 1)
		}
		return names, nil
	}
	f := framing.Framer{Dialect: declared.Dialect()}
	f.Dialect.Trailer = nil
	data, line := skipLines(p.data, max(1, declared.HeaderLine)-1), int64(max(1, declared.HeaderLine))
	f.Reset(data, line, p.last)
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
	var rec framing.Record
	for range n {
		if !f.Next(&rec) {
			break
		}
	}
	rest, _ := f.Rest()
	return rest
}
