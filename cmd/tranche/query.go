package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/reports"
)

func (a *app) queryCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:     `query "select ..."`,
		Short:   "Ask the published database, read only",
		Example: `  tranche query "select partner_id, payable from mart.payables where month = '2024-08-01'"`,
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			write, ok := map[string]func(io.Writer) resultWriter{"table": newTable, "csv": newCSV, "json": newJSON}[format]
			if !ok {
				return usageError{fmt.Errorf("unknown format %q; write table, csv or json", format)}
			}
			return a.query(cmd.Context(), args[0], write(a.stdout))
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "table", "table, csv or json")
	return c
}

func (a *app) query(ctx context.Context, query string, out resultWriter, args ...any) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	s, err := pipeline.OpenPublished(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	err = s.Arrow(ctx, query, func(reader array.RecordReader) error {
		var names []string
		for _, f := range reader.Schema().Fields() {
			names = append(names, f.Name)
		}
		out.head(names)
		for reader.Next() {
			batch := reader.RecordBatch()
			for i := range int(batch.NumRows()) {
				out.row(names, batch, i)
			}
		}
		return nil
	}, args...)
	if err != nil {
		return err
	}
	return out.end()
}

// resultWriter writes the rows of a query. Numbers are written exactly as they
// are stored.
type resultWriter interface {
	head(names []string)
	row(names []string, batch arrow.RecordBatch, i int)
	end() error
}

// shown is a value as text, and whether it is there at all.
func shown(column arrow.Array, i int) (string, bool) {
	if column.IsNull(i) {
		return "", false
	}
	if d, ok := column.(*array.Decimal128); ok {
		return reports.Decimal(d.Value(i).BigInt(), int(d.DataType().(*arrow.Decimal128Type).Scale)), true
	}
	return column.ValueStr(i), true
}

type table struct{ w *tabwriter.Writer }

func newTable(out io.Writer) resultWriter { return table{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)} }

func (t table) head(names []string) { fmt.Fprintln(t.w, strings.Join(names, "\t")) }

func (t table) row(_ []string, batch arrow.RecordBatch, i int) {
	cells := make([]string, batch.NumCols())
	for c, column := range batch.Columns() {
		text, _ := shown(column, i)
		cells[c] = strings.NewReplacer("\t", " ", "\n", " ").Replace(text)
	}
	fmt.Fprintln(t.w, strings.Join(cells, "\t"))
}

func (t table) end() error { return t.w.Flush() }

type csvRows struct{ w *csv.Writer }

func newCSV(out io.Writer) resultWriter { return csvRows{csv.NewWriter(out)} }

func (c csvRows) head(names []string) { _ = c.w.Write(names) }

func (c csvRows) row(_ []string, batch arrow.RecordBatch, i int) {
	cells := make([]string, batch.NumCols())
	for n, column := range batch.Columns() {
		cells[n], _ = shown(column, i)
	}
	_ = c.w.Write(cells)
}

func (c csvRows) end() error {
	c.w.Flush()
	return c.w.Error()
}

// jsonRows writes one object a line. Whole numbers and booleans stay what they
// are; decimals are texts, so that no reader makes floats of them.
type jsonRows struct {
	w   *json.Encoder
	err *error
}

func newJSON(out io.Writer) resultWriter { return jsonRows{json.NewEncoder(out), new(error)} }

func (jsonRows) head([]string) {}

func (j jsonRows) row(names []string, batch arrow.RecordBatch, i int) {
	object := map[string]any{}
	for n, column := range batch.Columns() {
		text, ok := shown(column, i)
		switch column.(type) {
		case *array.Int64, *array.Int32, *array.Boolean:
			object[names[n]] = json.RawMessage(text)
		default:
			object[names[n]] = text
		}
		if !ok {
			object[names[n]] = nil
		}
	}
	if err := j.w.Encode(object); err != nil && *j.err == nil {
		*j.err = err
	}
}

func (j jsonRows) end() error { return *j.err }
