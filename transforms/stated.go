package transforms

import (
	"context"
	"fmt"
	"strings"
)

// statedTables is the file with the tables of the schema stated, which closings fill.
const statedTables = "closing/tables.sql"

// Prepare makes the schema stated in a database, with its tables empty. The caller
// fills them with what closed months have stated.
func Prepare(ctx context.Context, db Database, in string) error {
	text, err := sources.ReadFile(statedTables)
	if err != nil {
		return err
	}
	schema := in + ".stated."
	ddl := strings.NewReplacer("create table ", "create table "+schema, "@", schema).Replace(string(text))
	if err := db.Exec(ctx, "create schema "+in+".stated"); err != nil {
		return err
	}
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
