package pipeline_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
)

func TestBrokenByAStoreThatIsDamaged(t *testing.T) {
	long(t)
	t.Parallel()
	damage := map[string]func(path string) error{
		"emptied":                 func(path string) error { return os.Truncate(path, 0) },
		"cut in half":             func(path string) error { return halve(path) },
		"its head gone":           func(path string) error { return scribble(path, 0) },
		"overwritten at a third":  func(path string) error { return scribble(path, 0.3) },
		"overwritten at its half": func(path string) error { return scribble(path, 0.5) },
		"overwritten at its end":  func(path string) error { return scribble(path, 0.8) },
		"a text":                  func(path string) error { return os.WriteFile(path, []byte("no database\n"), 0o600) },
		"gone":                    os.Remove,
		"beside a log": func(path string) error {
			log := strings.Repeat("this is no log\n", 1000)
			return os.WriteFile(path+".wal", []byte(log), 0o600)
		},
	}
	for _, what := range slices.Sorted(maps.Keys(damage)) {
		b := newBroken(t, t.TempDir())
		if err := damage[what](b.config.Folders.Store()); err != nil {
			t.Fatal(err)
		}
		if said, code := b.childSays(t); code != 0 {
			t.Errorf("a store %s: the run ends with %d: %s", what, code, said)
		} else if got := withoutTimes(b.all(t)); !slices.Equal(got, b.after) {
			t.Errorf("a store %s: the run comes to something else: %s", what, firstDifference(got, b.after))
		}
	}
}

func halve(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.Truncate(path, info.Size()/2)
}

// scribble overwrites four kilobytes at a part of a file.
func scribble(path string, at float64) error { //nolint // a place, and no money
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	// Of different words: DuckDB's checksum does not see equal ones, which cancel each other out.
	damage := make([]byte, 4096)
	if _, err := rand.Read(damage); err != nil {
		return err
	}
	_, err = f.WriteAt(damage, int64(float64(info.Size())*at))
	return err
}

func TestBrokenByAStoreBesideTheLogOfAnother(t *testing.T) {
	long(t)
	t.Parallel()
	b := newBroken(t, t.TempDir())
	other := newBroken(t, t.TempDir())
	if !other.killedAfter(t, "land", 0) {
		t.Fatal("the run went on to its end")
	}
	log, err := os.ReadFile(other.config.Folders.Store() + ".wal")
	if err != nil {
		log, err = []byte{1}, nil // it left none
	}
	if err := os.WriteFile(b.config.Folders.Store()+".wal", log, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, code := b.childSays(t); code != 0 {
		t.Errorf("the run ends with %d: %s", code, said)
	}
	b.goesOn(t, "beside another's log")
}

func TestBrokenByReadersOfThePublishedFile(t *testing.T) {
	long(t)
	t.Parallel()
	b := newBroken(t, t.TempDir())
	reader, err := pipeline.OpenPublished(t.Context(), b.config)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	var rows int64
	if err := reader.Row(t.Context(), "select count(*) from mart.statement_lines", []any{&rows}); err != nil {
		t.Fatal(err)
	}
	b.goesOn(t, "held open")
	var again int64
	err = reader.Row(t.Context(), "select count(*) from mart.money_entries where entry_id = 'E-9'", []any{&again})
	if err != nil || again != 0 {
		t.Errorf("who had it open sees %d of the new entry (%v), and should see the file that it opened", again, err)
	}
	if err := scribble(b.config.Folders.Published(), 0.2); err != nil {
		t.Fatal(err)
	}
	b.goesOn(t, "damaged by a reader")
}

func TestBrokenByTwoRunsAtOnce(t *testing.T) {
	long(t)
	t.Parallel()
	b := newBroken(t, t.TempDir())
	first, said := b.begun(t)
	for said.Scan() && said.Text() != "land" {
	}
	_, err := pipeline.Run(t.Context(), b.options())
	if !errors.Is(err, pipeline.ErrLocked) ||
		!strings.Contains(err.Error(), fmt.Sprintf("process %d", first.Process.Pid)) {
		t.Errorf("the second says %v", err)
	}
	// Somebody takes it for a leftover.
	if err := os.Remove(filepath.Join(b.config.Folders.State, "lock")); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Run(t.Context(), b.options()); !errors.Is(err, pipeline.ErrLocked) {
		t.Errorf("without its signature the lock holds nobody: %v", err)
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	b.goesOn(t, "after the first was killed")
}

func TestBrokenByTooLittleMemory(t *testing.T) {
	long(t)
	t.Parallel()
	b := newBroken(t, t.TempDir())
	good := b.config
	small := *good
	small.Database = config.Database{MemoryLimit: "3MB", Threads: 1}
	b.world.config = &small
	_, err := pipeline.Run(t.Context(), b.options())
	b.world.config = good
	if err == nil || !strings.Contains(err.Error(), "memory") {
		t.Errorf("the run says %v", err)
	}
	b.stands(t, "with three megabytes")
	b.goesOn(t, "with enough again")
}

func TestBrokenByAClockThatJumps(t *testing.T) {
	long(t)
	t.Parallel()
	b := newBroken(t, t.TempDir())
	for _, jump := range []time.Duration{-24 * time.Hour, 31 * 24 * time.Hour, 0} {
		o := b.options()
		o.Now = now.Add(jump)
		if _, err := pipeline.Run(t.Context(), o); err != nil {
			t.Errorf("the clock off by %s: %v", jump, err)
		}
	}
	b.goesOn(t, "right again")
}

func TestBrokenByWhatLiesInTheInbox(t *testing.T) {
	long(t)
	t.Parallel()
	b := newBroken(t, t.TempDir())
	inbox := b.config.Folders.Inbox
	elsewhere := filepath.Join(b.dir, "elsewhere")
	if err := errors.Join(
		syscall.Mkfifo(filepath.Join(inbox, "entries_fifo.csv"), 0o600),
		os.Symlink("/etc/passwd", filepath.Join(inbox, "entries_link.csv")),
		os.WriteFile(elsewhere, []byte(tomorrow), 0o600),
		os.Link(elsewhere, filepath.Join(inbox, "entries_two.csv")),
	); err != nil {
		t.Fatal(err)
	}
	s, err := pipeline.Run(t.Context(), b.options())
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for _, a := range s.Arrivals {
		if !a.Fate.Taken() {
			left[a.Source] = true
		}
	}
	for _, name := range []string{"entries_fifo.csv", "entries_link.csv", "entries_two.csv"} {
		if !left[name] {
			t.Errorf("%s is not said to be left: %v", name, s.Arrivals)
		}
		if err := os.Remove(filepath.Join(inbox, name)); err != nil {
			t.Error(err)
		}
	}
	b.goesOn(t, "without them")
}

func TestBrokenByManyFilesAtOnce(t *testing.T) {
	long(t)
	t.Parallel()
	n := some(10_000, 150)
	b := newBroken(t, t.TempDir())
	for i := range n {
		text := "id,partner,date,kind,amount,points,reason,by\n" +
			"M-%d,P1001,2024-08-22,money_adjustment,0.01,,One of many,K. Lindqvist\n"
		b.drop(t, fmt.Sprintf("entries_many_%05d.csv", i), fmt.Sprintf(text, i))
	}
	if _, err := pipeline.Run(t.Context(), b.options()); err != nil {
		t.Fatal(err)
	}
	got := b.rows(t, "select count(*), sum(amount) from mart.money_entries where entry_id like 'M-%'")
	if want := []string{fmt.Sprint(n), fmt.Sprintf("%d.%02d", n/100, n%100)}; !slices.Equal(got[0], want) {
		t.Errorf("of %d files came %v", n, got[0])
	}
}

func TestBrokenByAConfigurationThatChangesInTheMiddle(t *testing.T) {
	long(t)
	t.Parallel()
	b := newBroken(t, t.TempDir())
	path := filepath.Join(b.dir, "config.yaml")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cmd, said := b.begun(t)
	for said.Scan() {
		if said.Text() == "load" {
			if err := os.WriteFile(path, []byte("vendor: Somebody else\n"), 0o600); err != nil {
				t.Error(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if got := withoutTimes(b.all(t)); !slices.Equal(got, b.after) {
		t.Errorf("the run has mixed two configurations: %s", firstDifference(got, b.after))
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	b.goesOn(t, "with the old one again")
}

func TestARunThatIsStoppedEndsCleanly(t *testing.T) {
	long(t)
	t.Parallel()
	b := newBroken(t, t.TempDir())
	for _, stage := range []string{"land", "load", "transform", "check"} {
		ctx, stop := context.WithCancel(t.Context())
		o := b.options()
		o.Stage = func(s pipeline.Stage) {
			if s.Name == stage {
				stop()
			}
		}
		_, err := pipeline.Run(ctx, o)
		stop()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("stopped after %s it says %v", stage, err)
		}
		b.stands(t, "stopped after "+stage)
	}
	b.goesOn(t, "after the stops")
}

func TestNobodyElseMayWriteTheConfigurationOrReadWhatIsOurs(t *testing.T) {
	t.Parallel()
	b := newBroken(t, t.TempDir())
	f := b.config.Folders
	for _, dir := range []string{f.State, f.Landing, f.Statements} { // as whoever unpacks a backup leaves them
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b.goesOn(t, "as it is")
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == b.dir || strings.HasPrefix(path, b.config.Folders.Inbox) {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm()
		if path == b.config.Folders.Published() && mode != 0o640 || path != b.config.Folders.Published() && mode&0o077 != 0 {
			if !strings.HasSuffix(path, filepath.Join("published.duckdb")) || mode != 0o640 {
				t.Errorf("%s is %v", path, mode)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for n, path := range []string{filepath.Join(b.dir, "config.yaml"), b.dir} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, info.Mode().Perm()|[]os.FileMode{0o020, 0o002}[n]); err != nil {
			t.Fatal(err)
		}
		if _, err := pipeline.Run(t.Context(), b.options()); !errors.Is(err, pipeline.ErrAnybody) ||
			!strings.Contains(err.Error(), "chmod go-w "+path) {
			t.Errorf("where others may write %s: %v", path, err)
		}
		if err := os.Chmod(path, info.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
}
