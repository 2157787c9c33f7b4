package workbook

import (
	"bytes"
	"errors"
	"strconv"

	"tranche/pipeline/ingest/framing"
)

var (
	errOrder = errors.New("its rows or cells are not in their order")
	errPlace = errors.New("a row or a cell in it has no place that a sheet has")
	errShare = errors.New("a cell refers to a shared text that is not there")
	errRow   = errors.New("a row is longer than 1 MiB")
)

// The rows share arrays of these sizes. A row that does not fit begins another.
const (
	textRoom  = 256 << 10
	fieldRoom = 4 << 10
)

// readRow reads the row that was opened last.
func (s *Sheet) readRow(rec *framing.Record) error {
	if err := s.openRow(); err != nil {
		return err
	}
	start, column := s.room(), 0
	for more := !s.scan.empty; more; {
		var err error
		more, err = s.scan.child()
		switch {
		case err != nil:
		case !more:
			err = s.scan.closes("row")
		case string(s.scan.name) == "c":
			column, err = s.readCell(start, column)
		default:
			err = s.scan.skip()
		}
		if err != nil {
			return err
		}
	}
	s.finishRow(rec, start)
	return nil
}

// openRow reads the row's number and whether it is hidden.
func (s *Sheet) openRow() error {
	row := s.row + 1
	hidden := false
	name, value, rest, ok := attribute(s.scan.attrs)
	for ; ok; name, value, rest, ok = attribute(rest) {
		switch string(name) {
		case "r":
			n, err := strconv.ParseInt(string(value), 10, 64)
			if err != nil {
				return errPlace
			}
			row = n
		case "hidden":
			hidden = string(value) == "1" || string(value) == "true"
		}
	}
	switch {
	case row <= s.row:
		return errOrder
	case row > MostRows:
		return errPlace
	}
	s.row, s.bytes = row, 0
	if hidden {
		s.notes.hiddenRows++
	}
	return nil
}

// room makes room for a row and returns where its fields begin.
func (s *Sheet) room() int {
	if cap(s.fields)-len(s.fields) < max(s.width, 64) {
		s.fields = make([][]byte, 0, max(fieldRoom, 2*s.width))
		s.kinds = make([]framing.Kind, 0, max(fieldRoom, 2*s.width))
	}
	if cap(s.text)-len(s.text) < 4<<10 {
		s.text = make([]byte, 0, textRoom)
	}
	return len(s.fields)
}

// finishRow gives the row its fields, as many as the table has.
func (s *Sheet) finishRow(rec *framing.Record, start int) {
	for len(s.fields)-start < s.width {
		s.fields, s.kinds = append(s.fields, nil), append(s.kinds, framing.Text)
	}
	end := len(s.fields)
	*rec = framing.Record{Line: s.row, Sort: framing.Blank, Fields: s.fields[start:end:end], Kinds: s.kinds[start:end:end]}
	for _, field := range rec.Fields {
		if len(field) > 0 {
			rec.Sort = framing.Data
			break
		}
	}
}

// cell is a cell as it is stored.
type cell struct {
	column   int // from 1
	style    int
	kind     string
	value    []byte // in the sheet's texts
	hasValue bool
	formula  []byte
	isOne    bool // it has a formula
}

// readCell reads the cell that was opened last, and appends its field. It returns its column.
func (s *Sheet) readCell(start, before int) (int, error) {
	c, err := s.openCell(before)
	if err != nil {
		return 0, err
	}
	if c.column <= before {
		return 0, errOrder
	}
	if err := s.readParts(&c); err != nil {
		return 0, err
	}
	field, kind, err := s.value(&c)
	if err != nil {
		return 0, err
	}
	if s.bytes += len(field); s.bytes > mostRowBytes {
		return 0, errRow
	}
	if len(field) == 0 {
		return c.column, nil
	}
	if s.width > 0 && c.column > s.width {
		s.notes.beside(s.row)
		return c.column, nil
	}
	for len(s.fields)-start < c.column-1 {
		s.fields, s.kinds = append(s.fields, nil), append(s.kinds, framing.Text)
	}
	s.fields, s.kinds = append(s.fields, field), append(s.kinds, kind)
	return c.column, nil
}

// openCell reads the attributes of a cell. Without a place it stands behind the one before.
func (s *Sheet) openCell(before int) (c cell, err error) {
	c.column = before + 1
	name, value, rest, ok := attribute(s.scan.attrs)
	for ; ok; name, value, rest, ok = attribute(rest) {
		if len(name) != 1 {
			continue
		}
		switch name[0] {
		case 'r':
			if c.column = columnOf(value); c.column == 0 {
				return c, errPlace
			}
		case 's':
			c.style, _ = strconv.Atoi(string(value))
		case 't':
			c.kind = typeNamed(value)
		}
	}
	if c.column > mostColumns {
		err = errPlace
	}
	return c, err
}

// typeNamed is the type of a cell, without memory of its own.
func typeNamed(text []byte) string {
	for _, known := range []string{"s", "n", "str", "inlineStr", "b", "e", "d"} {
		if string(text) == known {
			return known
		}
	}
	return "unknown"
}

// columnOf is the column of a place such as B17; zero: it is none.
func columnOf(place []byte) (column int) {
	for i, c := range place {
		switch {
		case c >= 'A' && c <= 'Z' && i < 3:
			column = column*26 + int(c-'A') + 1
		case c >= '0' && c <= '9' && i > 0:
			return column
		default:
			return 0
		}
	}
	return 0
}

// readParts reads what stands in a cell.
func (s *Sheet) readParts(c *cell) error {
	if s.scan.empty {
		return nil
	}
	start := len(s.text)
	for {
		more, err := s.scan.child()
		switch {
		case err != nil:
		case !more:
			return s.scan.closes("c")
		case string(s.scan.name) == "v":
			c.hasValue = true
			s.text, err = s.inner(s.text)
			c.value = s.text[start:len(s.text):len(s.text)]
		case string(s.scan.name) == "f":
			c.isOne = true
			c.formula, err = s.inner(nil)
		case string(s.scan.name) == "is":
			c.hasValue = true
			s.text, err = appendItem(s.text, s.scan)
			c.value = s.text[start:len(s.text):len(s.text)]
		default:
			err = s.scan.skip()
		}
		if err != nil {
			return err
		}
		if len(s.text)-start > mostRowBytes {
			return errRow
		}
	}
}

// inner appends the text of the element that was opened last.
func (s *Sheet) inner(out []byte) ([]byte, error) {
	if s.scan.empty {
		return out, nil
	}
	for {
		t, err := s.scan.next()
		switch {
		case err != nil:
		case t == ended:
			err = errShort
		case t == closing:
			return out, nil
		case t == opening:
			err = s.scan.skip()
		default:
			out, err = s.scan.appendChars(out)
		}
		if err == nil && len(out) > len(s.text)+mostRowBytes {
			err = errRow
		}
		if err != nil {
			return out, err
		}
	}
}

// value is the field of a cell and its kind.
func (s *Sheet) value(c *cell) ([]byte, framing.Kind, error) {
	stored := c.hasValue && (len(c.value) > 0 || c.kind == "str" || c.kind == "inlineStr")
	if !stored {
		if c.isOne {
			shown := append([]byte("="), c.formula[:min(len(c.formula), 200)]...)
			return bytes.ToValidUTF8(shown, nil), framing.NoValue, nil
		}
		return nil, framing.Text, nil
	}
	switch c.kind {
	case "inlineStr":
		return c.value, framing.Text, nil
	case "str":
		return c.value[:unescape(c.value)], framing.Text, nil
	}
	stated := bytes.TrimSpace(c.value)
	switch c.kind {
	case "s":
		i, err := strconv.Atoi(string(stated))
		text, ok := s.book.texts.at(i)
		if err != nil || !ok {
			return nil, framing.Text, errShare
		}
		return text, framing.Text, nil
	case "b":
		if string(stated) == "1" || string(stated) == "true" {
			return []byte("TRUE"), framing.Boolean, nil
		}
		return []byte("FALSE"), framing.Boolean, nil
	case "e", "unknown":
		return c.value, framing.CellError, nil
	case "d":
		field, kind := s.appended(stated, appendISO)
		return field, kind, nil
	}
	var field []byte
	kind := framing.Number
	switch shown := s.shown(c.style); {
	case shown == aDay:
		field, kind = s.appended(stated, s.book.days.appendDay)
	case shown == aTime:
		field, kind = s.appended(stated, appendTime)
	case isPlain(stated):
		field = stated
	default:
		field, kind = s.appended(stated, appendNumber)
	}
	return field, kind, nil
}

// appended is a field that is made from a stored value.
func (s *Sheet) appended(stored []byte, read func(out, stored []byte) ([]byte, framing.Kind)) ([]byte, framing.Kind) {
	start := len(s.text)
	var kind framing.Kind
	s.text, kind = read(s.text, stored)
	return s.text[start:len(s.text):len(s.text)], kind
}

// appendTime appends a number that is shown as a time, which is no day.
func appendTime(out, text []byte) ([]byte, framing.Kind) {
	out, kind := appendNumber(out, text)
	if kind == framing.Number {
		kind = framing.NoDay
	}
	return out, kind
}

func (s *Sheet) shown(style int) shows {
	if style < 0 || style >= len(s.book.shows) {
		return aNumber
	}
	return s.book.shows[style]
}
