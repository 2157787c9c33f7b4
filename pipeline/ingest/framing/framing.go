// Package framing cuts delimited text into records. Every byte belongs to exactly one of them.
//
// A *physical line* ends at LF, CRLF or a lone CR. A *record* is one physical line, or several when a quoted field
// holds line breaks. A record is *broken* when its quotes or its number of fields are wrong, or when it is invalid
// text. It is then only its first line, so that one stray quote costs one line. A record over several lines needs
// exactly as many fields as the header.
//
// A record beyond the *limits* of its dialect is broken, too. Where its quotes close, its fields are as many as the
// header's, and its lines do not read as records, it is a long note, and one broken record with all its lines.
// Otherwise its quote is a stray one.
//
// The framer never guesses a dialect and never repairs: the Raw parts of its records, in order, are the text.
package framing

import (
	"bytes"
	"unicode/utf8"
)

// EndMark, alone in the last line, ends a text of old systems. It is no record.
const EndMark = 0x1A

// Dialect is a sender's format of records. All marks are ASCII.
type Dialect struct {
	Delimiter byte
	Quote     byte     // zero: none
	Escape    byte     // zero, or equal to Quote: a quote is doubled
	ExcelText bool     // a field may be written ="0012"
	Comment   [][]byte // begin a skipped line
	Trailer   [][]byte // begin the lines after the records
	Short     bool     // empty fields at the end of a record may be missing
	MaxLines  int      // of a record; zero: MaxRecordLines
	MaxBytes  int      // of a record; zero: MaxRecordBytes
}

// Sort is the sort of a record.
type Sort int

// The sorts of records.
const (
	Data Sort = iota
	Blank
	Comment
	Trailer
	Broken
)

// Record is one record. Its slices are valid until the next call of Next.
type Record struct {
	Sort   Sort
	Fault  Fault  // why it is broken
	Detail string // what is to be said of the fault
	Line   int64  // its first physical line, from 1
	Raw    []byte // its bytes, line end included
	Fields [][]byte
	Kinds  []Kind // of the fields, in a record of a workbook
}

// Fault is why a record is broken.
type Fault string

// The faults a framer can find.
const (
	NoFault       Fault = ""
	UnclosedQuote Fault = "unclosed_quote"
	StrayQuote    Fault = "stray_quote"
	FieldCount    Fault = "field_count"
	BadText       Fault = "bad_text"
	RecordTooLong Fault = "record_too_long"
	OtherLineEnd  Fault = "other_line_end"
)

// Framer reads records from a piece of text.
type Framer struct {
	Dialect
	Width int // fields of a record; zero before the header is read

	data    []byte
	pos     int
	line    int64
	last    bool
	hasCR   bool
	clean   bool
	fields  [][]byte
	scratch []byte
}

// Reset gives the framer its next text, which begins on a physical line. last says that it is the end.
func (f *Framer) Reset(data []byte, line int64, last bool) {
	f.data, f.pos, f.line, f.last = data, 0, line, last
	f.hasCR = bytes.IndexByte(data, '\r') >= 0
	f.clean = cleanText(data)
}

// Rest is the remaining text, and its line.
func (f *Framer) Rest() ([]byte, int64) { return f.data[f.pos:], f.line }

// Next reads one record. It returns false at the end of the text and, before the last text, where a record may
// continue.
func (f *Framer) Next(rec *Record) bool {
	if f.pos == len(f.data) {
		return false
	}
	end, next, whole := f.physicalLine(f.pos)
	if !whole && !f.last {
		return false
	}
	line := f.data[f.pos:end]
	*rec = Record{Line: f.line, Raw: f.data[f.pos:next]}
	isLong, isQuoted := f.isLong(line, 1), f.Quote != 0 && bytes.IndexByte(line, f.Quote) >= 0
	switch {
	case len(line) == 0, f.isEnd(line, next):
		rec.Sort = Blank
	case isLong && !isQuoted:
		f.tooLong(rec, 1)
	case !isLong && f.isMarked(line, rec):
	case !isLong && !f.clean && !cleanText(line):
		rec.Sort, rec.Fault = Broken, BadText
	case !isQuoted:
		f.split(line)
		f.setFields(rec)
	default:
		return f.quoted(rec, isLong)
	}
	f.pos, f.line = next, f.line+1
	return true
}

// setFields sets a record's fields, or breaks it for their number.
func (f *Framer) setFields(rec *Record) {
	f.fields = f.padded(f.fields)
	rec.Fields = f.fields
	isWrong := f.Width > 0 && len(f.fields) != f.Width
	switch {
	case (isWrong || f.Short) && f.HasOtherEnd(rec.Raw):
		rec.Sort, rec.Fault = Broken, OtherLineEnd
	case isWrong:
		rec.Sort, rec.Fault = Broken, FieldCount
	}
}

// padded adds the empty fields that a record may lack.
func (f *Framer) padded(fields [][]byte) [][]byte {
	for f.Short && len(fields) > 1 && len(fields) < f.Width {
		fields = append(fields, nil)
	}
	return fields
}

// physicalLine finds the end of a line, the next line, and whether the end was seen.
func (f *Framer) physicalLine(start int) (end, next int, whole bool) {
	rest := f.data[start:]
	lf := bytes.IndexByte(rest, '\n')
	if f.hasCR {
		upTo := rest
		if lf >= 0 {
			upTo = rest[:lf]
		}
		if cr := bytes.IndexByte(upTo, '\r'); cr >= 0 {
			switch {
			case cr+1 == lf:
				return start + cr, start + lf + 1, true
			case cr+1 == len(rest) && !f.last:
				return start + cr, start + cr + 1, false // LF may follow
			}
			return start + cr, start + cr + 1, true
		}
	}
	if lf < 0 {
		return len(f.data), len(f.data), false
	}
	return start + lf, start + lf + 1, true
}

// isEnd says that a line is the mark with which old systems end a text.
func (f *Framer) isEnd(line []byte, next int) bool {
	return len(line) == 1 && line[0] == EndMark && f.last && next == len(f.data)
}

// isMarked reads a line that begins as comments or the trailer do. It must not hide another line behind a line end of
// another sort.
func (f *Framer) isMarked(line []byte, rec *Record) bool {
	switch {
	case f.isComment(line):
		rec.Sort = Comment
	case f.isTrailer(line):
		rec.Sort = Trailer
	default:
		return false
	}
	if rec.Fields = f.padded(f.loose(line)); f.HasOtherEnd(line) {
		rec.Sort, rec.Fault = Broken, OtherLineEnd
	}
	return true
}

func (f *Framer) isComment(line []byte) bool {
	for _, mark := range f.Dialect.Comment {
		if bytes.HasPrefix(line, mark) {
			return true
		}
	}
	return false
}

func (f *Framer) isTrailer(line []byte) bool {
	if len(f.Dialect.Trailer) == 0 {
		return false
	}
	if f.Quote != 0 && line[0] == f.Quote {
		line = line[1:]
	}
	for _, mark := range f.Dialect.Trailer {
		if bytes.HasPrefix(line, mark) {
			return true
		}
	}
	return false
}

// split cuts a line without quotes into fields.
func (f *Framer) split(line []byte) {
	f.fields = f.fields[:0]
	for {
		i := bytes.IndexByte(line, f.Delimiter)
		if i < 0 {
			f.fields = append(f.fields, line)
			return
		}
		f.fields = append(f.fields, line[:i])
		line = line[i+1:]
	}
}

// loose splits a trailer into fields, and drops wrong quotes.
func (f *Framer) loose(line []byte) [][]byte {
	if f.Quote != 0 && bytes.IndexByte(line, f.Quote) >= 0 {
		alone := Framer{Dialect: f.Dialect}
		alone.Reset(line, 1, true)
		if _, _, fault, _ := alone.scanQuoted(); fault == NoFault {
			return alone.fields
		}
	}
	f.split(line)
	for i, field := range f.fields {
		if f.Quote != 0 {
			f.fields[i] = bytes.Trim(field, string(f.Quote))
		}
	}
	return f.fields
}

// quoted reads a record with a quote in its first line, which may be longer than a record is. After a fault the record
// is only that line.
func (f *Framer) quoted(rec *Record, isLong bool) bool {
	p, lines, fault, more := f.scanQuoted()
	if more {
		return false
	}
	if fault == NoFault && lines > 1 && (f.Width > 0 && len(f.fields) != f.Width || f.isStray(f.data[f.pos:p], lines)) {
		fault = UnclosedQuote
	}
	switch {
	case fault == NoFault:
		rec.Raw = f.data[f.pos:p]
		f.setFields(rec)
		if !f.clean && !cleanText(rec.Raw) {
			rec.Sort, rec.Fault = Broken, BadText
		}
		if f.isLong(rec.Raw, lines) {
			f.tooLong(rec, lines)
		}
	case isLong:
		lines = 1
		f.tooLong(rec, lines)
	default:
		lines = 1
		rec.Sort, rec.Fault = Broken, fault
	}
	f.pos, f.line = f.pos+len(rec.Raw), f.line+int64(lines)
	return true
}

// scanQuoted reads the fields of a record. It returns the next record's position, the number of physical lines, the
// fault, and whether more text is needed.
func (f *Framer) scanQuoted() (next, lines int, fault Fault, more bool) {
	f.fields, f.scratch = f.fields[:0], f.scratch[:0]
	p, lines := f.pos, 1
	for {
		end, after, whole := f.physicalLine(p)
		if !whole && !f.last {
			return 0, 0, NoFault, true
		}
		if open := f.opening(p, end); open > 0 {
			value, q, breaks, fault, more := f.quotedField(p+open, lines)
			if fault != NoFault || more {
				return 0, 0, fault, more
			}
			f.fields = append(f.fields, value)
			lines += breaks
			if q == len(f.data) {
				return q, lines, NoFault, !f.last
			}
			if f.data[q] == f.Delimiter {
				p = q + 1
				continue
			}
			end, after, whole = f.physicalLine(q)
			if !whole && !f.last {
				return 0, 0, NoFault, true
			}
			if end != q {
				return 0, 0, StrayQuote, false
			}
			return after, lines, NoFault, false
		}
		field := f.data[p:end]
		cut := bytes.IndexByte(field, f.Delimiter)
		if cut >= 0 {
			field = field[:cut]
		}
		if bytes.IndexByte(field, f.Quote) >= 0 {
			return 0, 0, StrayQuote, false
		}
		f.fields = append(f.fields, field)
		if cut < 0 {
			return after, lines, NoFault, false
		}
		p += cut + 1
	}
}

// opening is the length of the mark that opens a quoted field at p, or zero.
func (f *Framer) opening(p, end int) int {
	switch {
	case p < end && f.data[p] == f.Quote:
		return 1
	case f.ExcelText && p+1 < end && f.data[p] == '=' && f.data[p+1] == f.Quote:
		return 2
	}
	return 0
}

// quotedField reads from after an opening quote to after the closing one, and counts line breaks.
func (f *Framer) quotedField(p, lines int) (value []byte, q, breaks int, fault Fault, more bool) {
	start, kept := p, len(f.scratch)
	escape := f.Escape
	if escape == 0 {
		escape = f.Quote
	}
	_, _, farLines, farBytes := f.limits()
	for i := p; ; i++ {
		switch {
		case lines+breaks > farLines || i-f.pos > farBytes:
			return nil, 0, 0, UnclosedQuote, false
		case i >= len(f.data):
			if f.last {
				return nil, 0, 0, UnclosedQuote, false
			}
			return nil, 0, 0, NoFault, true
		}
		c := f.data[i]
		switch {
		case c == '\n', c == '\r' && !(i+1 < len(f.data) && f.data[i+1] == '\n'):
			breaks++
		case c == escape && i+1 == len(f.data) && !f.last:
			return nil, 0, 0, NoFault, true
		case c == escape && i+1 < len(f.data) && f.data[i+1] == f.Quote,
			c == escape && escape != f.Quote && i+1 < len(f.data) && f.data[i+1] == escape:
			f.scratch = append(f.scratch, f.data[start:i]...)
			f.scratch = append(f.scratch, f.data[i+1])
			i++
			start = i + 1
		case c == f.Quote:
			if start == p {
				return f.data[p:i], i + 1, breaks, NoFault, false
			}
			f.scratch = append(f.scratch, f.data[start:i]...)
			return f.scratch[kept:len(f.scratch):len(f.scratch)], i + 1, breaks, NoFault, false
		}
	}
}

// cleanText says that text is valid UTF-8, without NUL and without a decoder's replacement mark.
func cleanText(text []byte) bool {
	return bytes.IndexByte(text, 0) < 0 && utf8.Valid(text) && !bytes.Contains(text, []byte("\uFFFD"))
}
