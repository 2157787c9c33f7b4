package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// jsonRows writes an array, one object a line, with the columns in the order of the query.
// Only Flush returns the errors of w: a bufio.Writer keeps the first one.
type jsonRows struct {
	w    *bufio.Writer
	keys []string // each as JSON
	any  bool
}

func newJSON(out io.Writer) resultWriter { return &jsonRows{w: bufio.NewWriter(out)} }

func (j *jsonRows) head(schema *arrow.Schema) error {
	list := names(schema)
	for i, name := range list {
		if slices.Contains(list[:i], name) {
			return usagef("two columns are called %s, and an object holds one; name them apart with `as`", name)
		}
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		j.keys = append(j.keys, string(key))
	}
	return j.w.WriteByte('[')
}

func (j *jsonRows) rows(batch arrow.RecordBatch) error {
	for i := range int(batch.NumRows()) {
		if j.any {
			j.w.WriteByte(',')
		}
		j.any = true
		before := "\n {"
		for c, column := range batch.Columns() {
			value, err := jsonValue(column, i)
			if err != nil {
				return err
			}
			fmt.Fprintf(j.w, "%s%s: %s", before, j.keys[c], value)
			before = ", "
		}
		j.w.WriteByte('}')
	}
	return nil
}

func (j *jsonRows) end() error {
	j.w.WriteString("\n]\n")
	return j.w.Flush()
}

// jsonValue writes whole numbers, booleans and floats as such and all else as text. DuckDB gives
// sums of whole numbers as decimals without places.
func jsonValue(column arrow.Array, i int) ([]byte, error) {
	text, ok := shown(column, i)
	if !ok {
		return []byte("null"), nil
	}
	plain := false
	switch typ := column.DataType().(type) {
	case *arrow.Decimal128Type:
		plain = typ.Scale == 0
	case *arrow.BooleanType:
		plain = true
	default:
		plain = arrow.IsInteger(typ.ID()) || arrow.IsFloating(typ.ID()) && json.Valid([]byte(text))
	}
	if plain {
		return []byte(text), nil
	}
	return json.Marshal(text)
}

// arrowRows writes an Arrow IPC stream.
type arrowRows struct {
	out io.Writer
	w   *ipc.Writer
}

func newArrow(out io.Writer) resultWriter { return &arrowRows{out: out} }

func (a *arrowRows) head(schema *arrow.Schema) error {
	a.w = ipc.NewWriter(a.out, ipc.WithSchema(schema))
	return nil
}

func (a *arrowRows) rows(batch arrow.RecordBatch) error { return a.w.Write(batch) }

func (a *arrowRows) end() error { return a.w.Close() }
