package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// ErrRefused says that a read-only session refused a statement.
var ErrRefused = errors.New("a query only reads the published database")

// Reads refuses a text that is not one statement that only reads. DuckDB alone is not enough: some calls end the
// process.
func (s *Session) Reads(query string) error {
	return s.conn.Raw(func(raw any) error {
		prepared, err := raw.(driver.Conn).Prepare(query)
		if err != nil && strings.Contains(err.Error(), "PrepareContext") {
			return fmt.Errorf("%w, one statement at a time "+
				"(a pivot names its values: on level in ('ready', 'premier'))", ErrRefused)
		}
		if err != nil {
			return Refusal(in(query, err))
		}
		defer prepared.Close()
		kind, err := prepared.(*duckdb.Stmt).StatementType()
		if err == nil && kind != duckdb.STATEMENT_TYPE_SELECT && kind != duckdb.STATEMENT_TYPE_EXPLAIN {
			err = fmt.Errorf("%w, by select, from, describe, summarize, show or explain", ErrRefused)
		}
		return err
	})
}

// Refusal adds ErrRefused to DuckDB's permission errors.
func Refusal(err error) error {
	var theirs *duckdb.Error
	if errors.As(err, &theirs) && theirs.Type == duckdb.ErrorTypePermission {
		return fmt.Errorf("%w, and nothing else of this machine: %w", ErrRefused, err)
	}
	return err
}
