package publish

import (
	"context"
	"fmt"

	"tranche/pipeline/store"
)

// Verify reads the finished database back before anyone else does. It must be of this run, and every mart must hold
// the rows that were written.
func Verify(ctx context.Context, s *store.Session, path, runID string, want map[string]int64) error {
	if err := s.AttachReadOnly(ctx, path, "finished"); err != nil {
		return err
	}
	got, err := Rows(ctx, s, "finished")
	if err != nil {
		return err
	}
	// A count reads only the head of the file. A hash of every value reads every block with its checksum.
	const hashes = "create or replace temp table read_through as select bit_xor(hash(columns(*))) from finished.mart."
	for name := range got {
		if err := s.Exec(ctx, hashes+name); err != nil {
			return fmt.Errorf("read back mart.%s: %w", name, err)
		}
	}
	var id string
	if err := s.Row(ctx, "select hash from finished.mart.as_of where part = 'run'", []any{&id}); err != nil {
		return err
	}
	for name, rows := range want {
		if got[name] != rows {
			return fmt.Errorf("mart.%s holds %d rows when it is read back, and %d were put into it", name, got[name], rows)
		}
	}
	if id != runID {
		return fmt.Errorf("the new published file is of run %s, and this is %s", id, runID)
	}
	return s.Exec(ctx, "drop table if exists read_through; detach finished")
}

// Rows counts the rows of each mart of an attached database.
func Rows(ctx context.Context, s *store.Session, database string) (map[string]int64, error) {
	const query = "select table_name from duckdb_tables() where database_name = ? and schema_name = 'mart'"
	names, err := s.Texts(ctx, query, database)
	if err != nil {
		return nil, err
	}
	rows := map[string]int64{}
	for _, name := range names {
		var n int64
		if err := s.Row(ctx, "select count(*) from "+database+".mart."+name, []any{&n}); err != nil {
			return nil, err
		}
		rows[name] = n
	}
	return rows, nil
}
