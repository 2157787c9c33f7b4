package lake

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"tranche/pipeline/lake/laketest"
)

// held lets publications come as far as their commit, and calls do while they wait there: every file is written, and
// nothing is named in the catalogue.
func (w *world) held(t *testing.T, publications int, publish func(), do func()) {
	t.Helper()
	lock := w.postgres.Psql(t, "begin; lock table ducklake_snapshot in share row exclusive mode; "+
		"select pg_sleep(600)")
	if err := lock.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Wait() }()
	const granted = "select count(*) from pg_locks l join pg_class c on c.oid = l.relation " +
		"where c.relname = 'ducklake_snapshot' and l.mode = 'ShareRowExclusiveLock' and l.granted"
	laketest.Until(t, "the lock is held", func() bool { return w.postgres.Ask(t, granted) == "1" })
	publish()
	laketest.Until(t, "the publications wait at their commit", func() bool {
		return w.postgres.Ask(t, "select count(*) from pg_locks where not granted") == fmt.Sprint(publications)
	})
	do()
	if w.postgres.Running() {
		w.postgres.Ask(t, "select count(pg_terminate_backend(pid)) from pg_stat_activity where query like '%pg_sleep(600)%' "+
			"and pid <> pg_backend_pid()")
	}
}

// version is what the lake says, in all tables alike.
func (w *world) version(t *testing.T) (version int) {
	t.Helper()
	s := w.reader(t)
	err := s.Row(t.Context(), "select version from lake.north.state", []any{&version})
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func TestAPublicationThatIsKilledIsSeenByNobody(t *testing.T) {
	w := newWorld(t)
	w.published(t, Done{Written: 5})
	before := w.parquet(t)
	w.marts(t, 2)
	var publishing *exec.Cmd
	w.held(t, 1, func() { publishing = w.child(t) }, func() {
		if err := publishing.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = publishing.Wait()
	})
	orphans := w.parquet(t)
	if len(orphans) <= len(before) {
		t.Fatal("it was killed before it had written a file")
	}
	if v := w.version(t); v != 1 {
		t.Errorf("the lake says %d", v)
	}
	w.published(t, Done{Written: 2, Unchanged: 3})
	w.equal(t)
	// Its files are of nobody. They go once they are old, and nobody else's do.
	if n := len(w.parquet(t)); n <= len(orphans) {
		t.Errorf("%d files, after the kill %d: what is young must stay", n, len(orphans))
	}
	w.age(t)
	w.published(t, Done{Unchanged: 5})
	w.equal(t)
	for path := range w.parquet(t) {
		_, old := before[path]
		if _, orphan := orphans[path]; orphan && !old {
			t.Errorf("%s is still there", path)
		}
	}
}

func TestPostgresThatStopsBeforeTheCommitIsCaughtUp(t *testing.T) {
	w := newWorld(t)
	w.published(t, Done{Written: 5})
	w.marts(t, 2)
	var failed error
	done := make(chan struct{})
	w.held(t, 1, func() {
		go func() {
			defer close(done)
			_, failed = w.publish(t.Context(), now)
		}()
	}, func() { w.postgres.Stop(t) })
	<-done
	if failed == nil {
		t.Fatal("it said that it had published")
	}
	if _, err := w.publish(t.Context(), now); err == nil || !strings.Contains(err.Error(), "open the lake") {
		t.Errorf("with the catalogue down: %v", err)
	}
	w.postgres.Start(t)
	if v := w.version(t); v != 1 {
		t.Errorf("the lake says %d", v)
	}
	w.published(t, Done{Written: 2, Unchanged: 3})
	w.equal(t)
}

// both publishes two worlds into one lake at once, each from a session of its own.
func both(t *testing.T, a, b *world) (errA, errB error) {
	t.Helper()
	var g errgroup.Group
	a.held(t, 2, func() {
		g.Go(func() error { _, errA = a.publish(t.Context(), now); return nil })
		g.Go(func() error { _, errB = b.publish(t.Context(), now); return nil })
	}, func() {})
	_ = g.Wait()
	return errA, errB
}

func TestOfTwoPublicationsAtOnceOneIsInConflict(t *testing.T) {
	for _, is := range []string{"the first of the programme", "a later one"} {
		t.Run(is, func(t *testing.T) {
			a := newWorld(t)
			a.place.Programme = "south" // so that there is a catalogue
			a.published(t, Done{Written: 5})
			if is == "the first of the programme" {
				a.place.Programme = "north"
			}
			b := *a
			b.file = filepath.Join(t.TempDir(), "other.duckdb")
			a.marts(t, 2)
			b.marts(t, 3)
			errA, errB := both(t, a, &b)
			winner, loser, err := a, &b, errB
			if errA != nil {
				winner, loser, err = &b, a, errA
			}
			if err == nil || errA != nil && errB != nil || !strings.Contains(err.Error(), "onflict") {
				t.Fatalf("%v; %v", errA, errB)
			}
			winner.equal(t)
			loser.published(t, Done{Written: 2, Unchanged: 3})
			loser.equal(t)
		})
	}
}

// TestTwoPublicationsThatOnlyAddRowsAreInConflict has two whose changes DuckLake itself would both take.
func TestTwoPublicationsThatOnlyAddRowsAreInConflict(t *testing.T) {
	all := tables
	defer func() { tables = all }()
	tables = all[:1]
	a := newWorld(t)
	a.published(t, Done{Written: 4})
	b := *a
	b.file, a.april, b.april = filepath.Join(t.TempDir(), "other.duckdb"), 1, 2
	a.marts(t, 1)
	b.marts(t, 1)
	errA, errB := both(t, a, &b)
	if (errA == nil) == (errB == nil) {
		t.Fatalf("%v; %v", errA, errB)
	}
	if errA == nil {
		a.equal(t)
	} else {
		b.equal(t)
	}
}

func TestTwoProgrammesPublishIntoOneLakeAtOnce(t *testing.T) {
	a := newWorld(t)
	a.published(t, Done{Written: 5})
	b := *a
	b.file, b.place.Programme = filepath.Join(t.TempDir(), "other.duckdb"), "south"
	a.marts(t, 2)
	b.marts(t, 3)
	if errA, errB := both(t, a, &b); errA != nil || errB != nil {
		t.Fatalf("%v; %v", errA, errB)
	}
	a.equal(t)
	b.equal(t)
}

func TestAReaderInATransactionSeesNoTornPublication(t *testing.T) {
	w := newWorld(t)
	w.published(t, Done{Written: 5})
	var ended atomic.Bool
	readings, seen := 0, map[int]bool{}
	var g errgroup.Group
	s := w.reader(t)
	g.Go(func() error {
		for ; !ended.Load() || readings < 20; readings++ {
			var state, payables, rows int
			err := s.Transaction(t.Context(), func(ctx context.Context) error {
				if err := s.Row(ctx, "select version from lake.north.state", []any{&state}); err != nil {
					return err
				}
				return s.Row(ctx, "select max(version), count(*) from lake.north.payables", []any{&payables, &rows})
			})
			if err != nil {
				return err
			}
			if state != payables || rows != 3001 {
				return fmt.Errorf("reading %d: state %d, payables %d, %d rows", readings, state, payables, rows)
			}
			seen[state] = true
		}
		return nil
	})
	for version := 2; version <= 11; version++ {
		w.marts(t, version)
		w.published(t, Done{Written: 2, Unchanged: 3})
	}
	ended.Store(true)
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	t.Logf("%d readings saw %d publications", readings, len(seen))
	if len(seen) < 2 {
		t.Error("the reader saw only one publication, and proves nothing")
	}
}
