// Package store is the only package that knows the DuckDB driver.
//
// The *store* is store.duckdb, a cache of typed facts that the landed files can fill again. The *published file* is
// the database that analysts read; it is built aside and renamed over the old one. A *session* is one connection to
// an in-memory database, with either or both of them attached. Its settings exclude the network, the clock's time
// zone and unlimited use of the disk.
//
// The package refuses to open a database beside a foreign write-ahead log, and to commit after a failed statement.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	duckdb "github.com/duckdb/duckdb-go/v2"
)

// Format is the on-disk format of our databases. With it DuckDB refuses a write-ahead log of another file.
const Format = "v1.5.0"

// Options limit a session.
type Options struct {
	MemoryLimit string // as DuckDB writes it, "2GB"; empty means 2GB
	Threads     int    // zero means every processor
	TempFolder  string // where a session spills; empty forbids spilling
	TempLimit   string // how much it may spill; empty means 50GB
}

// Session is one connection to DuckDB. It is not safe for two goroutines.
type Session struct {
	db       *sql.DB
	conn     *sql.Conn
	settings Options
	readers  *Readers // it goes back to; nil: it is nobody's
	view     string
}

// Open starts a session with nothing attached.
func Open(ctx context.Context, o Options) (*Session, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", errors.Join(err, db.Close()))
	}
	o.MemoryLimit, o.TempLimit = cmp.Or(o.MemoryLimit, "2GB"), cmp.Or(o.TempLimit, "50GB")
	if o.Threads <= 0 {
		o.Threads = runtime.NumCPU()
	}
	s := &Session{db: db, conn: conn, settings: o}
	if err := s.configure(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Session) configure(ctx context.Context) error {
	o := s.settings
	settings := [][2]string{
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"memory_limit", o.MemoryLimit},
		{"threads", fmt.Sprint(o.Threads)},
		{"max_temp_directory_size", o.TempLimit},
		{"temp_directory", o.TempFolder},
		{"preserve_insertion_order", "false"},
		{"TimeZone", "UTC"},
		{"enable_progress_bar", "false"},
		// Of DuckDB 1.5.6 the first fails with an internal error on some windows: the query and the data decide. The
		// second takes arms of a union for each other, and silently loses rows.
		{"disabled_optimizers", "top_n_window_elimination,common_subplan"},
	}
	for _, kv := range settings {
		if err := s.Exec(ctx, "set "+kv[0]+" = "+Literal(kv[1])); err != nil {
			return err
		}
	}
	return nil
}

// Spare halves the memory limit until back is called. DuckDB keeps more where it needs more.
func (s *Session) Spare(ctx context.Context) (back func()) {
	var half string
	if err := s.Row(ctx, "select parse_formatted_bytes(?) // 2 || 'B'", []any{&half}, s.settings.MemoryLimit); err != nil {
		return func() {}
	}
	set := func(ctx context.Context, limit string) { _ = s.Exec(ctx, "set memory_limit = "+Literal(limit)) }
	set(ctx, half)
	return func() { set(context.WithoutCancel(ctx), s.settings.MemoryLimit) }
}

// Literal quotes a text for statements without bound values (set, attach, copy).
func Literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Name quotes an identifier.
func Name(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

// ErrStaleLog says that a write-ahead log lies where none may be.
var ErrStaleLog = errors.New("a write-ahead log lies beside the database")

// Attach opens the database file at path under the given name, and creates it if it is missing.
func (s *Session) Attach(ctx context.Context, path, name string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(path + ".wal"); err == nil {
			return fmt.Errorf("attach %s: %w", path, ErrStaleLog)
		}
	}
	return s.attach(ctx, path, name, "storage_version "+Literal(Format))
}

// AttachUnlogged opens a temporary database without a write-ahead log, which would be synced a hundred times a run.
// Its folder is empty, so it has no foreign log.
func (s *Session) AttachUnlogged(ctx context.Context, path, name string) error {
	return s.attach(ctx, path, name, "storage_version "+Literal(Format)+", recovery_mode no_wal_writes")
}

// AttachReadOnly opens a database file for reading.
func (s *Session) AttachReadOnly(ctx context.Context, path, name string) error {
	return s.attach(ctx, path, name, "read_only")
}

func (s *Session) attach(ctx context.Context, path, name, options string) error {
	err := s.Exec(ctx, "attach "+Literal(path)+" as "+Name(name)+" ("+options+")")
	if err != nil {
		err = fmt.Errorf("attach %s: %w", path, err)
	}
	return err
}

// Detach checkpoints and closes a database. It fails if the write-ahead log remains: DuckDB reports no error when
// its last checkpoint fails.
func (s *Session) Detach(ctx context.Context, path, name string) error {
	if err := s.Exec(ctx, "detach "+Name(name)); err != nil {
		return fmt.Errorf("detach %s: %w", path, err)
	}
	if _, err := os.Stat(path + ".wal"); err == nil {
		return fmt.Errorf("detach %s: its checkpoint did not finish: %w", path, ErrStaleLog)
	}
	return nil
}

// IsDamaged tells whether an error comes from a database file whose bytes have changed or are missing. DuckDB proves
// the checksum of a block when it reads it, which can be long after it opened the file.
func IsDamaged(err error) bool {
	if e := new(duckdb.Error); errors.As(err, &e) && e.Type == duckdb.ErrorTypeIO {
		return strings.Contains(e.Msg, "Corrupt database file") || strings.Contains(e.Msg, "not read enough bytes")
	}
	return false
}

// Exec runs one statement.
func (s *Session) Exec(ctx context.Context, query string, args ...any) error {
	_, err := s.conn.ExecContext(ctx, query, args...)
	return in(query, err)
}

// Query returns rows, which the caller closes.
func (s *Session) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := s.conn.QueryContext(ctx, query, args...)
	return rows, in(query, err)
}

// Row scans the one row of a query into dest.
func (s *Session) Row(ctx context.Context, query string, dest []any, args ...any) error {
	return in(query, s.conn.QueryRowContext(ctx, query, args...).Scan(dest...))
}

// List scans each row of a query into a T; fields are the targets of its columns.
func List[T any](ctx context.Context, s *Session, query string, fields func(*T) []any, args ...any) ([]T, error) {
	rows, err := s.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var row T
		if err := rows.Scan(fields(&row)...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// Texts is the result of a query with one text column.
func (s *Session) Texts(ctx context.Context, query string, args ...any) ([]string, error) {
	return List(ctx, s, query, func(text *string) []any { return []any{text} }, args...)
}

// Arrow runs a query and gives its record batches to each, in order. A batch is valid only during the call.
func (s *Session) Arrow(ctx context.Context, query string, each func(array.RecordReader) error, args ...any) error {
	return s.withArrow(func(arrow *duckdb.Arrow) error {
		reader, err := arrow.QueryContext(ctx, query, args...)
		if err != nil {
			return in(query, err)
		}
		defer reader.Release()
		if err := each(reader); err != nil {
			return err
		}
		return reader.Err()
	})
}

func (s *Session) withArrow(work func(*duckdb.Arrow) error) error {
	return s.conn.Raw(func(raw any) error {
		arrow, err := duckdb.NewArrowFromConn(raw.(driver.Conn))
		if err != nil {
			return fmt.Errorf("open arrow: %w", err)
		}
		return work(arrow)
	})
}

// Scan lets the statements of work read reader once, as a view of the given name. The view is outside any
// transaction, so work may begin one.
func (s *Session) Scan(ctx context.Context, name string, reader array.RecordReader, work func() error) error {
	var release func()
	err := s.withArrow(func(arrow *duckdb.Arrow) (err error) {
		release, err = arrow.RegisterView(reader, name)
		return err
	})
	if err != nil {
		return err
	}
	defer release()
	return errors.Join(work(), s.Exec(context.WithoutCancel(ctx), "drop view if exists "+Name(name)))
}

// Transaction runs work in one transaction, and rolls it back after an error: DuckDB answers a commit after a failed
// statement with success and commits nothing.
func (s *Session) Transaction(ctx context.Context, work func(context.Context) error) error {
	if err := s.Exec(ctx, "begin transaction"); err != nil {
		return err
	}
	if err := work(ctx); err != nil {
		// The rollback must reach DuckDB even when the context was cancelled.
		return errors.Join(err, s.Exec(context.WithoutCancel(ctx), "rollback"))
	}
	return s.Exec(ctx, "commit")
}

// Close ends the session, or gives it back to its readers.
func (s *Session) Close() error {
	if s.readers != nil {
		s.readers.free[s.view] <- s
		return nil
	}
	return errors.Join(s.conn.Close(), s.db.Close())
}

// in adds the first line of a statement to its error.
func in(query string, err error) error {
	if err == nil {
		return nil
	}
	line, _, _ := strings.Cut(strings.TrimSpace(query), "\n")
	return fmt.Errorf("%w\n  in: %s", err, line)
}
