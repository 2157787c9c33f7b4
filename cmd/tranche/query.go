package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/reports"
)

func (a *app) queryCommand() *cobra.Command {
	var format string
	var timeout time.Duration
	c := &cobra.Command{
		Use:   `query "select ..."`,
		Short: "Ask the published database, read only",
		Long: `Ask the published database. A query is one statement that reads; it reaches no
other file of this machine, no network, and no setting. It may take the memory of
database.memory_limit and the time of --timeout.

    table   for people
    csv     for programs: every value as it is. A spreadsheet takes a text that begins
            with = + - or @ for a formula; there, import the columns as text
    json    an array of objects, one a line. Whole numbers are numbers; decimals
            are texts, "12.30", so that no reader makes floats of them; days are
            texts, "2024-08-31"
    arrow   an Arrow IPC stream, in which decimals stay decimals and days days`,
		Example: `  tranche query "select partner_id, payable from mart.payables where month = '2024-08-01'"
  tranche query -f arrow "from mart.statement_lines" > lines.arrows`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			write, ok := map[string]func(io.Writer) resultWriter{"table": newTable, "csv": newCSV, "json": newJSON,
				"arrow": newArrow}[format]
			if !ok {
				return usagef("unknown format %q; write table, csv, json or arrow", format)
			}
			if format == "arrow" && terminal(a.stdout) {
				return usagef("an Arrow stream is not for a terminal; send it into a file or a program")
			}
			if timeout <= 0 {
				return usagef("--timeout %s leaves no time", timeout)
			}
			if os.Getenv(confined) == "" {
				return a.confinedQuery(cmd.Context(), args[0], format, timeout)
			}
			return a.ask(cmd.Context(), pipeline.AskConfined, args[0], write(a.stdout))
		},
	}
	c.Flags().DurationVar(&timeout, "timeout", 10*time.Minute, "how long the query may take")
	c.Flags().StringVarP(&format, "format", "f", "table", "table, csv, json or arrow")
	return c
}

// query asks a question of ours.
func (a *app) query(ctx context.Context, query string, out resultWriter, args ...any) error {
	return a.ask(ctx, pipeline.Ask, query, out, args...)
}

func (a *app) ask(ctx context.Context, ask pipeline.Asking, query string, out resultWriter, args ...any) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	return ask(ctx, c, query, func(reader array.RecordReader) error {
		if err := out.head(reader.Schema()); err != nil {
			return err
		}
		for reader.Next() {
			if err := out.rows(reader.RecordBatch()); err != nil {
				return err
			}
		}
		if err := reader.Err(); err != nil {
			return err
		}
		return out.end()
	}, args...)
}

// resultWriter writes the rows of a query, with exact numbers.
type resultWriter interface {
	head(*arrow.Schema) error
	rows(arrow.RecordBatch) error
	end() error
}

func names(schema *arrow.Schema) []string {
	var list []string
	for _, f := range schema.Fields() {
		list = append(list, f.Name)
	}
	return list
}

// shown is a value as text; false for a null.
func shown(column arrow.Array, i int) (string, bool) {
	if column.IsNull(i) {
		return "", false
	}
	if d, ok := column.(*array.Decimal128); ok {
		return reports.Decimal(d.Value(i).BigInt(), int(d.DataType().(*arrow.Decimal128Type).Scale)), true
	}
	return column.ValueStr(i), true
}

// textRows writes rows as texts. A null is empty.
type textRows struct {
	line  func([]string) error
	flush func() error
}

func newTable(out io.Writer) resultWriter {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	return textRows{line: func(row []string) error {
		for c, text := range row {
			row[c] = strings.NewReplacer("\t", " ", "\n", " ").Replace(text)
		}
		_, err := fmt.Fprintln(w, strings.Join(row, "\t"))
		return err
	}, flush: w.Flush}
}

func newCSV(out io.Writer) resultWriter {
	w := csv.NewWriter(out)
	return textRows{line: w.Write, flush: func() error { return w.WriteAll(nil) }}
}

// newSheetCSV writes a CSV for a spreadsheet, which takes some texts for formulas: these stand as ="...", as feeds with
// excel_text read them. Saved by the spreadsheet, they are plain again.
func newSheetCSV(out io.Writer) resultWriter {
	w := csv.NewWriter(out)
	return textRows{line: func(row []string) error {
		return w.Write(pipeline.ForSheets(row))
	}, flush: func() error { return w.WriteAll(nil) }}
}

func (t textRows) head(schema *arrow.Schema) error { return t.line(names(schema)) }

func (t textRows) rows(batch arrow.RecordBatch) error {
	row := make([]string, batch.NumCols())
	for i := range int(batch.NumRows()) {
		for c, column := range batch.Columns() {
			row[c], _ = shown(column, i)
		}
		if err := t.line(row); err != nil {
			return err
		}
	}
	return nil
}

func (t textRows) end() error { return t.flush() }
