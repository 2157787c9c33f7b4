package transforms

import (
	"context"
	"fmt"
	"strings"
)

// statedTables is the file with the tables of the schema stated, which closings fill.
const statedTables = "closing/tables.sql"

// expectedTables is the file with the tables of the schema expected, which a run to the end of the year fills.
const expectedTables = "expected.sql"

// Prepare makes the schemas stated and expected in a database, with their tables empty. The caller
// fills them with what closed months have stated, and with what is expected.
func Prepare(ctx context.Context, db Database, in string) error {
	if err := prepare(ctx, db, in+".stated", statedTables); err != nil {
		return err
	}
	return prepare(ctx, db, in+".expected", expectedTables)
}

func prepare(ctx context.Context, db Database, schema, file string) error {
	text, err := sources.ReadFile(file)
	if err != nil {
		return err
	}
	if err := db.Exec(ctx, "create schema "+schema); err != nil {
		return err
	}
	schema += "."
	ddl := strings.NewReplacer("create table ", "create table "+schema, "@", schema).Replace(string(text))
	for q := range strings.SplitSeq(strings.TrimSpace(ddl), ";") {
		if strings.TrimSpace(q) == "" {
			continue
		}
		if err := db.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// State sets the variable closing_month and calls write with the name and select of each
// closing. month is its first day, as 2024-08-01.
func State(ctx context.Context, db Database, month string, write func(name, query string) error) error {
	closings, err := Closings()
	if err != nil {
		return err
	}
	if err := db.Exec(ctx, "set variable closing_month = date "+literal(month)); err != nil {
		return err
	}
	for _, c := range closings {
		if err := write(c.Name, c.SQL); err != nil {
			return fmt.Errorf("state %s: %w", c.Name, err)
		}
	}
	return nil
}
