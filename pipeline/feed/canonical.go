package feed

import (
	"bytes"
	"strconv"
)

// write appends the canonical line: the physical line, for small kinds the
// composed key and the whole content, then the kept columns.
func (t *Typer) write(out []byte) []byte {
	out = strconv.AppendInt(out, t.line, 10)
	if t.kind.Name != Sales {
		var key []byte
		for n, i := range t.keys {
			if n > 0 {
				key = append(key, " / "...)
			}
			key = t.appendValue(key, i)
		}
		t.content = t.content[:0]
		for i := range t.kind.Columns {
			t.content = append(appendField(t.content, t.appendValue(nil, i)), ',')
		}
		out = appendField(append(out, ','), key)
		out = appendField(append(out, ','), t.content)
	}
	for i := range t.kind.Columns {
		if t.kind.Columns[i].Passing || t.fixed[i] {
			continue
		}
		out = append(out, ',')
		if c := t.kind.Columns[i].Type; c == Date || c == Decimal || c == Whole {
			out = t.appendValue(out, i)
			continue
		}
		if v := &t.values[i]; v.marks&needsQuotes == 0 {
			out = append(out, v.text...)
		} else {
			out = appendField(out, v.text)
		}
	}
	return append(out, '\n')
}

func (t *Typer) appendValue(out []byte, i int) []byte {
	c, v := &t.kind.Columns[i], &t.values[i]
	switch {
	case !v.set:
		return out
	case v.asIs:
		return append(out, v.text...)
	case c.Type == Date:
		return appendDay(out, v.day)
	case c.Type == Decimal:
		return appendUnits(out, v.units, c.Scale)
	case c.Type == Whole:
		return appendUnits(out, v.units, 0)
	}
	return append(out, v.text...)
}

func appendField(out, text []byte) []byte {
	if bytes.IndexByte(text, ',') < 0 && bytes.IndexByte(text, '"') < 0 && bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return append(out, text...)
	}
	out = append(out, '"')
	for _, c := range text {
		if c == '"' {
			out = append(out, '"')
		}
		out = append(out, c)
	}
	return append(out, '"')
}
