package reports

import (
	"context"
	"fmt"
	"math/big"
	"reflect"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// answers reads every row of a query into a struct whose JSON names are the
// query's columns. A column that no field takes, or a field that no column fills,
// is a mistake in this package and fails the reading, even of no rows.
func answers[T any](ctx context.Context, m Marts, query string, args ...any) ([]T, error) {
	list := []T{}
	typ := reflect.TypeFor[T]()
	err := m.Arrow(ctx, query, func(reader array.RecordReader) error {
		fields, err := fieldsFor(typ, reader.Schema())
		if err != nil {
			return err
		}
		for reader.Next() {
			batch := reader.RecordBatch()
			for i := range int(batch.NumRows()) {
				var v T
				for c, field := range fields {
					if err := assign(reflect.ValueOf(&v).Elem().FieldByIndex(field), batch.Column(c), i); err != nil {
						return fmt.Errorf("column %s %w", batch.ColumnName(c), err)
					}
				}
				list = append(list, v)
			}
		}
		return nil
	}, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", typ.Name(), err)
	}
	return list, nil
}

// fieldsFor says which field each column goes to.
func fieldsFor(typ reflect.Type, schema *arrow.Schema) ([][]int, error) {
	byName := map[string][]int{}
	for _, f := range reflect.VisibleFields(typ) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			byName[name] = f.Index
		}
	}
	var fields [][]int
	for _, c := range schema.Fields() {
		field, ok := byName[c.Name]
		if !ok {
			return nil, fmt.Errorf("no field takes the column %s", c.Name)
		}
		fields = append(fields, field)
		delete(byName, c.Name)
	}
	for name := range byName {
		return nil, fmt.Errorf("no column fills the field %s", name)
	}
	return fields, nil
}

// assign leaves a field as it is where there is no value.
func assign(field reflect.Value, column arrow.Array, i int) error {
	if column.IsNull(i) {
		return nil
	}
	switch c := column.(type) {
	case *array.Int64:
		return put(field, reflect.Int64, func() { field.SetInt(c.Value(i)) })
	case *array.Int32:
		return put(field, reflect.Int64, func() { field.SetInt(int64(c.Value(i))) })
	case *array.Boolean:
		return put(field, reflect.Bool, func() { field.SetBool(c.Value(i)) })
	case *array.Decimal128:
		scale := int(c.DataType().(*arrow.Decimal128Type).Scale)
		return put(field, reflect.String, func() { field.SetString(Decimal(c.Value(i).BigInt(), scale)) })
	case *array.Date32, *array.String:
		// The batch's memory is DuckDB's and goes with it.
		return put(field, reflect.String, func() { field.SetString(strings.Clone(column.ValueStr(i))) })
	case *array.Null:
		return nil
	}
	return fmt.Errorf("is %s, which no field takes", column.DataType())
}

func put(field reflect.Value, kind reflect.Kind, set func()) error {
	if field.Kind() != kind {
		return fmt.Errorf("is for a field of %s, not of %s", kind, field.Kind())
	}
	set()
	return nil
}

// Decimal writes units of 10^-scale with every place of the scale: 0 cents are
// 0.00.
func Decimal(units *big.Int, scale int) string {
	text := fmt.Sprintf("%0*d", scale+1, new(big.Int).Abs(units))
	if scale > 0 {
		text = text[:len(text)-scale] + "." + text[len(text)-scale:]
	}
	if units.Sign() < 0 {
		return "-" + text
	}
	return text
}
