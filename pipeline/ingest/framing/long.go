package framing

import (
	"bytes"
	"cmp"
	"fmt"
)

// The usual limits of a record. Where a note is longer, its end is looked for as far as longer times them.
const (
	MaxRecordLines = 64
	MaxRecordBytes = 1 << 20
	longer         = 16
	furthest       = 64 << 20 // bytes
)

// limits are the most lines and bytes of a record, and of one whose end is looked for.
func (d *Dialect) limits() (lines, bytes, farLines, farBytes int) {
	lines, bytes = cmp.Or(d.MaxLines, MaxRecordLines), cmp.Or(d.MaxBytes, MaxRecordBytes)
	return lines, bytes, longer * lines, max(bytes, min(longer*bytes, furthest))
}

// MaxLine is how much of a line makes a difference. What is behind it can be left out.
func (d *Dialect) MaxLine() int {
	_, _, _, far := d.limits()
	return far + 2
}

// isLong says that a record of so many lines is beyond the limits.
func (d *Dialect) isLong(raw []byte, lines int) bool {
	mostLines, mostBytes, _, _ := d.limits()
	return lines > mostLines || len(raw) > mostBytes && len(bytes.TrimRight(raw, "\r\n")) > mostBytes
}

// isStray says of a record over several lines that is too long whether a stray quote has made it of others.
func (f *Framer) isStray(raw []byte, lines int) bool {
	_, _, _, farBytes := f.limits()
	return f.isLong(raw, lines) && (f.Width == 0 || len(raw) > farBytes || f.readsAsRecords(raw))
}

// tooLong breaks a record that is beyond the limits.
func (f *Framer) tooLong(rec *Record, lines int) {
	rec.Sort, rec.Fault, rec.Fields = Broken, RecordTooLong, nil
	most, mostBytes, _, _ := f.limits()
	if lines > most {
		rec.Detail = fmt.Sprintf("%d lines, allowed %d; raise max_record_lines if it is right", lines, most)
	} else {
		rec.Detail = fmt.Sprintf("more than %d bytes; raise max_record_bytes if it is right", mostBytes)
	}
}

// readsAsRecords says that at least half of the lines behind the first one read as records themselves, so that a stray
// quote has swallowed them.
func (f *Framer) readsAsRecords(raw []byte) bool {
	alone := Framer{Dialect: f.Dialect, Width: f.Width}
	alone.Reset(raw, 1, true)
	_, p, _ := alone.physicalLine(0)
	records, others := 0, 0
	for p < len(raw) {
		end, next, _ := alone.physicalLine(p)
		one := Framer{Dialect: f.Dialect, Width: f.Width}
		one.Reset(raw[p:end], 1, true)
		var rec Record
		switch {
		case !one.Next(&rec) || rec.Sort == Blank:
		case rec.Sort == Data:
			records++
		default:
			others++
		}
		p = next
	}
	return records > 0 && records >= others
}
