package feed

import (
	"bytes"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal"
)

// schema is the columns of a batch: the record's line, for small kinds the composed key and the content, then the
// stored columns that differ between records.
func (t *Typer) schema() *arrow.Schema {
	fields := []arrow.Field{{Name: "line", Type: arrow.PrimitiveTypes.Int64}}
	for _, c := range t.columns[1:] {
		fields = append(fields, arrow.Field{Name: c.Name, Type: c.arrowType(), Nullable: true})
	}
	return arrow.NewSchema(fields, nil)
}

func (c Column) arrowType() arrow.DataType {
	switch c.Type {
	case Date:
		return arrow.PrimitiveTypes.Date32
	case Flag:
		return arrow.FixedWidthTypes.Boolean
	case Whole, LineNumber:
		return arrow.PrimitiveTypes.Int32
	case Decimal:
		return &arrow.Decimal64Type{Precision: 18, Scale: int32(c.Scale)}
	}
	return arrow.BinaryTypes.String
}

// Show is one value of a batch, for people.
func (c Column) Show(values arrow.Array, row int) string {
	if values.IsNull(row) {
		return ""
	}
	switch values := values.(type) {
	case *array.Date32:
		return values.Value(row).FormattedString()
	case *array.Boolean:
		if values.Value(row) {
			return "yes"
		}
		return "no"
	case *array.Decimal64:
		decimal := string(appendUnits(nil, int64(values.Value(row)), c.Scale))
		if c.Money {
			return withCents(decimal)
		}
		return decimal
	}
	return strings.Clone(values.ValueStr(row)) // the text is in the batch's memory
}

// withCents pads a decimal to two places.
func withCents(decimal string) string {
	units, places, _ := strings.Cut(decimal, ".")
	for len(places) < 2 {
		places += "0"
	}
	return units + "." + places
}

// write appends the record to the batch.
func (t *Typer) write() {
	fields := t.builder.Fields()
	fields[0].(*array.Int64Builder).Append(t.line)
	fields = fields[1:]
	if t.kind.Name != Sales {
		appendText(fields[0].(*array.StringBuilder), t.composedKey())
		appendText(fields[1].(*array.StringBuilder), t.contentText())
		fields = fields[2:]
	}
	for n, i := range t.kept {
		t.values[i].appendTo(fields[n])
	}
}

func (v *value) appendTo(b array.Builder) {
	if text, ok := b.(*array.StringBuilder); ok {
		appendText(text, v.text)
		return
	}
	if !v.set {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *array.Date32Builder:
		b.Append(arrow.Date32(v.day.sinceEpoch()))
	case *array.Decimal64Builder:
		b.Append(decimal.Decimal64(v.units))
	case *array.Int32Builder:
		b.Append(int32(v.units)) // it fits, as check has found
	case *array.BooleanBuilder:
		b.Append(v.units == 1)
	}
}

func appendText(b *array.StringBuilder, text []byte) {
	if len(text) == 0 {
		b.AppendNull()
		return
	}
	b.BinaryBuilder.Append(text)
}

// nameProblems gives the last record's problems its key; empty when it cannot be read. A counted line number is not
// part of it.
func (t *Typer) nameProblems() {
	key := t.Key()
	for i := range t.Problems {
		t.Problems[i].Key = key
	}
}

// Key is the last record's key; empty when it cannot be read.
func (t *Typer) Key() string {
	names := slices.Concat(t.feed.key(), t.keyColumns())
	if t.feed.Yearly {
		names = append(names, "document_date")
	}
	for _, p := range t.Problems {
		if slices.Contains(names, p.Column) {
			return ""
		}
	}
	if t.kind.Name != Sales {
		return string(t.composedKey())
	}
	var parts []string
	for _, i := range t.keys {
		if part := t.appendValue(nil, i); len(part) > 0 && (i != t.sales.lineNo || !t.Counts()) {
			parts = append(parts, string(part))
		}
	}
	return strings.Join(parts, " / ")
}

func (t *Typer) composedKey() (key []byte) {
	for n, i := range t.keys {
		if n > 0 {
			key = append(key, " / "...)
		}
		key = t.appendValue(key, i)
	}
	return key
}

// contentText is a record as one text, to compare versions.
func (t *Typer) contentText() []byte {
	t.content = t.content[:0]
	for i := range t.kind.Columns {
		t.content = append(appendField(t.content, t.appendValue(nil, i)), ',')
	}
	return t.content
}

func (t *Typer) appendValue(out []byte, i int) []byte {
	c, v := &t.kind.Columns[i], &t.values[i]
	switch {
	case !v.set:
		return out
	case c.Type == Date:
		return appendDay(out, v.day)
	case c.Type == Decimal:
		return appendUnits(out, v.units, c.Scale)
	case c.Type == Whole, c.Type == LineNumber:
		return appendUnits(out, v.units, 0)
	}
	return append(out, v.text...)
}

func appendField(out, text []byte) []byte {
	if !bytes.ContainsAny(text, ",\"\r\n") {
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
