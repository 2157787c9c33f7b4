package landing

import (
	"archive/zip"
	"compress/gzip"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tranche/pipeline/files"
)

// details lands what is there and says why each file did not land.
func (p place) details(t *testing.T, o Options) map[string]string {
	t.Helper()
	list, err := Land(o)
	if err != nil {
		t.Fatal(err)
	}
	details := map[string]string{}
	for _, a := range list {
		details[a.Source] = string(a.Fate)
		if a.Fate == Refused {
			details[a.Source] = a.Detail
		}
	}
	return details
}

func says(t *testing.T, got map[string]string, want map[string]string) {
	t.Helper()
	for name, part := range want {
		if !strings.Contains(got[name], part) {
			t.Errorf("%s: %q lacks %q", name, got[name], part)
		}
	}
}

func TestASparseFileThatIsLargerThanItsFeedAllowsIsNotCopied(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a.csv", "a", time.Hour)
	p.drop(t, "sparse.csv", "", 2*time.Hour)
	path := filepath.Join(p.inbox, "sparse.csv")
	old := now.Add(-time.Hour)
	if err := errors.Join(os.Truncate(path, 10<<30), os.Chtimes(path, old, old)); err != nil {
		t.Fatal(err)
	}
	o := p.options()
	o.Most = func(string) int64 { return 4 << 30 }
	says(t, p.details(t, o), map[string]string{
		"sparse.csv": "it has 10 GiB, and its feed allows 4096 MiB; if it is right, raise max_bytes",
		"a.csv":      "landed",
	})
}

func TestAnArchiveThatUnpacksToMoreThanItsFeedAllowsDoesNotLand(t *testing.T) {
	p := newPlace(t)
	var packed strings.Builder
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(make([]byte, 2000)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	p.drop(t, "bomb.csv.gz", packed.String(), 3*time.Hour)
	p.drop(t, "torn.csv.gz", packed.String()[:14], 2*time.Hour)
	p.drop(t, "a.csv", "a", time.Hour)
	o := p.options()
	o.Most = func(string) int64 { return 1000 }
	says(t, p.details(t, o), map[string]string{
		"bomb.csv.gz": "it unpacks to more, and its feed allows 1000 bytes",
		"torn.csv.gz": "landed", // loading says what is wrong with it
		"a.csv":       "landed",
	})
	if left, _ := filepath.Glob(filepath.Join(p.landing, "*"+part)); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// zipped is an archive with one member of so many bytes.
func zipped(t *testing.T, name string, size int) string {
	t.Helper()
	var packed strings.Builder
	z := zip.NewWriter(&packed)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write(make([]byte, size))
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return packed.String()
}

// A workbook is a zip archive, whatever its name.
func TestAZipArchiveThatUnpacksToMoreThanItsFeedAllowsDoesNotLand(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "bomb.csv.zip", zipped(t, "a.csv", 2000), 4*time.Hour)
	p.drop(t, "bomb.xlsx", zipped(t, "xl/a.xml", 2000), 3*time.Hour)
	p.drop(t, "torn.xlsx", zipped(t, "xl/a.xml", 2001)[:60], 2*time.Hour)
	p.drop(t, "small.zip", zipped(t, "a.csv", 999), time.Hour)
	o := p.options()
	o.Most = func(string) int64 { return 1000 }
	says(t, p.details(t, o), map[string]string{
		"bomb.csv.zip": "it unpacks to more, and its feed allows 1000 bytes",
		"bomb.xlsx":    "it unpacks to more, and its feed allows 1000 bytes",
		"torn.xlsx":    "landed", // loading says what is wrong with it
		"small.zip":    "landed",
	})
}

func TestAFileThatTheDiskHasNoRoomForStaysInTheInboxAndLandsLater(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a.csv", "a", time.Hour)
	o := p.options()
	o.Reserve = 1 << 60
	says(t, p.details(t, o), map[string]string{"a.csv": "must stay free; make room, and the next run takes it"})
	p.want(t, p.fates(t, p.options()), map[string]Fate{"a.csv": Landed})
}

func TestAPipeThatTakesAFilesPlaceDoesNotStopTheLanding(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a.csv", "a", time.Hour)
	root, info := p.seen(t, "a.csv")
	path := filepath.Join(p.inbox, "a.csv")
	if err := errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600), os.MkdirAll(p.landing, 0o700)); err != nil {
		t.Fatal(err)
	}
	l := lander{Options: p.options(), root: root}
	c := candidate{Arrival: Arrival{Source: "a.csv"}, info: info}
	if err := l.land(&c); err != nil || c.Fate != Growing {
		t.Errorf("%s %s %v", c.Fate, c.Detail, err)
	}
}

func TestWhateverGoesWrongWithOneFileTheOthersLand(t *testing.T) {
	for _, act := range []string{"sync", "rename", "write"} {
		t.Run(act, func(t *testing.T) {
			p := newPlace(t)
			p.drop(t, "a.csv", "a", 3*time.Hour)
			p.drop(t, "b.csv", "b", 2*time.Hour)
			p.drop(t, "c.csv", "c", time.Hour)
			failed := false
			files.Fault = func(did, _ string) error {
				if did != act || failed {
					return nil
				}
				failed = true
				return syscall.ENOSPC
			}
			t.Cleanup(func() { files.Fault = nil })
			got := p.details(t, p.options())
			files.Fault = nil
			if !failed {
				t.Fatal("nothing failed")
			}
			says(t, got, map[string]string{"a.csv": "no space left on device", "b.csv": "landed", "c.csv": "landed"})
			p.want(t, p.fates(t, p.options()), map[string]Fate{"a.csv": Landed})
			list, err := List(p.landing)
			if err != nil || len(list) != 3 {
				t.Fatal(list, err)
			}
			seen := map[int64]bool{}
			for _, f := range list {
				seen[f.Sequence] = true
			}
			if len(seen) != 3 {
				t.Errorf("two have one number: %+v", list)
			}
		})
	}
}

func TestAFileThatCannotBeTakenOutOfTheInboxHasLandedAndTheOthersLand(t *testing.T) {
	p := newPlace(t)
	if err := os.MkdirAll(filepath.Join(p.inbox, "locked"), 0o700); err != nil {
		t.Fatal(err)
	}
	p.drop(t, "locked/a.csv", "a", 2*time.Hour)
	p.drop(t, "b.csv", "b", time.Hour)
	asNobody(t, p)
	locked := filepath.Join(p.inbox, "locked")
	if err := os.Chmod(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(locked, 0o700) //nolint:errcheck // so that it can be removed
	says(t, p.details(t, p.options()), map[string]string{
		"locked/a.csv": "it has landed, and cannot be taken out of the inbox", "b.csv": "landed"})
	if list, err := List(p.landing); err != nil || len(list) != 2 {
		t.Error(list, err)
	}
}

func TestAFolderNamedLikeAFileAndAFileThatVanishesStopNothing(t *testing.T) {
	p := newPlace(t)
	if err := os.MkdirAll(filepath.Join(p.inbox, "folder.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	p.drop(t, "gone.csv", "g", 2*time.Hour)
	p.drop(t, "b.csv", "b", time.Hour)
	o := p.options()
	feeds := o.Feeds
	o.Feeds = func(name, _ string) []string { // judging begins, and its sender takes it back
		if name == "gone.csv" {
			_ = os.Remove(filepath.Join(p.inbox, name))
		}
		return feeds(name, "")
	}
	want := map[string]Fate{"gone.csv": Growing, "b.csv": Landed}
	if got := p.fates(t, o); !maps.Equal(got, want) {
		t.Errorf("%v, it should be %v", got, want)
	}
}

func TestDroppedBytesDoNotLandAgain(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a.csv", "a", time.Hour)
	p.fates(t, p.options())
	list, err := List(p.landing)
	if err != nil {
		t.Fatal(err)
	}
	p.drop(t, "again.csv", "a", time.Hour)
	p.drop(t, "b.csv", "b", time.Minute)
	o := p.options()
	o.Dropped = map[string]string{list[0].SHA256: "these bytes were dropped"}
	says(t, p.details(t, o), map[string]string{"again.csv": "these bytes were dropped", "b.csv": "landed"})
	if !files.Exists(filepath.Join(p.inbox, "again.csv")) {
		t.Error("it was taken out of the inbox")
	}
}
