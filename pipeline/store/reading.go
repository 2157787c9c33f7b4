package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"syscall"

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

// room is what the program takes beside the database's memory.
const room = 512 << 20

// Confine limits the memory of this process, for good, to the session's limit and some room. DuckDB's own limit leaves
// out what its functions allocate.
func (s *Session) Confine(ctx context.Context) error {
	var limit uint64
	err := s.Row(ctx, "select parse_formatted_bytes(current_setting('memory_limit'))", []any{&limit})
	if err != nil {
		return err
	}
	most := syscall.Rlimit{Cur: limit + room, Max: limit + room}
	var now syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_DATA, &now); err != nil {
		return fmt.Errorf("limit the memory: %w", err)
	}
	if now.Max <= most.Max { // somebody allows less
		return nil
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &most); err != nil {
		return fmt.Errorf("limit the memory: %w", err)
	}
	return nil
}
