package framing

import "bytes"

// otherEnds end a line for some programs: NEL, LS and PS. Here they are characters of a text.
var otherEnds = [][]byte{[]byte("\u0085"), []byte("\u2028"), []byte("\u2029")}

// HasOtherEnd says that a line has a line end of another sort outside quotes, so that another line may be hidden in it.
// What stands behind the last character does no harm.
func (d *Dialect) HasOtherEnd(line []byte) bool {
	line = bytes.TrimSpace(line)
	for _, end := range otherEnds {
		for rest := line; ; {
			i := bytes.Index(rest, end)
			if i < 0 {
				break
			}
			at := len(line) - len(rest) + i
			if d.Quote == 0 || bytes.Count(line[:at], []byte{d.Quote})%2 == 0 {
				return true
			}
			rest = rest[i+len(end):]
		}
	}
	return false
}
