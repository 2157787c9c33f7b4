package landing

import (
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

var now = time.Date(2024, 9, 1, 2, 0, 0, 0, time.UTC)

// place is an inbox and a landing folder.
type place struct{ inbox, landing string }

func newPlace(t *testing.T) place {
	t.Helper()
	p := place{filepath.Join(t.TempDir(), "inbox"), filepath.Join(t.TempDir(), "landing")}
	if err := os.MkdirAll(p.inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p place) drop(t *testing.T, name, text string, age time.Duration) {
	t.Helper()
	path := filepath.Join(p.inbox, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
		t.Fatal(err)
	}
}

func (p place) options() Options {
	o := Options{Inbox: p.inbox, Landing: p.landing, Settle: time.Minute, Now: now}
	o.Feeds = func(name, _ string) []string {
		if name == "stranger.csv" {
			return nil
		}
		if name == "torn.csv" {
			return []string{"a", "b"}
		}
		return []string{"a"}
	}
	return o
}

// fates lands what is there and says what became of each file.
func (p place) fates(t *testing.T, o Options) map[string]Fate {
	t.Helper()
	list, err := Land(o)
	if err != nil {
		t.Fatal(err)
	}
	fates := map[string]Fate{}
	for _, a := range list {
		fates[a.Source] = a.Fate
	}
	return fates
}

func (p place) want(t *testing.T, got map[string]Fate, want map[string]Fate) {
	t.Helper()
	for name, fate := range want {
		if got[name] != fate {
			t.Errorf("%s: %q, it should be %q", name, got[name], fate)
		}
		_, err := os.Lstat(filepath.Join(p.inbox, name))
		if gone := fate == Landed || fate == Repeated || fate == Renamed; gone != os.IsNotExist(err) {
			t.Errorf("%s: gone from the inbox %v, it should be %v", name, os.IsNotExist(err), gone)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v were seen, %v should be", got, want)
	}
}

func TestWhatIsTakenIsLeftForNobody(t *testing.T) {
	for fate, want := range map[Fate][2]bool{Landed: {true, false}, Repeated: {true, false}, Renamed: {true, false},
		Growing: {false, false},
		Unknown: {false, true}, Refused: {false, true}} {
		if got := [2]bool{fate.Taken(), fate.Waits()}; got != want {
			t.Errorf("%s: taken, waits %v, it should be %v", fate, got, want)
		}
	}
}

func TestAFileIsTakenWhenItHoldsStill(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "old.csv", "a", time.Hour)
	p.drop(t, "growing.csv", "b", time.Second)
	p.drop(t, ".hidden.csv", "c", time.Hour)
	p.want(t, p.fates(t, p.options()), map[string]Fate{"old.csv": Landed, "growing.csv": Growing})
}

func TestAFileIsTakenWhenItsMarkerLiesBesideIt(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "new.csv", "a", 0)
	p.drop(t, "new.csv.ready", "", 0)
	p.drop(t, "unmarked.csv", "b", time.Hour)
	o := p.options()
	o.ReadyMarker = ".ready"
	p.want(t, p.fates(t, o), map[string]Fate{"new.csv": Landed, "unmarked.csv": Growing})
	if _, err := os.Stat(filepath.Join(p.inbox, "new.csv.ready")); err == nil {
		t.Error("the marker was left behind")
	}
}

func TestTheSameBytesUnderAnyNameAreNoNews(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "first.csv", "same", 3*time.Hour)
	p.drop(t, "second.csv", "same", 2*time.Hour)
	p.want(t, p.fates(t, p.options()), map[string]Fate{"first.csv": Landed, "second.csv": Repeated})
	p.drop(t, "third.csv", "same", time.Hour)
	p.want(t, p.fates(t, p.options()), map[string]Fate{"third.csv": Repeated})
	list, err := List(p.landing)
	if err != nil || len(list) != 1 || list[0].Name != "first.csv" || list[0].Sequence != 1 {
		t.Errorf("%+v %v", list, err)
	}
}

func TestOnlyPlainFilesThatAFeedKnowsAreTaken(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "stranger.csv", "a", time.Hour)
	p.drop(t, "torn.csv", "b", time.Hour)
	p.drop(t, "twin.csv", "c", time.Hour)
	for _, err := range []error{
		os.Symlink("/etc/passwd", filepath.Join(p.inbox, "link.csv")),
		os.Link(filepath.Join(p.inbox, "twin.csv"), filepath.Join(p.inbox, "twin2.csv")),
		syscall.Mkfifo(filepath.Join(p.inbox, "pipe.csv"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	p.want(t, p.fates(t, p.options()), map[string]Fate{
		"stranger.csv": Unknown, "torn.csv": Unknown, "link.csv": Refused, "twin.csv": Refused,
		"twin2.csv": Refused, "pipe.csv": Refused})
}

func TestAFileWhoseNameCannotBeShownIsLeftWhereItIs(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a\x1b[2J.csv", "a", time.Hour)
	p.drop(t, "b\nc.csv", "b", time.Hour)
	p.drop(t, "d\xff.csv", "d", time.Hour)
	p.drop(t, "e\uFFFF.csv", "e", time.Hour)
	p.drop(t, "é株.csv", "f", time.Hour)
	got := p.fates(t, p.options())
	for _, name := range []string{`a\x1b[2J.csv`, `b\nc.csv`, `d\xff.csv`, `e\uffff.csv`} {
		if got[name] != Refused {
			t.Errorf("%s: %q, it should be %q", name, got[name], Refused)
		}
	}
	if left, err := os.ReadDir(p.inbox); err != nil || len(left) != 4 || got["é株.csv"] != Landed {
		t.Errorf("%v are left, %v %v", left, got, err)
	}
}

func TestAFileThatLandedAndIsStillInTheInboxIsNoNews(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a.csv", "a", time.Hour)
	p.fates(t, p.options())
	// As if the run had been stopped before it took the file away.
	p.drop(t, "a.csv", "a", time.Hour)
	p.want(t, p.fates(t, p.options()), map[string]Fate{"a.csv": Repeated})
}

func TestFilesLandInTheOrderOfTheirTimesThenNames(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a.csv", "newest", time.Hour)
	p.drop(t, "c.csv", "old c", 2*time.Hour)
	p.drop(t, "b.csv", "old b", 2*time.Hour)
	p.fates(t, p.options())
	list, err := List(p.landing)
	if err != nil || len(list) != 3 || list[0].Name != "b.csv" || list[1].Name != "c.csv" || list[2].Name != "a.csv" {
		t.Errorf("%+v %v", list, err)
	}
}

func TestAnInterruptedLandingGoesOnWithTheSameNumber(t *testing.T) {
	p := newPlace(t)
	p.drop(t, "a.csv", "a", time.Hour)
	p.fates(t, p.options())
	list, err := List(p.landing)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	// As if the run had been stopped between sidecar and bytes.
	if err := os.Remove(list[0].Path(p.landing)); err != nil {
		t.Fatal(err)
	}
	p.drop(t, "a.csv", "a", time.Hour)
	p.drop(t, "0.csv", "earlier in the alphabet and in time", 2*time.Hour)
	p.fates(t, p.options())
	again, err := List(p.landing)
	if err != nil || len(again) != 2 || again[0].Name != "a.csv" || again[0].Sequence != 1 || again[1].Sequence != 2 {
		t.Errorf("%+v %v", again, err)
	}
	data, err := os.ReadFile(again[0].sidecar(p.landing))
	if err != nil || !json.Valid(data) {
		t.Error(string(data), err)
	}
}
