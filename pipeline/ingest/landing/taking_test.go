package landing

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"tranche/pipeline/files"
)

func TestWhatASenderStillWritesDoesNotReachTheLandedBytes(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a.csv", "whole", time.Hour)
	open, err := os.OpenFile(filepath.Join(p.inbox, "a.csv"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	p.want(t, p.fates(t, p.options()), map[string]Fate{"a.csv": Landed})
	if _, err := open.WriteString(" and more"); err != nil {
		t.Fatal(err)
	}
	list, err := List(p.landing)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	sum, err := files.Hash(list[0].Path(p.landing))
	if err != nil || sum != list[0].SHA256 {
		t.Errorf("the landed bytes have the hash %s, they should have %s (%v)", sum, list[0].SHA256, err)
	}
	info, err := os.Stat(list[0].Path(p.landing))
	if err != nil || info.Mode().Perm() != 0o400 || info.Size() != list[0].Size {
		t.Errorf("%v %v", info, err)
	}
}

func TestAFileThatChangesAfterItWasReadIsLeft(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a.csv", "first", time.Hour)
	root, info := p.seen(t, "a.csv")
	p.drop(t, "a.csv", "other", time.Minute)
	l := lander{Options: p.options(), root: root}
	gone, err := l.remove(candidate{Arrival: Arrival{Source: "a.csv"}, info: info})
	if err != nil || gone {
		t.Errorf("it is gone %v, %v", gone, err)
	}
	if _, err := os.Stat(filepath.Join(p.inbox, "a.csv")); err != nil {
		t.Error(err)
	}
}

func TestWhatAnInterruptedCopyLeftIsWrittenAnew(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a.csv", "a", time.Hour)
	if err := os.MkdirAll(p.landing, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"incoming.part", "0123.csv.part"} {
		if err := os.WriteFile(filepath.Join(p.landing, name), []byte("half of something longer"), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(t, p)
	p.want(t, p.fates(t, p.options()), map[string]Fate{"a.csv": Landed})
	if left, _ := filepath.Glob(filepath.Join(p.landing, "*.part")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// asNobody takes from the test, and from its thread only, the right of root to
// read and write whatever it likes; the place stays its own.
func asNobody(t *testing.T, p place) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	const nobody = 65534
	for _, top := range []string{filepath.Dir(p.inbox), filepath.Dir(p.landing)} {
		if err := os.Chmod(filepath.Dir(top), 0o755); err != nil {
			t.Fatal(err)
		}
		err := filepath.Walk(top, func(path string, info os.FileInfo, err error) error {
			if err != nil || info.Mode()&os.ModeSymlink != 0 {
				return err
			}
			return os.Chown(path, nobody, nobody)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	lockThread(t)
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
}

// lockThread keeps the test on its thread, which ends with it.
func lockThread(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	t.Cleanup(func() {
		if err := syscall.Setfsuid(0); err != nil {
			t.Error(err)
		}
		runtime.UnlockOSThread()
	})
}

func TestWhatCannotBeReadIsToldAndEverythingElseLands(t *testing.T) {
	p := newPlace(t)
	for _, dir := range []string{"shut", "dark"} {
		if err := os.Mkdir(filepath.Join(p.inbox, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	p.drop(t, "a.csv", "a", time.Hour)
	p.drop(t, "closed.csv", "b", 2*time.Hour)
	p.drop(t, "shut/c.csv", "c", time.Hour)
	p.drop(t, "dark/d.csv", "d", time.Hour)
	asNobody(t, p)
	for name, mode := range map[string]os.FileMode{"closed.csv": 0, "shut": 0, "dark": 0o600} {
		path := filepath.Join(p.inbox, name)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(path, 0o700) //nolint:errcheck // so that it can be removed
	}
	list, err := Land(p.options())
	if err != nil {
		t.Fatal(err)
	}
	fates := map[string]Fate{}
	for _, a := range list {
		fates[a.Source] = a.Fate
		if a.Fate == Refused && !strings.Contains(a.Detail, "it cannot be read (permission denied)") {
			t.Errorf("%s: %s", a.Source, a.Detail)
		}
	}
	want := map[string]Fate{"a.csv": Landed, "closed.csv": Refused, "shut": Refused, "dark": Refused}
	if !maps.Equal(fates, want) {
		t.Errorf("%v, it should be %v", fates, want)
	}
}

func TestAStaleMarkerLetsNothingIn(t *testing.T) {
	p := newPlace(t)
	o := p.options()
	o.ReadyMarker = ".ready"
	p.drop(t, "a.csv.ready", "", time.Hour)
	p.drop(t, "a.csv", "half", time.Minute)
	p.want(t, p.fates(t, o), map[string]Fate{"a.csv": Refused})
	p.drop(t, "a.csv", "whole", time.Minute)
	p.drop(t, "a.csv.ready", "", time.Minute)
	p.want(t, p.fates(t, o), map[string]Fate{"a.csv": Landed})
}

func TestAMarkerIsTakenAwayBeforeItsFile(t *testing.T) {
	p := newPlace(t)
	o := p.options()
	o.ReadyMarker = ".ready"
	p.drop(t, "a.csv", "a", time.Hour)
	p.drop(t, "a.csv.ready", "", time.Hour)
	// As if the run had been stopped at every step between the sidecar and the end.
	root, info := p.seen(t, "a.csv")
	sum, err := files.Hash(filepath.Join(p.inbox, "a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	l := lander{Options: o, root: root, last: 4}
	if err := o.tidy(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.sidecar(sum, candidate{Arrival: Arrival{Source: "a.csv"}, info: info}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(p.inbox, "a.csv.ready")); err != nil {
		t.Fatal(err)
	}
	p.want(t, p.fates(t, o), map[string]Fate{"a.csv": Landed})
	p.drop(t, "a.csv", "a", time.Hour)
	p.want(t, p.fates(t, o), map[string]Fate{"a.csv": Repeated})
	// The same name, the next day, is another file.
	p.drop(t, "a.csv", "a", time.Minute)
	p.want(t, p.fates(t, o), map[string]Fate{"a.csv": Growing})
	list, err := List(p.landing)
	if err != nil || len(list) != 1 || list[0].Sequence != 5 {
		t.Errorf("%+v %v", list, err)
	}
}

func TestAFileFromTheFutureWaitsForAPerson(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a.csv", "a", -24*time.Hour)
	p.drop(t, "b.csv", "b", -time.Second)
	list, err := Land(p.options())
	if err != nil || len(list) != 2 || list[0].Fate != Growing || list[1].Fate != Refused {
		t.Fatal(list, err)
	}
	if want := "its time, 2024-09-02 02:00 UTC, lies in the future"; !strings.Contains(list[1].Detail, want) {
		t.Errorf("%q lacks %q", list[1].Detail, want)
	}
}

func TestBytesThatLandedUnderAWrongNameAreReadUnderTheRightOne(t *testing.T) {
	p := newPlace(t)
	zipped := "\x1f\x8b and more"
	p.drop(t, "old.csv", "a", 2*time.Hour)
	p.drop(t, "zipped.csv", zipped, time.Hour)
	p.drop(t, "plain.csv.gz", "b", time.Hour)
	p.fates(t, p.options())
	o := p.options()
	o.Feeds = func(name, _ string) []string { // the glob was mended since
		if name == "old.csv" {
			return nil
		}
		return []string{"a"}
	}
	p.drop(t, "new.csv", "a", time.Hour)
	p.drop(t, "zipped.csv.gz", zipped, time.Minute)
	p.drop(t, "plain.csv", "b", time.Minute)
	p.want(t, p.fates(t, o), map[string]Fate{"new.csv": Renamed, "zipped.csv.gz": Renamed, "plain.csv": Renamed})
	list, err := List(p.landing)
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	for i, name := range []string{"new.csv", "plain.csv", "zipped.csv.gz"} {
		if list[i].Name != name || list[i].Sequence != int64(i+1) {
			t.Errorf("%d is %s, it should be %s", list[i].Sequence, list[i].Name, name)
		}
		if sum, err := files.Hash(list[i].Path(p.landing)); err != nil || sum != list[i].SHA256 {
			t.Error(sum, err)
		}
	}
	if paths, _ := filepath.Glob(filepath.Join(p.landing, "*.csv*")); len(paths) != 3 {
		t.Errorf("%v", paths)
	}
	// Once the name is right, no other takes its place.
	p.drop(t, "other.csv", "a", time.Minute)
	p.drop(t, "zipped.csv", zipped, time.Minute)
	p.want(t, p.fates(t, o), map[string]Fate{"other.csv": Repeated, "zipped.csv": Repeated})
}

func TestBytesThatLandedForAnotherFeedSaySo(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a_1.csv", "a", time.Hour)
	o := p.options()
	o.Feeds = func(name, _ string) []string { return []string{name[:1]} }
	p.fates(t, o)
	p.drop(t, "b_1.csv", "a", time.Hour)
	list, err := Land(o)
	if err != nil || len(list) != 1 || list[0].Fate != Repeated ||
		list[0].Detail != "the same bytes landed before as a_1.csv, for the feed a; "+
			"if that name was wrong, put an empty line at its end and send it again" {
		t.Error(list, err)
	}
}

// seen opens the inbox and says what stands there of a file.
func (p place) seen(t *testing.T, name string) (*os.Root, fs.FileInfo) {
	t.Helper()
	root, err := os.OpenRoot(p.inbox)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	info, err := root.Lstat(name)
	if err != nil {
		t.Fatal(err)
	}
	return root, info
}
