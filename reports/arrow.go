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
	columns []arrow.Array
	at      int
	fields  []arrow.Field
	next    int // the column behind the one asked for last, which is asked for next
	names   map[string]int
	last    []string // text of each column
	texts   map[string]string
	err     error
}

// manyTexts is how many texts of a query are kept to be given out again.
const manyTexts = 4096

// scan calls each for every row of a query, in order.
func scan(ctx context.Context, m Marts, query string, each func(r *row), args ...any) error {
	return m.Arrow(ctx, query, func(reader array.RecordReader) error {
		r := &row{fields: reader.Schema().Fields(), names: map[string]int{}, texts: map[string]string{}}
		r.last = make([]string, len(r.fields))
		for i, f := range r.fields {
			r.names[f.Name] = i
		}
		for reader.Next() {
			r.columns = reader.RecordBatch().Columns()
			for r.at = range int(reader.RecordBatch().NumRows()) {
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
	if r.next == len(r.fields) || r.fields[r.next].Name != name {
		i, ok := r.names[name]
		if !ok {
			r.fail(name, "is not in the query")
			return nil, false
		}
		r.next = i
	}
	c := r.columns[r.next]
	r.next++
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
	// The batch's memory is DuckDB's and goes with it. Most texts are that of the row before, or
	// among a few: a product or a file is named once, however many lines name it.
	value, last := s.Value(r.at), &r.last[r.next-1]
	if value == *last {
		return *last
	}
	kept, ok := r.texts[value]
	if !ok {
		if len(r.texts) == manyTexts {
			clear(r.texts)
		}
		kept = strings.Clone(value)
		r.texts[kept] = kept
	}
	*last = kept
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
