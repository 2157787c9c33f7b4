package fetch

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranche/pipeline/ingest/landing"
)

// now is the clock of every test.
var now = time.Date(2024, 9, 20, 2, 30, 0, 0, time.UTC)

// world is a folder of ours, and one of a sender.
type world struct {
	landing, there, memory string
	options                Options
}

// newWorld is a world whose one source is the sender's folder.
func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{landing: filepath.Join(dir, "landing"), there: filepath.Join(dir, "there"),
		memory: filepath.Join(dir, "sources.json")}
	if err := os.Mkdir(w.there, 0o700); err != nil {
		t.Fatal(err)
	}
	w.options = Options{Memory: w.memory, Landing: landing.Options{
		Landing: w.landing, Settle: time.Minute, Now: now,
		Feeds: func(name, _ string) []string {
			if strings.HasPrefix(name, "two") {
				return []string{"a", "b"}
			}
			return []string{"a"}
		},
		Most: func(string) int64 { return 1 << 20 },
	}}
	w.from(Folder{w.there})
	return w
}

func (w *world) from(p Place) {
	w.options.Sources = []Source{{Name: "north", Place: p, Errands: []Errand{{Feed: "a", Matches: isCSV}}}}
}

func isCSV(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".csv") }

func (w *world) errand() *Errand { return &w.options.Sources[0].Errands[0] }

// drop lays a file where the sender does.
func (w *world) drop(t *testing.T, name, text string, age time.Duration) {
	t.Helper()
	path := filepath.Join(w.there, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
		t.Fatal(err)
	}
}

// fetch fetches, and is what came of the source.
func (w *world) fetch(t *testing.T) Look {
	t.Helper()
	looks, err := Fetch(t.Context(), w.options)
	if err != nil || len(looks) != 1 {
		t.Fatal(looks, err)
	}
	return looks[0]
}

// fates wants the fate of each new file.
func (w *world) fates(t *testing.T, want map[string]landing.Fate) Look {
	t.Helper()
	l := w.fetch(t)
	got := map[string]landing.Fate{}
	for _, a := range l.Arrivals {
		got[strings.TrimPrefix(a.Source, "north/")] = a.Fate
	}
	if l.Down != "" || !maps.Equal(got, want) {
		t.Errorf("%v (down: %s), want %v: %+v", got, l.Down, want, l.Arrivals)
	}
	return l
}

func (w *world) landed(t *testing.T) (texts []string) {
	t.Helper()
	list, err := landing.List(w.landing)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		data, err := os.ReadFile(f.Path(w.landing))
		if err != nil || f.From != "north" || len(f.Origins) == 0 {
			t.Fatalf("%+v %v", f, err)
		}
		texts = append(texts, f.Name+": "+string(data))
	}
	if left, _ := filepath.Glob(filepath.Join(w.landing, "*.part")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	return texts
}

func (w *world) wantLanded(t *testing.T, want ...string) {
	t.Helper()
	if got := w.landed(t); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("landed are\n%q, want\n%q", got, want)
	}
}

type fates = map[string]landing.Fate

func TestEachVersionIsFetchedOnceInTheOrderOfItsTime(t *testing.T) {
	w := newWorld(t)
	w.drop(t, "b.csv", "1", 3*time.Hour)
	w.drop(t, "a.csv", "2", 2*time.Hour)
	w.drop(t, "notes.txt", "?", time.Hour)
	l := w.fates(t, fates{"b.csv": landing.Landed, "a.csv": landing.Landed})
	if l.Found != 2 || l.Others != 1 || l.Other[0] != "notes.txt" || l.Waits() {
		t.Errorf("%+v", l)
	}
	w.fates(t, fates{})
	w.drop(t, "b.csv", "3", time.Hour) // a correction
	w.fates(t, fates{"b.csv": landing.Landed})
	w.drop(t, "b.csv", "1", time.Hour-time.Minute) // the old bytes once more are nothing new
	w.fates(t, fates{"b.csv": landing.Repeated})
	w.fates(t, fates{})
	w.wantLanded(t, "b.csv: 1", "a.csv: 2", "b.csv: 3")
	var f landing.File
	list, _ := landing.List(w.landing)
	data, _ := os.ReadFile(filepath.Join(w.landing, list[0].SHA256+".json"))
	if err := json.Unmarshal(data, &f); err != nil || len(f.Origins) != 2 || f.Origins[0].Path != "b.csv" ||
		f.Origins[0].Version != "2024-09-19T23:30:00Z" || !f.Origins[0].FetchedAt.Equal(now) {
		t.Errorf("%s", data)
	}
}

func TestAFileThatMayStillGrowWaitsForTheNextFetch(t *testing.T) {
	w := newWorld(t)
	w.drop(t, "young.csv", "1", time.Second)
	w.drop(t, "ahead.csv", "2", -time.Hour) // the clock there is wrong
	l := w.fates(t, fates{"young.csv": landing.Growing, "ahead.csv": landing.Growing})
	if l.Waits() || !strings.Contains(l.Arrivals[1].Detail, "clock") {
		t.Errorf("%+v", l)
	}
	w.options.Landing.Now = now.Add(30 * time.Second)
	w.drop(t, "young.csv", "11", -20*time.Second) // it grew
	w.fates(t, fates{"young.csv": landing.Growing, "ahead.csv": landing.Growing})
	w.options.Landing.Now = now.Add(time.Minute)
	w.fates(t, fates{"young.csv": landing.Growing, "ahead.csv": landing.Landed})
	w.options.Landing.Now = now.Add(2 * time.Minute)
	w.fates(t, fates{"young.csv": landing.Landed})
}

func TestAMarkerSaysThatAFileIsWhole(t *testing.T) {
	w := newWorld(t)
	w.options.Landing.ReadyMarker = ".ready"
	w.drop(t, "a.csv", "1", time.Hour)
	w.drop(t, "b.csv", "2", time.Hour)
	w.drop(t, "b.csv.ready", "", 2*time.Hour)
	w.fates(t, fates{"a.csv": landing.Growing, "b.csv": landing.Growing})
	w.drop(t, "a.csv.ready", "", time.Hour)
	w.fates(t, fates{"a.csv": landing.Landed, "b.csv": landing.Growing})
}

func TestWhatCannotBeTakenIsToldAndTheOthersLand(t *testing.T) {
	w := newWorld(t)
	w.drop(t, "large.csv", strings.Repeat("x", 1<<20+1), 3*time.Hour)
	w.drop(t, "two.csv", "of two feeds", 2*time.Hour)
	w.drop(t, "a\nb.csv", "control", 2*time.Hour)
	w.drop(t, "Sales.csv", "1", time.Hour)
	w.drop(t, "sales.csv", "2", time.Hour) // another file
	l := w.fates(t, fates{"large.csv": landing.Refused, "two.csv": landing.Unknown, `a\nb.csv`: landing.Refused,
		"Sales.csv": landing.Landed, "sales.csv": landing.Landed})
	if !l.Waits() {
		t.Error("nothing waits")
	}
	w.wantLanded(t, "Sales.csv: 1", "sales.csv: 2")
}

func TestNothingIsRemovedAtTheSourceUnlessTheFeedSaysSo(t *testing.T) {
	w := newWorld(t)
	w.errand().Folder = "out"
	w.drop(t, "out/a.csv", "1", time.Hour)
	w.fates(t, fates{"out/a.csv": landing.Landed})
	w.lies(t, "out/a.csv")
	w.errand().After, w.errand().To = Move, "out/done"
	w.fates(t, fates{})
	w.lies(t, "out/done/a.csv")
	w.drop(t, "out/a.csv", "2", time.Minute)
	w.fates(t, fates{"out/a.csv": landing.Landed})
	w.lies(t, "out/done/a.20240920T022900.csv", "out/done/a.csv")
	w.errand().After, w.errand().To = Delete, ""
	w.drop(t, "out/b.csv", "3", time.Hour)
	w.drop(t, "out/large.csv", strings.Repeat("x", 1<<20+1), time.Hour)
	w.fates(t, fates{"out/b.csv": landing.Landed, "out/large.csv": landing.Refused})
	w.lies(t, "out/done/a.20240920T022900.csv", "out/done/a.csv", "out/large.csv")
}

// lies wants these files at the sender's.
func (w *world) lies(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	_ = filepath.WalkDir(w.there, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(w.there, path)
			got = append(got, name)
		}
		return err
	})
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("there are %v, want %v", got, want)
	}
}

func TestASourceThatIsDownIsToldSinceWhen(t *testing.T) {
	w := newWorld(t)
	if err := os.Rename(w.there, w.there+"-gone"); err != nil {
		t.Fatal(err)
	}
	l := w.fetch(t)
	if !strings.Contains(l.Down, "no such file") || !l.Since.Equal(now) || !l.Waits() {
		t.Errorf("%+v", l)
	}
	w.options.Landing.Now = now.Add(time.Hour)
	if l = w.fetch(t); !l.Since.Equal(now) || !Recall(w.memory)["north"].DownSince.Equal(now) {
		t.Errorf("%+v", l)
	}
	if err := os.Rename(w.there+"-gone", w.there); err != nil {
		t.Fatal(err)
	}
	if l = w.fetch(t); l.Down != "" || !Recall(w.memory)["north"].DownSince.IsZero() {
		t.Errorf("%+v", l)
	}
}

func TestTryingChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.errand().After = Delete
	w.drop(t, "a.csv", "1", time.Hour)
	looks, err := Try(t.Context(), w.options)
	if err != nil || len(looks) != 1 || looks[0].New != 1 || looks[0].Found != 1 {
		t.Fatal(looks, err)
	}
	w.lies(t, "a.csv")
	if _, err := os.Stat(w.landing); err == nil {
		t.Error("it made the landing folder")
	}
}
