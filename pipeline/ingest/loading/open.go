package loading

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/store"
)

var errOtherVersion = errors.New("the store was made by another version of the program")

// ErrRunFirst says that a run has to load the landed files first.
var ErrRunFirst = errors.New("run `tranche run` first")

// OpenStore attaches the store at path, and makes the tables of a new one. It fails, with nothing attached, when the
// store is unreadable or has other tables.
func OpenStore(ctx context.Context, s *store.Session, path string) error {
	if err := s.Attach(ctx, path, "store"); err != nil {
		return err
	}
	if err := prepare(ctx, s); err != nil {
		return errors.Join(err, s.Exec(ctx, "detach store"))
	}
	return nil
}

func prepare(ctx context.Context, s *store.Session) error {
	var tables int
	err := s.Row(ctx, "select count(*) from duckdb_tables() where database_name = 'store'", []any{&tables})
	if err != nil {
		return err
	}
	if tables > 0 {
		return sameVersion(ctx, s)
	}
	return s.Transaction(ctx, func(ctx context.Context) error {
		if err := Prepare(ctx, s); err != nil {
			return err
		}
		return s.Exec(ctx, "create table store.raw.version as select "+store.Literal(Version())+" as version")
	})
}

// Prepare makes the missing tables.
func Prepare(ctx context.Context, s *store.Session) error {
	for _, q := range statements() {
		if err := s.Exec(ctx, q); err != nil {
			return fmt.Errorf("prepare store: %w", err)
		}
	}
	return nil
}

func sameVersion(ctx context.Context, s *store.Session) error {
	var version string
	err := s.Row(ctx, "select version from store.raw.version", []any{&version})
	if err == nil && version != Version() {
		err = errOtherVersion
	}
	return err
}

// OpenStoreToRead attaches an existing store of this version, read only.
func OpenStoreToRead(ctx context.Context, s *store.Session, path string) error {
	if err := s.AttachReadOnly(ctx, path, "store"); err != nil {
		return fmt.Errorf("the store cannot be read; %w, which fills it again: %w", ErrRunFirst, err)
	}
	var known bool
	err := s.Row(ctx, `select count(*) > 0 from duckdb_tables()
		where database_name = 'store' and schema_name = 'raw' and table_name = 'version'`, []any{&known})
	if err != nil {
		return err
	}
	if err = errOtherVersion; known {
		err = sameVersion(ctx, s)
	}
	if errors.Is(err, errOtherVersion) {
		err = fmt.Errorf("%w; %w, which fills it again", err, ErrRunFirst)
	}
	return err
}

// Whole checks that the store holds all landed files under their present feeds, and that its view of sell-out lines
// is complete. A run that was stopped leaves them otherwise.
func (l *Loader) Whole(ctx context.Context, landed []landing.File) error {
	if err := l.Keep(ctx, landed); err != nil {
		return err
	}
	for _, f := range landed {
		declared, err := l.feedOf(f)
		if err != nil {
			return err
		}
		current, err := l.current(ctx, f, declared)
		if err != nil {
			return err
		}
		if !current {
			return fmt.Errorf("%s has landed and is not loaded yet, or not as its feed reads it now; %w", f.Name, ErrRunFirst)
		}
	}
	var missing bool
	err := l.Session.Row(ctx, `select count(*) > 0 from duckdb_tables() as t
		where t.database_name = 'store' and t.schema_name = 'raw' and starts_with(t.table_name, ?) and not exists (
			select 1 from duckdb_views() as v where v.database_name = 'store' and v.schema_name = 'raw'
				and v.view_name = 'sales' and contains(v.sql, t.table_name))`, []any{&missing}, salesPrefix)
	if err == nil && missing {
		err = fmt.Errorf("the last run was stopped before it had loaded everything; %w", ErrRunFirst)
	}
	return err
}

// Keep stops the run where the store holds a file that has left landing/: the landed bytes are the source, and
// somebody has to restore them.
func (l *Loader) Keep(ctx context.Context, landed []landing.File) error {
	here := map[int64]string{}
	for _, f := range landed {
		here[f.Sequence] = f.SHA256
	}
	loaded, err := store.List(ctx, l.Session, "select file_id, sha256, name from store.raw.files order by file_id",
		func(f *landing.File) []any { return []any{&f.Sequence, &f.SHA256, &f.Name} })
	for _, f := range loaded {
		if slices.Contains(l.Dropped, f.SHA256) {
			return fmt.Errorf("%s was dropped and is still loaded; %w", f.Name, ErrRunFirst)
		}
		if here[f.Sequence] != f.SHA256 {
			return fmt.Errorf("%s has been loaded and is no longer in %s (%s); bring it back from a copy (tranche landing "+
				"drop takes a file out of the figures), or remove the store to start without it", f.Name, l.Landing, f.SHA256)
		}
	}
	return err
}

// ForgetDropped removes files that no longer count from the store, and the complete files after them, which were
// compared with them.
func (l *Loader) ForgetDropped(ctx context.Context) error {
	for _, hash := range l.Dropped {
		loaded, err := store.List(ctx, l.Session, `select distinct later.file_id from store.raw.files as gone
			join store.raw.files as later on later.file_id = gone.file_id
				or gone.replaces and later.feed = gone.feed and later.file_id > gone.file_id and `+ends("later.kind")+`
			where gone.sha256 = ? order by later.file_id`,
			func(id *int64) []any { return []any{id} }, hash)
		if err != nil {
			return err
		}
		for _, id := range loaded {
			err := l.Session.Transaction(ctx, func(ctx context.Context) error { return l.forget(ctx, id) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}
