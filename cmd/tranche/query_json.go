package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// jsonRows writes an array with one object a line, its columns in the order of the
// query.
type jsonRows struct {
	w    *bufio.Writer
	keys []string // each as JSON
	any  bool
}

func newJSON(out io.Writer) resultWriter { return &jsonRows{w: bufio.NewWriter(out)} }

func (j *jsonRows) head(schema *arrow.Schema) error {
	list := names(schema)
	if name := twice(list); name != "" {
		return usageError{fmt.Errorf("two columns are called %s, and an object holds one; name them apart with `as`", name)}
	}
	for _, name := range list {
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		j.keys = append(j.keys, string(key))
	}
	_, err := j.w.WriteString("[")
	return err
}

func (j *jsonRows) rows(batch arrow.RecordBatch) error {
	for i := range int(batch.NumRows()) {
		before := ",\n {"
		if !j.any {
			before, j.any = "\n {", true
		}
		if _, err := j.w.WriteString(before); err != nil {
			return err
		}
		for c, column := range batch.Columns() {
			value, err := jsonValue(column, i)
			if err != nil {
				return err
			}
			comma := ", "
			if c == 0 {
				comma = ""
			}
			if _, err := fmt.Fprintf(j.w, "%s%s: %s", comma, j.keys[c], value); err != nil {
				return err
			}
		}
		if err := j.w.WriteByte('}'); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsonRows) end() error {
	if _, err := j.w.WriteString("\n]\n"); err != nil {
		return err
	}
	return j.w.Flush()
}

// jsonValue is a value as JSON: whole numbers, truth and what a query itself made a
// float of as they are, all else as text. DuckDB gives sums of whole numbers as decimals
// without places.
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
