package loading

import (
	"context"
	"errors"
	"fmt"

	"tranche/pipeline/landing"
	"tranche/pipeline/store"
)

var errOtherVersion = errors.New("the store was made by another version of the program")

// Open attaches the store at path, making its tables if it is new. It fails,
// and leaves nothing attached, when the store cannot be read or was made with
// other tables.
func Open(ctx context.Context, s *store.Session, path string) error {
	if err := s.Attach(ctx, path, "store"); err != nil {
		return err
	}
	if err := sameVersion(ctx, s); err != nil {
		return errors.Join(err, s.Exec(ctx, "detach store"))
	}
	return nil
}

func sameVersion(ctx context.Context, s *store.Session) error {
	var tables int
	if err := s.Row(ctx, "select count(*) from duckdb_tables() where database_name = 'store'", []any{&tables}); err != nil {
		return err
	}
	if tables == 0 {
		return s.Transaction(ctx, func(ctx context.Context) error {
			if err := Prepare(ctx, s); err != nil {
				return err
			}
			return s.Exec(ctx, "create table store.raw.version as select "+store.Literal(Version())+" as version")
		})
	}
	var version string
	if err := s.Row(ctx, "select version from store.raw.version", []any{&version}); err != nil {
		return err
	}
	if version != Version() {
		return errOtherVersion
	}
	return nil
}

// Keep makes sure that the store holds nothing but what has landed: a file that
// is in the store and no longer in landing/ stops the run, because the landed
// bytes are the truth and somebody has to bring them back.
func (l *Loader) Keep(ctx context.Context, landed []landing.File) error {
	here := map[int64]string{}
	for _, f := range landed {
		here[f.Sequence] = f.SHA256
	}
	rows, err := l.Session.Query(ctx, "select file_id, sha256, name from store.raw.files order by file_id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var sum, name string
		if err := rows.Scan(&id, &sum, &name); err != nil {
			return err
		}
		if here[id] != sum {
			return fmt.Errorf("%s has been loaded and is no longer in %s (%s); bring it back from a copy, or remove the store to start anew without it", name, l.Landing, sum)
		}
	}
	return rows.Err()
}
