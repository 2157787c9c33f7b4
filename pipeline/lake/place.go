package lake

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"tranche/pipeline/store"
)

// open loads the extensions and attaches the lake, which is made where there is none.
func (to Place) open(ctx context.Context, s *store.Session) error {
	if err := to.load(ctx, s); err != nil {
		return err
	}
	if err := to.secrets(ctx, s); err != nil {
		return err
	}
	return to.attach(ctx, s, "data_inlining_row_limit 0") // rows in the catalogue are rows that other readers lack
}

func (to Place) attach(ctx context.Context, s *store.Session, options string) error {
	if to.Password != "" {
		options += ", meta_secret 'lake_catalog'"
	}
	err := s.Exec(ctx, "attach "+store.Literal("ducklake:postgres:"+to.Catalog)+" as lake (data_path "+
		store.Literal(to.Data)+", "+options+")")
	if err != nil {
		return fmt.Errorf("open the lake: %w", err)
	}
	return nil
}

// OnStorage says whether the data is on object storage.
func (to Place) OnStorage() bool { return strings.HasPrefix(to.Data, "s3://") }

// load loads the extensions. Each is built for one version of DuckDB and one kind of machine.
func (to Place) load(ctx context.Context, s *store.Session) error {
	var version, machine string
	err := s.Row(ctx, "select library_version from pragma_version()", []any{&version})
	if err == nil {
		err = s.Row(ctx, "select platform from pragma_platform()", []any{&machine})
	}
	if err != nil {
		return err
	}
	names := []string{"ducklake", "postgres_scanner"}
	if to.OnStorage() {
		names = append(names, "httpfs")
	}
	for _, name := range names {
		file := filepath.Join(to.Extensions, name+".duckdb_extension")
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("%w; this program has DuckDB %s for %s: put the extension %s of exactly that version "+
				"there (docs/lake.md)", err, version, machine, name)
		}
		if err := s.Exec(ctx, "load "+store.Literal(file)); err != nil {
			return fmt.Errorf("%s cannot be loaded: this program has DuckDB %s for %s, and needs the extension of exactly "+
				"that version (docs/lake.md): %w", file, version, machine, err)
		}
	}
	return nil
}

// secrets tells the session who we are. A statement's first line goes into its error, and a secret stands in none.
func (to Place) secrets(ctx context.Context, s *store.Session) error {
	if to.Password != "" {
		err := s.Exec(ctx, "create or replace temporary secret lake_catalog (type postgres,\npassword "+
			store.Literal(to.Password)+")")
		if err != nil {
			return err
		}
	}
	if !to.OnStorage() {
		return nil
	}
	scheme, host, _ := strings.Cut(to.Storage.Endpoint, "://")
	return s.Exec(ctx, "create or replace temporary secret lake_data (type s3, provider config,\nkey_id "+
		store.Literal(to.Storage.KeyID)+", secret "+store.Literal(to.Storage.Secret)+
		", region "+store.Literal(to.Storage.Region)+", endpoint "+store.Literal(host)+
		", url_style 'path', use_ssl "+fmt.Sprint(scheme == "https")+")")
}

// Try says whether the lake can be used, and changes nothing in it.
func Try(ctx context.Context, s *store.Session, to Place) error {
	if err := to.load(ctx, s); err != nil {
		return err
	}
	if err := to.secrets(ctx, s); err != nil {
		return err
	}
	options := "type postgres, read_only"
	if to.Password != "" {
		options += ", secret 'lake_catalog'"
	}
	err := s.Exec(ctx, "attach "+store.Literal(to.Catalog)+" as lake_catalog ("+options+")")
	if err != nil {
		return fmt.Errorf("open the catalogue: %w", err)
	}
	var there bool
	err = s.Row(ctx, `select count(*) > 0 from postgres_query('lake_catalog',
		$$select 1 from pg_tables where tablename = 'ducklake_snapshot' and schemaname = 'public'$$)`, []any{&there})
	if err != nil {
		return fmt.Errorf("read the catalogue: %w", err)
	}
	if to.OnStorage() {
		var n int
		if err := s.Row(ctx, "select count(*) from glob("+store.Literal(to.Data+"*")+")", []any{&n}); err != nil {
			return fmt.Errorf("list %s: %w", to.Data, err)
		}
	} else if _, err := os.Stat(filepath.Dir(filepath.Clean(to.Data))); err != nil {
		return err
	}
	if !there {
		return nil // the first publication makes it
	}
	return to.attach(ctx, s, "read_only")
}

// named is how DuckLake names its files.
var named = regexp.MustCompile(`/ducklake-[0-9a-f-]{36}(-delete)?\.parquet$`)

// tidy forgets the programme's snapshots beyond those to keep, and removes files that nobody needs any more: of
// forgotten snapshots, and of publications that were cut short. What is younger than old stays.
func (to Place) tidy(ctx context.Context, s *store.Session, old time.Time) error {
	before := "timestamptz " + store.Literal(old.UTC().Format("2006-01-02 15:04:05+00"))
	var versions string
	err := s.Row(ctx, `select coalesce(string_agg(snapshot_id, ', '), '') from (
			select snapshot_id, snapshot_time from lake.snapshots() where author = ?
			order by snapshot_id desc offset ?) where snapshot_time < `+before,
		[]any{&versions}, to.author(), to.Keep)
	if err == nil && versions != "" {
		err = s.Exec(ctx, "call ducklake_expire_snapshots('lake', versions => ["+versions+"])")
	}
	if err == nil {
		err = s.Exec(ctx, "call ducklake_cleanup_old_files('lake', older_than => "+before+")")
	}
	if err != nil {
		return fmt.Errorf("tidy the lake: %w", err)
	}
	return to.sweep(ctx, s, before)
}

// sweep removes files that no snapshot names. It removes nothing where one of them is not a DuckLake's: then the place
// is somebody else's too.
func (to Place) sweep(ctx context.Context, s *store.Session, before string) error {
	orphans, err := s.Texts(ctx, "select path from ducklake_delete_orphaned_files('lake', dry_run => true, older_than => "+
		before+")")
	if err != nil {
		return fmt.Errorf("tidy the lake: %w", err)
	}
	for _, path := range orphans {
		if !named.MatchString(path) {
			return fmt.Errorf("tidy the lake: %s lies in its data and is not a lake's; move it away, "+
				"because files that nobody needs are only removed where all are the lake's", path)
		}
	}
	if len(orphans) == 0 {
		return nil
	}
	return s.Exec(ctx, "call ducklake_delete_orphaned_files('lake', older_than => "+before+")")
}
