package pipeline_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/store"
)

const comparison = "../docs/dirty-files.md"

// TestTheComparisonOfReadersIsTrue reads every dirty file three ways and compares
// the table in docs/dirty-files.md. `make dirty-files` writes it anew.
func TestTheComparisonOfReadersIsTrue(t *testing.T) {
	long(t)
	cases := dirtyCases(t)
	w := dirtyWorld(t, cases)
	w.run(t)
	var table strings.Builder
	counts := map[string]map[string]int{"ours": {}, "duckdb": {}, "csv": {}}
	for i, c := range cases {
		declared := w.config.Feeds[i]
		verdicts := map[string]string{
			"ours":   c.verdict(w.ours(t, c)),
			"duckdb": c.verdict(duckReader(t, c, declared)),
			"csv":    c.verdict(lazyReader(c, declared)),
		}
		for who, v := range verdicts {
			counts[who][v]++
		}
		fmt.Fprintf(
			&table,
			"| %s | %s | %s | %s |\n",
			strings.ReplaceAll(c.name, "_", " "),
			verdicts["ours"],
			verdicts["duckdb"],
			verdicts["csv"],
		)
	}
	sum := func(who string) string {
		return fmt.Sprintf(
			"%d right, %d silently wrong, %d refused",
			counts[who]["right"],
			counts[who]["silently wrong"],
			counts[who]["refused"],
		)
	}
	text := fmt.Sprintf(
		comparisonHead,
		len(cases),
	) + table.String() + fmt.Sprintf(
		"| **together** | %s | %s | %s |\n",
		sum("ours"),
		sum("duckdb"),
		sum("csv"),
	)
	if *update {
		if err := os.WriteFile(comparison, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := os.ReadFile(comparison)
	if err != nil || string(kept) != text {
		t.Errorf("%s is stale; run make dirty-files (%v)", comparison, err)
	}
	if counts["ours"]["silently wrong"] > 0 || counts["ours"]["right"] != len(cases) {
		t.Errorf("ours: %s", sum("ours"))
	}
}

const comparisonHead = `# Dirty files, read three ways

Written by ` + "`make dirty-files`" + ` from the %d files in fixtures/dirty. Each has one quirk, and ` +
	`beside it stands how it is declared, what a
careful person would load (rows and total, or nothing at all), and what Tranche makes of it, row by row.

- **Tranche**: the feed as declared beside the file.
- **DuckDB**: ` + "`read_csv`" + ` of DuckDB 1.5 with the same declaration as far as it has words for it (delimiter, ` +
	`quote, escape, encoding, decimal mark,
  date format, comment, lines to skip), typed columns, and ` + "`store_rejects`" + `.
- **encoding/csv**: Go's reader with lazy quotes, columns found by name, amounts by ParseFloat, an unreadable ` +
	`amount left empty: what a
  first sketch does.

*right*: the rows and the total a careful person would load, or a refusal where nothing should be loaded. *silently ` +
	`wrong*: other rows or
another total, and no error. *refused*: an error where there were good rows to load.

| file | Tranche | DuckDB | encoding/csv |
|---|---|---|---|
`

// reading is what a reader made of a file: an error, or rows and their total.
type reading struct {
	failed bool
	rows   int
	total  string
}

// verdict holds a reading against the truth beside the file.
func (c dirtyCase) verdict(r reading) string {
	truth := strings.TrimSpace(c.part("truth"))
	count, amount, _ := strings.Cut(truth, " ")
	switch {
	case truth == "refuse" && r.failed:
		return "right"
	case truth == "refuse":
		return "silently wrong"
	case r.failed:
		return "refused"
	case strconv.Itoa(r.rows) == count && sameAmount(r.total, amount):
		return "right"
	}
	return "silently wrong"
}

func (w *world) ours(t *testing.T, c dirtyCase) reading {
	t.Helper()
	if w.leftInInbox(filepath.Base(c.file)) != "" {
		return reading{failed: true}
	}
	rows := w.rows(
		t,
		"select is_loaded, loaded, loaded_amount from mart.reconciliation where file_name = '"+filepath.Base(c.file)+"'",
	)
	n, _ := strconv.Atoi(rows[0][1])
	return reading{failed: rows[0][0] != "true", rows: n, total: rows[0][2]}
}

// duckReader lets DuckDB read the file as well as it can be told to.
func duckReader(t *testing.T, c dirtyCase, f feed.Feed) reading {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	quote := map[string]string{"": "\"", "none": ""}[f.Quote]
	escape := f.Escape
	if escape == "" {
		escape = quote
	}
	delimiter := f.Delimiter
	if delimiter == "" {
		delimiter = ","
	}
	options := []string{
		"auto_detect = false",
		"store_rejects = true",
		"delim = " + store.Literal(delimiter),
		"quote = " + store.Literal(quote),
		"escape = " + store.Literal(escape),
		"header = " + strconv.FormatBool(!f.NoHeader),
		"columns = " + duckColumns(),
	}
	if f.DecimalMark != "" {
		options = append(options, "decimal_separator = "+store.Literal(f.DecimalMark))
	}
	if len(f.ThousandMarks) > 0 && len(f.ThousandMarks[0]) == 1 {
		options = append(options, "thousands = "+store.Literal(f.ThousandMarks[0]))
	}
	if len(f.Dates) > 0 {
		options = append(
			options,
			"dateformat = "+store.Literal(strings.NewReplacer("yyyy", "%Y", "mm", "%m", "dd", "%d").Replace(f.Dates[0])),
		)
	}
	if f.Encoding != "" {
		options = append(
			options,
			"encoding = "+store.Literal(map[string]string{
				"iso-8859-1":   "latin-1",
				"utf-16":       "utf-16",
				"windows-1252": "latin-1",
				"iso-8859-15":  "latin-1",
			}[f.Encoding]),
		)
	}
	if len(f.Comment) > 0 {
		options = append(options, "comment = "+store.Literal(f.Comment[0]))
	}
	if f.HeaderLine > 1 {
		options = append(options, fmt.Sprintf("skip = %d", f.HeaderLine-1))
	}
	path := strings.NewReplacer("[", "[[]").Replace(c.file)
	var r reading
	err = s.Row(
		ctx,
		"select count(*), coalesce(sum(net), 0)::varchar from read_csv("+store.Literal(
			path,
		)+", "+strings.Join(
			options,
			", ",
		)+")",
		[]any{&r.rows, &r.total},
	)
	r.failed = err != nil
	return r
}

// duckColumns are the columns in the order of the plain header, as the reader
// wants them.
func duckColumns() string {
	return "{'doc': 'varchar', 'line': 'integer', 'type': 'varchar', 'date': 'date', 'code': 'varchar', " +
		"'customer': 'varchar', 'sku': 'varchar', 'qty': 'decimal(18,4)', 'net': 'decimal(18,6)', 'cur': 'varchar'}"
}

// lazyReader is what a first sketch in Go does.
func lazyReader(c dirtyCase, f feed.Feed) reading {
	data, err := os.ReadFile(c.file)
	if err != nil {
		return reading{failed: true}
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.LazyQuotes, r.FieldsPerRecord = true, -1
	if f.Delimiter != "" {
		r.Comma = rune(f.Delimiter[0])
	}
	if len(f.Comment) > 0 {
		r.Comment = rune(f.Comment[0][0])
	}
	net, rows, micro := -1, 0, int64(0)
	if f.NoHeader {
		net = 8
	}
	for {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return reading{failed: true}
		}
		if net < 0 {
			for i, name := range record {
				if name == "net" {
					net = i
				}
			}
			continue
		}
		rows++
		if net < len(record) {
			if value, err := strconv.ParseFloat(record[net], 64); err == nil {
				micro += int64(value * 1_000_000)
			}
		}
	}
	if net < 0 {
		return reading{failed: true}
	}
	return reading{rows: rows, total: fmt.Sprintf("%.6f", float64(micro)/1_000_000)}
}
