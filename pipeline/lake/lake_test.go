package lake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranche/pipeline/export"
	"tranche/pipeline/lake/laketest"
	"tranche/pipeline/store"
)

// world is a lake with its servers, and a published file.
type world struct {
	postgres *laketest.Postgres
	place    Place
	folder   string // where the data really lies
	file     string
	april    int // the version of the rows of a fourth month; 0: there is none
}

var now = time.Now()

// newWorld has its data in a folder.
func newWorld(t *testing.T) *world {
	t.Helper()
	s := session(t)
	var version string
	if err := s.Row(t.Context(), "select library_version from pragma_version()", []any{&version}); err != nil {
		t.Fatal(err)
	}
	extensions, folder := laketest.Extensions(t, version), filepath.Join(t.TempDir(), "data")
	w := &world{postgres: laketest.NewPostgres(t), folder: folder, file: filepath.Join(t.TempDir(), "published.duckdb")}
	w.place = Place{Catalog: w.postgres.Catalog(), Password: laketest.Password, Data: folder + "/",
		Extensions: extensions, Programme: "north", Keep: 3}
	w.marts(t, 1)
	return w
}

func session(t *testing.T) *store.Session {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// tables are a table by month and one without.
var tables = []export.Table{
	{Name: "mart.payables", Grain: []string{"month", "partner"}, Month: true},
	{Name: "mart.state", Grain: []string{"part"}},
}

// marts makes the published file. Its version is in every table, so that a torn reading shows: only the newest of
// three months changes with it.
func (w *world) marts(t *testing.T, version int) {
	t.Helper()
	if err := os.RemoveAll(w.file); err != nil {
		t.Fatal(err)
	}
	s := session(t)
	if err := s.Attach(t.Context(), w.file, "published"); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"create schema published.mart",
		`create table published.mart.payables as select month, 'P' || i as partner,
			case when month = date '2024-03-01' then ` + fmt.Sprint(version) + ` else 0 end as version,
			(i * 1.37)::decimal(18,2) as payable, i::hugeint as wide
			from range(1000) r(i), (values (date '2024-01-01'), (date '2024-02-01'), (date '2024-03-01')) m(month)
			union all select null, 'none', 0, null, null
			union all select date '2024-04-01', 'P1', april, 0, 0 from (select ` + fmt.Sprint(w.april) +
			" as april) where april > 0",
		"create table published.mart.state as select 'run' as part, " + fmt.Sprint(version) +
			" as version, timestamptz '2024-03-31 12:00:00.25+02' as at",
	} {
		if err := s.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Detach(t.Context(), w.file, "published"); err != nil {
		t.Fatal(err)
	}
}

// publish publishes the file, at a time.
func (w *world) publish(ctx context.Context, at time.Time) (Done, error) {
	s, err := store.Open(ctx, store.Options{})
	if err != nil {
		return Done{}, err
	}
	defer s.Close()
	if err := s.AttachReadOnly(ctx, w.file, "published"); err != nil {
		return Done{}, err
	}
	if err := s.Exec(ctx, "set search_path = 'published.mart'"); err != nil {
		return Done{}, err
	}
	return Publish(ctx, s, w.place, Publication{RunID: "r1", Tables: tables, Now: at})
}

func (w *world) published(t *testing.T, want Done) {
	t.Helper()
	got, err := w.publish(t.Context(), now)
	if want.Snapshot = got.Snapshot; err != nil || got != want {
		t.Fatalf("%+v, %v; want %+v", got, err, want)
	}
}

// reader is a session that reads the lake.
func (w *world) reader(t *testing.T) *store.Session {
	t.Helper()
	s := session(t)
	if err := errors.Join(w.place.load(t.Context(), s), w.place.secrets(t.Context(), s)); err != nil {
		t.Fatal(err)
	}
	if err := w.place.attach(t.Context(), s, "read_only"); err != nil {
		t.Fatal(err)
	}
	return s
}

// equal compares the lake with the file, row by row and with types.
func (w *world) equal(t *testing.T) {
	t.Helper()
	s := w.reader(t)
	if err := s.AttachReadOnly(t.Context(), w.file, "published"); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		ours, theirs := "published."+table.Name, "lake."+w.place.Programme+"."+local(table)
		a, errA := export.Head(t.Context(), s, ours)
		b, errB := export.Head(t.Context(), s, theirs)
		var differ int
		err := s.Row(t.Context(), "select count(*) from ((from "+ours+" except all from "+theirs+") union all (from "+
			theirs+" except all from "+ours+"))", []any{&differ})
		if errors.Join(errA, errB, err) != nil || a != b || differ != 0 {
			t.Errorf("%s: %s, in the lake %s; %d rows differ; %v", table.Name, a, b, differ, errors.Join(errA, errB, err))
		}
	}
}

// parquet are the files of the data, by size.
func (w *world) parquet(t *testing.T) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	err := filepath.WalkDir(w.folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		all[path] = info.Size()
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return all
}

// age makes every file look old.
func (w *world) age(t *testing.T) {
	t.Helper()
	for path := range w.parquet(t) {
		if err := os.Chtimes(path, now.Add(-48*time.Hour), now.Add(-48*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOnlyWhatChangedIsWrittenIntoTheLake(t *testing.T) {
	w := newWorld(t)
	w.published(t, Done{Written: 5}) // three months, the rows without one, and the state
	w.equal(t)
	before := w.parquet(t)
	w.published(t, Done{Unchanged: 5})
	if now := w.parquet(t); len(now) != len(before) {
		t.Errorf("%d files, before %d", len(now), len(before))
	}
	w.marts(t, 2)
	w.published(t, Done{Written: 2, Unchanged: 3})
	w.equal(t)
	for path := range w.parquet(t) {
		if strings.Contains(path, "-delete") {
			t.Errorf("%s: who reads the files themselves would read rows that have gone", path)
		}
		_, old := before[path]
		if !old && !strings.Contains(path, "month=2024-03-01") && !strings.Contains(path, "/state/") &&
			!strings.Contains(path, partsTable) {
			t.Errorf("%s was written, and nothing in it had changed", path)
		}
	}
	s := w.reader(t)
	said, err := s.Texts(t.Context(), "select author || ': ' || commit_message from lake.snapshots() "+
		"where author is not null order by snapshot_id")
	if err != nil || strings.Join(said, "; ") != "tranche north: run r1; tranche north: run r1" {
		t.Errorf("%v, %v", said, err)
	}
	var first string
	var then int
	err = s.Row(t.Context(), "select min(snapshot_id)::varchar from lake.snapshots() where author is not null",
		[]any{&first})
	if err == nil {
		err = s.Row(t.Context(), "select version from lake.north.state at (version => "+first+")", []any{&then})
	}
	if err != nil || then != 1 {
		t.Errorf("the first snapshot says %d, %v", then, err)
	}
}

func TestALakeOnObjectStorageHoldsTheSame(t *testing.T) {
	w := newWorld(t)
	endpoint, bucket := laketest.NewStorage(t)
	w.place.Data, w.folder = "s3://lake/marts/", filepath.Join(bucket, "marts")
	w.place.Storage = &Storage{Endpoint: endpoint, Region: "us-east-1", KeyID: laketest.Key, Secret: laketest.Secret}
	if err := Try(t.Context(), session(t), w.place); err != nil {
		t.Fatal(err)
	}
	w.published(t, Done{Written: 5})
	w.equal(t)
	w.marts(t, 2)
	w.published(t, Done{Written: 2, Unchanged: 3})
	w.equal(t)
	if err := Try(t.Context(), session(t), w.place); err != nil {
		t.Fatal(err)
	}
	w.place.Storage.Secret = "wrong and secret"
	err := Try(t.Context(), session(t), w.place)
	if err == nil || !strings.Contains(err.Error(), "SignatureDoesNotMatch") || strings.Contains(err.Error(), "wrong") {
		t.Errorf("%v", err)
	}
}

func TestAnEmptyTableAndOneThatHasGone(t *testing.T) {
	w := newWorld(t)
	all := tables
	defer func() { tables = all }()
	w.published(t, Done{Written: 5})
	tables = all[:1]
	w.published(t, Done{Unchanged: 4, Removed: 1})
	w.equal(t)
	tables = all
	w.published(t, Done{Unchanged: 4, Written: 1})
	w.equal(t)
}

func TestOldSnapshotsAndFilesOfNobodyAreRemoved(t *testing.T) {
	w := newWorld(t)
	for version := 1; version <= 6; version++ {
		w.marts(t, version)
		w.published(t, map[bool]Done{true: {Written: 5}, false: {Written: 2, Unchanged: 3}}[version == 1])
	}
	ours := func() (n int) {
		err := w.reader(t).Row(t.Context(), "select count(*) from lake.snapshots() where author = 'tranche north'", []any{&n})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := ours(); n != 6 {
		t.Fatalf("%d snapshots: of the last day none may go, because somebody may be reading", n)
	}
	files := len(w.parquet(t))
	later := time.Now().Add(48 * time.Hour)
	if _, err := w.publish(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	if n := ours(); n != 3 {
		t.Errorf("%d snapshots are left of 3 to keep", n)
	}
	if n := len(w.parquet(t)); n >= files {
		t.Errorf("%d files, before %d", n, files)
	}
	w.equal(t)
	stray := filepath.Join(w.folder, "somebody's.parquet")
	if err := os.WriteFile(stray, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.publish(t.Context(), later); err == nil || !strings.Contains(err.Error(), "somebody's.parquet") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(stray); err != nil {
		t.Error(err)
	}
}

func TestExtensionsThatLackOrAreOfAnotherVersionAreSaid(t *testing.T) {
	s := session(t)
	dir := t.TempDir()
	to := Place{Catalog: "dbname=lake", Data: "/tmp/lake/", Extensions: dir, Programme: "north"}
	err := Try(t.Context(), s, to)
	if err == nil || !strings.Contains(err.Error(), "put the extension ducklake of exactly that version there") {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ducklake.duckdb_extension"), make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	err = Try(t.Context(), s, to)
	if err == nil || !strings.Contains(err.Error(), "this program has DuckDB v1.") {
		t.Errorf("%v", err)
	}
}

func TestAWrongPasswordIsSaidAndNotShown(t *testing.T) {
	w := newWorld(t)
	w.place.Password = "wrong and secret"
	for what, err := range map[string]error{
		"try":     Try(t.Context(), session(t), w.place),
		"publish": func() error { _, err := w.publish(t.Context(), now); return err }(),
	} {
		if err == nil || !strings.Contains(err.Error(), "password authentication failed") ||
			strings.Contains(err.Error(), "wrong and") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// child publishes in a process of its own.
func (w *world) child(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestMain$")
	cmd.Env = append(os.Environ(), "LAKE_CHILD="+strings.Join([]string{w.place.Catalog, w.place.Data,
		w.place.Extensions, w.file}, "|"))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestMain(m *testing.M) {
	given := strings.Split(os.Getenv("LAKE_CHILD"), "|")
	if len(given) != 4 {
		os.Exit(m.Run())
	}
	w := &world{file: given[3], place: Place{Catalog: given[0], Password: laketest.Password, Data: given[1],
		Extensions: given[2], Programme: "north", Keep: 3}}
	if _, err := w.publish(context.Background(), now); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
