package reports

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Marts is where the marts are read from.
type Marts interface {
	Arrow(ctx context.Context, query string, each func(array.RecordReader) error, args ...any) error
}

// row is one row of a record batch. Asking for a column that is not there, or as
// what it is not, is a mistake in this package and fails the report.
type row struct {
	batch arrow.RecordBatch
	at    int
	names map[string]int
	texts map[string]string
	err   error
}

// manyTexts is how many texts of a query are kept to be given out again.
const manyTexts = 4096

// scan calls each for every row of a query, in order.
func scan(ctx context.Context, m Marts, query string, each func(r *row), args ...any) error {
	return m.Arrow(ctx, query, func(reader array.RecordReader) error {
		names, texts := map[string]int{}, map[string]string{}
		for i, f := range reader.Schema().Fields() {
			names[f.Name] = i
		}
		for reader.Next() {
			r := &row{batch: reader.RecordBatch(), names: names, texts: texts}
			for r.at = range int(r.batch.NumRows()) {
				each(r)
			}
			if r.err != nil {
				return r.err
			}
		}
		return nil
	}, args...)
}

func (r *row) column(name string) (arrow.Array, bool) {
	i, ok := r.names[name]
	if !ok {
		r.fail(name, "is not in the query")
		return nil, false
	}
	c := r.batch.Column(i)
	return c, !c.IsNull(r.at)
}

func (r *row) fail(name, why string) {
	if r.err == nil {
		r.err = fmt.Errorf("column %s %s", name, why)
	}
}

// text is empty where the column is null.
func (r *row) text(name string) string {
	c, ok := r.column(name)
	if !ok {
		return ""
	}
	s, ok := c.(*array.String)
	if !ok {
		r.fail(name, "is "+c.DataType().String()+", not text")
		return ""
	}
	// The batch's memory is DuckDB's and goes with it. Most texts are among a few: a product
	// or a file is named once, however many lines name it.
	value := s.Value(r.at)
	if kept, ok := r.texts[value]; ok {
		return kept
	}
	if len(r.texts) == manyTexts {
		clear(r.texts)
	}
	kept := strings.Clone(value)
	r.texts[kept] = kept
	return kept
}

func (r *row) day(name string) time.Time {
	c, ok := r.column(name)
	if !ok {
		return time.Time{}
	}
	d, ok := c.(*array.Date32)
	if !ok {
		r.fail(name, "is "+c.DataType().String()+", not a day")
		return time.Time{}
	}
	return d.Value(r.at).ToTime()
}

func (r *row) number(name string) int64 {
	c, ok := r.column(name)
	if !ok {
		return 0
	}
	switch n := c.(type) {
	case *array.Int64:
		return n.Value(r.at)
	case *array.Int32:
		return int64(n.Value(r.at))
	}
	r.fail(name, "is "+c.DataType().String()+", not a whole number")
	return 0
}

func (r *row) yes(name string) bool {
	c, ok := r.column(name)
	if !ok {
		return false
	}
	b, ok := c.(*array.Boolean)
	if !ok {
		r.fail(name, "is "+c.DataType().String()+", not yes or no")
		return false
	}
	return b.Value(r.at)
}

func (r *row) null(name string) bool {
	_, ok := r.column(name)
	return !ok
}

// exact is what a decimal of 18 digits stays below, in units of its last place.
const exact = 1_000_000_000_000_000_000

// units is a decimal in units of its last place, which must be the scale asked
// for.
func (r *row) units(name string, scale int32) int64 {
	c, ok := r.column(name)
	if !ok {
		return 0
	}
	d, isDecimal := c.(*array.Decimal128)
	if !isDecimal || d.DataType().(*arrow.Decimal128Type).Scale != scale {
		r.fail(name, fmt.Sprintf("is %s, not a decimal of %d places", c.DataType(), scale))
		return 0
	}
	v := d.Value(r.at)
	units := int64(v.LowBits())
	if v.HighBits() != units>>63 || units >= exact || units <= -exact {
		r.fail(name, "holds "+v.BigInt().String()+", too large to be shown exactly")
		return 0
	}
	return units
}

func (r *row) cents(name string) Cents { return Cents(r.units(name, 2)) }

func (r *row) rate(name string) Rate { return Rate(r.units(name, 6)) }
