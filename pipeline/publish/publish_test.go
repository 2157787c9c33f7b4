package publish_test

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tranche/pipeline/files"
	"tranche/pipeline/publish"
)

// place is a folder in which things are published.
type place struct {
	dir    string
	target publish.Target
}

func newPlace(t *testing.T) place {
	t.Helper()
	dir := t.TempDir()
	p := place{dir: dir, target: publish.Target{
		Database:   filepath.Join(dir, "published.duckdb"),
		Statements: filepath.Join(dir, "statements"),
		Replaced:   filepath.Join(dir, "previous"),
		Keep:       3,
	}}
	if err := os.Mkdir(p.target.Statements, 0o700); err != nil {
		t.Fatal(err)
	}
	return p
}

// made is a publication of a database and of months, each with the bytes of its files.
func (p place) made(t *testing.T, runID string, months map[string]map[string]string) publish.Publication {
	t.Helper()
	aside := filepath.Join(p.dir, "aside")
	if err := errors.Join(os.RemoveAll(aside), os.Mkdir(aside, 0o700)); err != nil {
		t.Fatal(err)
	}
	out := publish.Publication{RunID: runID, At: time.Unix(0, 0), Database: filepath.Join(aside, "new.duckdb")}
	if err := os.WriteFile(out.Database, []byte(runID), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, workbooks := range months {
		m, err := publish.OpenMonth(publish.MonthFolder{
			Name:   name,
			Folder: filepath.Join(p.target.Statements, name),
			Aside:  filepath.Join(aside, name),
		})
		if err != nil {
			t.Fatal(err)
		}
		for file, text := range workbooks {
			if err := m.Put(file, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Wait(); err != nil {
			t.Fatal(err)
		}
		out.Months = append(out.Months, m)
	}
	return out
}

// second changes a workbook, removes one, adds one and begins a month.
func (p place) second(t *testing.T) publish.Publication {
	return p.made(t, "second", map[string]map[string]string{
		"2024-01": {"a.xlsx": "changed", "c.xlsx": "new"},
		"2024-02": {"a.xlsx": "new"},
	})
}

// first publishes the first time.
func (p place) first(t *testing.T) map[string]string {
	t.Helper()
	months := map[string]map[string]string{"2024-01": {"a.xlsx": "one", "b.xlsx": "two"}}
	done, err := publish.Publish(p.target, p.made(t, "first", months))
	if err != nil || done.Written != 2 {
		t.Fatal(done, err)
	}
	return p.seen(t)
}

// seen is every file that people look at, with its bytes.
func (p place) seen(t *testing.T) map[string]string {
	t.Helper()
	seen := map[string]string{}
	read := func(path string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		seen[path] = string(data)
	}
	read(p.target.Database)
	err := filepath.WalkDir(p.target.Statements, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			read(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

// disturbed publishes a second time, with something happening at the nth act on the disk, and says whether there was
// such an act.
func (p place) disturbed(t *testing.T, n int, happens func() error) (happened bool, err error) {
	t.Helper()
	second, acts := p.second(t), 0
	files.Fault = func(string, string) error {
		if acts++; acts == n {
			happened = true
			return happens()
		}
		return nil
	}
	defer func() {
		files.Fault = nil
		if stopped := recover(); stopped != nil {
			err = errors.New("stopped")
		}
	}()
	_, err = publish.Publish(p.target, second)
	return happened, err
}

func TestAPublicationThatFailsAtAnyMomentIsTakenBack(t *testing.T) {
	for n := 1; ; n++ {
		p := newPlace(t)
		before := p.first(t)
		happened, err := p.disturbed(t, n, func() error { return errors.New("the disk says no") })
		if !happened {
			if n < 15 || err != nil {
				t.Errorf("it ends after %d acts: %v", n, err)
			}
			return
		}
		if seen := p.seen(t); err != nil && !maps.Equal(seen, before) {
			t.Errorf("after a fault at act %d (%v) people see %v", n, err, seen)
		}
	}
}

func TestAPublicationThatIsStoppedAtAnyMomentIsTakenBackByTheNextCommand(t *testing.T) {
	for n := 1; ; n++ {
		p := newPlace(t)
		before := p.first(t)
		happened, _ := p.disturbed(t, n, func() error { panic("killed") })
		after := p.seen(t)
		if !happened {
			if run, err := publish.TakeBackUnfinished(p.target); run != "" || err != nil {
				t.Errorf("a finished one is taken back: %s (%v)", run, err)
			}
			return
		}
		unfinished, err := publish.Unfinished(p.target)
		if err != nil {
			t.Fatal(err)
		}
		if run, err := publish.TakeBackUnfinished(p.target); run != unfinished || err != nil {
			t.Errorf("after a stop at act %d %q is taken back (%v), and %q was unfinished", n, run, err, unfinished)
		}
		if unfinished == "" && !maps.Equal(after, before) { // it was stopped as soon as it had finished
			if run, err := publish.Rollback(p.target, 0); run != "second" || err != nil {
				t.Errorf("after a stop at act %d %q is taken back (%v)", n, run, err)
			}
		}
		if seen := p.seen(t); !maps.Equal(seen, before) {
			t.Errorf("after a stop at act %d people see %v", n, seen)
		}
	}
}

func TestARollbackPutsBackWhatStoodBeforeAndRefusesToCrossADecision(t *testing.T) {
	p := newPlace(t)
	before := p.first(t)
	done, err := publish.Publish(p.target, p.second(t))
	if err != nil || done != (publish.Done{Written: 3, Removed: 1}) {
		t.Fatal(done, err)
	}
	if _, err := publish.Rollback(p.target, 1); !errors.Is(err, publish.ErrDecided) {
		t.Errorf("across a decision it says %v", err)
	}
	if run, err := publish.Rollback(p.target, 0); run != "second" || err != nil {
		t.Errorf("it takes back %q (%v)", run, err)
	}
	if seen := p.seen(t); !maps.Equal(seen, before) {
		t.Errorf("people see %v", seen)
	}
	if _, err := publish.Rollback(p.target, 0); !errors.Is(err, publish.ErrNothingBefore) {
		t.Errorf("before the first it says %v", err)
	}
}
