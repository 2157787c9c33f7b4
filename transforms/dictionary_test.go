package transforms_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tranche/pipeline/store"
	"tranche/transforms"
	"tranche/transforms/oracle"
)

const dictionary = "../docs/data-dictionary.md"

const dictionaryHead = `# Data dictionary

` + "Written by `make dictionary` from the headers of the models in transforms/mart. The same words are the\n" +
	"comments in the published file: `select table_name, comment from duckdb_tables()`,\n" +
	"`select column_name, comment from duckdb_columns()`.\n" + `
The *grain* names a row: no two rows of a table have the same values in these columns, and every run checks
it. Amounts are exact decimals. An amount is in the programme currency (` + "`mart.programme.currency`" + `) or
says in which other. A month is its first day. [analysts.md](analysts.md) has questions with their SQL.
`

// described is a column as a published file has it.
type described struct{ table, name, kind, comment string }

// published is every column of the marts, in their order, and the comments of the tables.
func published(t *testing.T) ([]described, map[string]string) {
	t.Helper()
	s := tables(t, 1)
	f := oracle.Facts{Through: firstDay}
	workOut(t, s, f, plainProgramme(t))
	abouts := map[string]string{}
	for _, row := range texts(t, s, 2, "select table_name, comment from duckdb_tables() "+
		"where database_name = 'published' order by table_name") {
		abouts[row[0]] = row[1]
	}
	var list []described
	for _, row := range texts(t, s, 4, "select table_name, column_name, data_type, comment from duckdb_columns() "+
		"where database_name = 'published' order by table_name, column_index") {
		list = append(list, described{row[0], row[1], row[2], row[3]})
	}
	return list, abouts
}

func texts(t *testing.T, s *store.Session, width int, query string) [][]string {
	t.Helper()
	rows, err := s.Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out [][]string
	for rows.Next() {
		row, into := make([]string, width), make([]any, width)
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out = append(out, row)
	}
	return out
}

// TestTheDataDictionaryIsWhatIsPublished makes docs/data-dictionary.md out of a real
// database and compares. `make dictionary` writes it anew.
func TestTheDataDictionaryIsWhatIsPublished(t *testing.T) {
	columns, abouts := published(t)
	var text strings.Builder
	text.WriteString(dictionaryHead)
	cell := strings.NewReplacer("|", `\|`)
	last := ""
	for _, c := range columns {
		if c.table != last {
			last = c.table
			about, grain, _ := strings.Cut(abouts[c.table], " Grain: ")
			fmt.Fprintf(&text, "\n## mart.%s\n\n%s\n\nGrain: %s\n\n| column | type | meaning |\n|---|---|---|\n",
				c.table, about, grain)
		}
		fmt.Fprintf(&text, "| %s | %s | %s |\n", c.name, strings.ToLower(c.kind), cell.Replace(c.comment))
	}
	if *update {
		if err := os.WriteFile(dictionary, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := os.ReadFile(dictionary)
	if err != nil || string(kept) != text.String() {
		t.Errorf("%s is stale; run make dictionary (%v)", dictionary, err)
	}
}

func TestEveryTableSaysItsGrain(t *testing.T) {
	_, abouts := published(t)
	models, err := transforms.Models()
	if err != nil {
		t.Fatal(err)
	}
	marts := 0
	for _, m := range models {
		if m.Layer != "mart" {
			continue
		}
		marts++
		if want := "Grain: " + strings.Join(m.Grain, ", ") + "."; !strings.HasSuffix(abouts[m.Name], want) {
			t.Errorf("the comment of mart.%s is %q, without %q", m.Name, abouts[m.Name], want)
		}
	}
	if marts != len(abouts) {
		t.Errorf("%d marts and %d tables with comments", marts, len(abouts))
	}
}

// unitOf says how the comment of a column of a type names its unit.
func unitOf(kind string) *regexp.Regexp {
	switch {
	case strings.HasPrefix(kind, "DECIMAL"):
		return regexp.MustCompile(`programme currency|partner's own currency|document's currency|documents' currencies|` +
			`currency of the row|fraction|factor|in units of`)
	case slices.Contains([]string{"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT"}, kind):
		return regexp.MustCompile(`number|points|how many|sale_id|\bdays\b|\bmonths\b|physical line|` +
			`rows in the file|rejected rows|part of the line|weight`)
	case kind == "DATE":
		return regexp.MustCompile(`day|month`)
	case strings.HasPrefix(kind, "TIMESTAMP"):
		return regexp.MustCompile(`UTC`)
	case kind == "BOOLEAN":
		return regexp.MustCompile(`^(true|false): `)
	}
	return regexp.MustCompile(`.`)
}

func TestEveryColumnSaysItsUnitAndStandsAlone(t *testing.T) {
	columns, _ := published(t)
	leans := regexp.MustCompile(`^((and|of them|of it|of that|by that|in that|the same|its|it|` +
		`so many|whose|of the|of a) |(why|who|what for|UTC)([,;]|$))`)
	for _, c := range columns {
		if !unitOf(c.kind).MatchString(c.comment) {
			t.Errorf("mart.%s.%s is a %s and does not say in what: %q", c.table, c.name, c.kind, c.comment)
		}
		if leans.MatchString(c.comment) && !strings.Contains(c.comment, ": ") {
			t.Errorf("mart.%s.%s cannot be read alone: %q", c.table, c.name, c.comment)
		}
	}
}
