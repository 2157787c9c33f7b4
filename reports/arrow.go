package reports

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Marts is where the marts are read from.
type Marts interface {
	Arrow(ctx context.Context, query string, each func(array.RecordReader) error, args ...any) error
}

// scan calls each for every row, in order. The columns of T are the JSON names of its
// fields; from is the rest of the query. A missing column or a wrong type is an error. A null
// leaves its field zero.
func scan[T any](ctx context.Context, m Marts, from string, each func(*T) error, args ...any) error {
	var value, zero T
	names, fields := columns(reflect.ValueOf(&value).Elem())
	texts := texts{last: make([]string, len(fields)), known: map[string]string{}}
	query := "select " + strings.Join(names, ", ") + "\n" + from
	err := m.Arrow(ctx, query, func(reader array.RecordReader) error {
		fill := make([]func(int) error, len(fields))
		for reader.Next() {
			batch := reader.RecordBatch()
			for c, field := range fields {
				var err error
				if fill[c], err = filler(field, batch.Column(c), c, &texts); err != nil {
					return fmt.Errorf("column %s %w", names[c], err)
				}
			}
			for i := range int(batch.NumRows()) {
				value = zero
				for c := range fields {
					if fill[c] == nil || batch.Column(c).IsNull(i) {
						continue
					}
					if err := fill[c](i); err != nil {
						return fmt.Errorf("column %s %w", names[c], err)
					}
				}
				if err := each(&value); err != nil {
					return err
				}
			}
		}
		return nil
	}, args...)
	if err != nil {
		return fmt.Errorf("read %T: %w", value, err)
	}
	return nil
}

func list[T any](ctx context.Context, m Marts, from string, args ...any) ([]T, error) {
	rows := []T{}
	err := scan(ctx, m, from, func(row *T) error {
		rows = append(rows, *row)
		return nil
	}, args...)
	return rows, err
}

// columns are the fields to read and their quoted names. Fields of an inner struct are columns
// too; other queries fill slices and pointers.
func columns(v reflect.Value) (names []string, fields []reflect.Value) {
	for i := range v.NumField() {
		field := v.Field(i)
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name == "-" { // not of the mart
			continue
		}
		switch field.Addr().Interface().(type) {
		case *Day, *time.Time:
		default:
			switch field.Kind() {
			case reflect.Slice, reflect.Pointer:
				continue
			case reflect.Struct:
				more, inside := columns(field)
				names, fields = append(names, more...), append(fields, inside...)
				continue
			}
		}
		names, fields = append(names, `"`+name+`"`), append(fields, field)
	}
	return names, fields
}

// filler returns a function that copies row i of a column into a field.
func filler(field reflect.Value, column arrow.Array, at int, texts *texts) (func(i int) error, error) {
	kind := field.Kind()
	switch c := column.(type) {
	case *array.Null:
		return nil, nil
	case *array.Int64:
		if kind == reflect.Int64 {
			return func(i int) error { field.SetInt(c.Value(i)); return nil }, nil
		}
	case *array.Int32:
		if kind == reflect.Int64 {
			return func(i int) error { field.SetInt(int64(c.Value(i))); return nil }, nil
		}
	case *array.Boolean:
		if kind == reflect.Bool {
			return func(i int) error { field.SetBool(c.Value(i)); return nil }, nil
		}
	case *array.String:
		if kind == reflect.String {
			return func(i int) error { field.SetString(texts.own(at, c.Value(i))); return nil }, nil
		}
	case *array.Date32:
		switch d := field.Addr().Interface().(type) {
		case *Day:
			return func(i int) error { d.Time = c.Value(i).ToTime(); return nil }, nil
		case *time.Time:
			return func(i int) error { *d = c.Value(i).ToTime(); return nil }, nil
		}
	case *array.Decimal128:
		return decimalFiller(field, c)
	}
	return nil, fmt.Errorf("is %s, for a field of %s", column.DataType(), field.Type())
}

// exact is the limit of a decimal of 18 digits, in units of its last place.
const exact = 1_000_000_000_000_000_000

func decimalFiller(field reflect.Value, c *array.Decimal128) (func(i int) error, error) {
	scale := int(c.DataType().(*arrow.Decimal128Type).Scale)
	if field.Kind() == reflect.String {
		return func(i int) error { field.SetString(Decimal(c.Value(i).BigInt(), scale)); return nil }, nil
	}
	if f, ok := field.Interface().(interface{ places() int }); !ok || f.places() != scale {
		return nil, fmt.Errorf("is %s, for a field of %s", c.DataType(), field.Type())
	}
	return func(i int) error {
		v := c.Value(i)
		units := int64(v.LowBits())
		if v.HighBits() != units>>63 || units >= exact || units <= -exact {
			return fmt.Errorf("holds %s, too large to be shown exactly", v.BigInt())
		}
		field.SetInt(units)
		return nil
	}, nil
}

// texts copies texts out of DuckDB's memory, which is freed with the batch. It shares equal
// ones: many lines name the same product or file.
type texts struct {
	last  []string // of each column
	known map[string]string
}

func (t *texts) own(column int, text string) string {
	if text == t.last[column] {
		return t.last[column]
	}
	own, ok := t.known[text]
	if !ok {
		if len(t.known) == 4096 {
			clear(t.known)
		}
		own = strings.Clone(text)
		t.known[own] = own
	}
	t.last[column] = own
	return own
}
