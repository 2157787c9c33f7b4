package pipeline

import (
	"context"
	"fmt"
)

// verified reads the finished file back before anybody else does: every mart must hold
// the rows that were put into it, and the run be this one.
func (r *run) verified(ctx context.Context, want map[string]int64) error {
	if err := r.session.AttachReadOnly(ctx, r.aside(), "finished"); err != nil {
		return err
	}
	got, err := r.counts(ctx, "finished")
	if err == nil {
		err = r.readThrough(ctx, "finished", got)
	}
	if err != nil {
		return err
	}
	var id string
	if err := r.session.Row(ctx, "select hash from finished.mart.as_of where part = 'run'", []any{&id}); err != nil {
		return err
	}
	for name, rows := range want {
		if got[name] != rows {
			return fmt.Errorf("mart.%s holds %d rows when it is read back, and %d were put into it", name, got[name], rows)
		}
	}
	if id != r.summary.RunID {
		return fmt.Errorf("the new published file is of run %s, and this is %s", id, r.summary.RunID)
	}
	return r.session.Exec(ctx, "detach finished")
}

// readThrough reads every value of every mart, and so every block with its checksum:
// counting alone is answered from the head of the file.
func (r *run) readThrough(ctx context.Context, database string, marts map[string]int64) error {
	for name := range marts {
		err := r.session.Exec(ctx, "create or replace temp table read_through as select bit_xor(hash(columns(*))) from "+database+".mart."+name)
		if err != nil {
			return fmt.Errorf("read back mart.%s: %w", name, err)
		}
	}
	return r.session.Exec(ctx, "drop table if exists read_through")
}

// counts is how many rows each mart of an attached database has.
func (r *run) counts(ctx context.Context, database string) (map[string]int64, error) {
	var names []string
	err := each(ctx, r.session, "select table_name from duckdb_tables() where database_name = '"+database+"' and schema_name = 'mart' order by table_name", func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := map[string]int64{}
	for _, name := range names {
		var n int64
		if err := r.session.Row(ctx, "select count(*) from "+database+".mart."+name, []any{&n}); err != nil {
			return nil, err
		}
		rows[name] = n
	}
	return rows, nil
}
