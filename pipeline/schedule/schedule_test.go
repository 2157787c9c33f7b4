package schedule

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"tranche/fixtures"
	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/schedule/slots"
)

// house is a folder with the sample and a Tranche that serves itself by a clock that the
// test turns.
type house struct {
	t     *testing.T
	dir   string
	now   time.Time
	night *Night
	told  []map[string]any // what the webhook was told
	lines []string         // of the log
	sync.Mutex
}

func newHouse(t *testing.T, more string) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), now: time.Date(2024, 9, 19, 12, 0, 0, 0, time.UTC)}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m map[string]any
		body, _ := io.ReadAll(r.Body)
		if json.Unmarshal(body, &m) == nil {
			h.Lock()
			h.told = append(h.told, m)
			h.Unlock()
		}
	}))
	t.Cleanup(receiver.Close)
	inbox := filepath.Join(h.dir, "inbox")
	if err := os.MkdirAll(inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := fixtures.LayOut(inbox); err != nil {
		t.Fatal(err)
	}
	text, err := fixtures.Config()
	if err != nil {
		t.Fatal(err)
	}
	own, rest, ok := strings.Cut(string(text), "\nserve:")
	_, rest, ok2 := strings.Cut(rest, "\n# notify:")
	if !ok || !ok2 {
		t.Fatal("the sample has no timetable to leave out")
	}
	h.write("config.yaml", own+"\n# notify:"+rest+"\nnotify: {webhook: {url: \""+receiver.URL+"\", secret_file: secret}}\n"+more)
	h.write("secret", "a-secret-that-no-log-may-hold")
	h.night = &Night{Program: "test", Now: func() time.Time { return h.now }, Plain: func(*pipeline.Summary) string { return "It is done.\n" },
		Read: func() (*config.Config, error) { return config.Read(filepath.Join(h.dir, "config.yaml")) },
		Log: func(level, what string, facts ...[2]any) {
			line, _ := json.Marshal([]any{level, what, facts})
			h.lines = append(h.lines, string(line))
		}}
	return h
}

func (h *house) write(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// wake turns the clock to a time and asks the table.
func (h *house) wake(text string) {
	h.t.Helper()
	var err error
	if h.now, err = time.Parse("2006-01-02 15:04", text); err != nil {
		h.t.Fatal(err)
	}
	if h.night.config == nil { // as it begins to serve
		if h.night.config, err = h.night.Read(); err != nil {
			h.t.Fatal(err)
		}
	}
	h.night.Wake(context.Background())
	h.night.Post(context.Background())
}

// states is what the table says last of each slot of a job.
func (h *house) states(job string) map[string]string {
	h.t.Helper()
	table, err := slots.Open(filepath.Join(h.dir, "state", "slots.jsonl"), time.UTC)
	if err != nil {
		h.t.Fatal(err)
	}
	states := map[string]string{}
	for _, r := range table.Last(10_000) {
		if r.Job == job && r.State != slots.Enrolled {
			states[r.Slot] = r.State
		}
	}
	return states
}

func (h *house) events() (list []string) {
	for _, m := range h.told {
		facts, _ := m["facts"].(map[string]any)
		list = append(list, facts["event"].(string)+" "+m["id"].(string))
	}
	return list
}

const quietly = "serve: {listen: \"\", jobs: {month_end: never, freshness: never, cleanup: never}}\n"

func TestANightIsRunOnceAndToldOnce(t *testing.T) {
	h := newHouse(t, quietly)
	h.wake("2024-09-19 12:00") // it begins to serve
	for _, at := range []string{"2024-09-20 02:29", "2024-09-20 02:30", "2024-09-20 02:31", "2024-09-20 14:00"} {
		h.wake(at)
	}
	if got := h.states("night"); len(got) != 1 || got["2024-09-20T02:30"] != slots.Done {
		t.Errorf("the table says %v", got)
	}
	if got := h.events(); len(got) != 1 || got[0] != "done night-2024-09-20T0230-done" {
		t.Errorf("told was %v", got)
	}
	if _, err := os.Stat(filepath.Join(h.dir, "statements", "2024-08", "register.xlsx")); err != nil {
		t.Error(err)
	}
}

func TestANightThatFailsIsToldAndTheNextOneGoesOn(t *testing.T) {
	h := newHouse(t, quietly)
	h.wake("2024-09-19 12:00")
	inbox := filepath.Join(h.dir, "inbox")
	if err := os.Rename(inbox, inbox+".away"); err != nil {
		t.Fatal(err)
	}
	h.wake("2024-09-20 02:30")
	h.wake("2024-09-20 02:40")
	if err := os.Rename(inbox+".away", inbox); err != nil {
		t.Fatal(err)
	}
	h.wake("2024-09-21 02:30")
	if got := h.states("night"); got["2024-09-20T02:30"] != slots.Failed || got["2024-09-21T02:30"] != slots.Done {
		t.Errorf("the table says %v", got)
	}
	if got := h.events(); len(got) != 2 || !strings.HasPrefix(got[0], "failed ") || !strings.HasPrefix(got[1], "done ") {
		t.Errorf("told was %v", got)
	}
}

func TestANightWaitsForAnotherRunAndIsThenDone(t *testing.T) {
	h := newHouse(t, quietly)
	h.wake("2024-09-19 12:00")
	lock := flock.New(filepath.Join(h.dir, "state"), flock.SetFlag(os.O_RDONLY))
	if got, err := lock.TryLock(); !got || err != nil {
		t.Fatal(got, err)
	}
	for _, at := range []string{"2024-09-20 02:30", "2024-09-20 02:31", "2024-09-20 02:32", "2024-09-20 02:33", "2024-09-20 02:34"} {
		h.wake(at)
	}
	if got := h.states("night"); got["2024-09-20T02:30"] != slots.PutOff || len(h.told) != 0 {
		t.Errorf("while another runs the table says %v; told was %v", got, h.events())
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	h.wake("2024-09-20 02:35")
	if got := h.states("night"); got["2024-09-20T02:30"] != slots.Done || len(h.told) != 1 {
		t.Errorf("then the table says %v; told was %v", got, h.events())
	}
}

func TestAConfigurationThatIsBrokenInTheMiddleFailsTheNightAndIsToldByTheOldOne(t *testing.T) {
	h := newHouse(t, quietly)
	h.wake("2024-09-19 12:00")
	good, err := os.ReadFile(filepath.Join(h.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	h.write("config.yaml", string(good)+"\nno_such_key: 1\n")
	h.wake("2024-09-20 02:30")
	if got := h.events(); h.states("night")["2024-09-20T02:30"] != slots.Failed || len(got) != 1 || !strings.HasPrefix(got[0], "failed ") || !strings.Contains(h.told[0]["text"].(string), "no_such_key") {
		t.Errorf("the table says %v; told was %v", h.states("night"), got)
	}
	h.write("config.yaml", string(good))
	h.wake("2024-09-21 02:30")
	if h.states("night")["2024-09-21T02:30"] != slots.Done {
		t.Errorf("the table says %v", h.states("night"))
	}
}

func TestAFeedThatFallsSilentIsToldOnceEachTimeAndSoIsARunThatDoesNotCome(t *testing.T) {
	h := newHouse(t, "serve: {listen: \"\", overdue: 36h, jobs: {night: \"30 2 20 9 *\", month_end: never, cleanup: never}}\n")
	text, err := os.ReadFile(filepath.Join(h.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	h.write("config.yaml", strings.Replace(string(text), "  - name: partner-directory\n", "  - name: partner-directory\n    expected: 35d\n", 1))
	h.wake("2024-09-19 12:00")
	h.wake("2024-09-20 02:30")
	for _, at := range []string{"2024-09-21 09:00", "2024-09-22 09:00", "2024-09-23 09:00", "2024-11-01 09:00", "2024-11-02 09:00"} {
		h.wake(at)
	}
	var overdue, silent int
	for _, e := range h.events() {
		if strings.HasPrefix(e, "overdue silent-partner-directory-") {
			silent++
		} else if strings.HasPrefix(e, "overdue overdue-") {
			overdue++
		}
	}
	if overdue != 1 || silent != 1 {
		t.Errorf("told was %v", h.events())
	}
}

func TestTheDraftsOfTheMonthThatEndedAreMade(t *testing.T) {
	h := newHouse(t, "serve: {listen: \"\", jobs: {night: never, freshness: never, cleanup: never}}\n")
	h.wake("2024-08-19 12:00")
	h.wake("2024-09-01 06:00")
	if h.states("month_end")["2024-09-01T06:00"] != slots.Done {
		t.Fatalf("the table says %v", h.states("month_end"))
	}
	if _, err := os.Stat(filepath.Join(h.dir, "statements", "2024-08", "register.xlsx")); err != nil {
		t.Error(err)
	}
}

func TestNothingSecretIsInTheLogTheHistoryTheTableOrTheOutbox(t *testing.T) {
	h := newHouse(t, quietly)
	h.wake("2024-09-19 12:00")
	h.wake("2024-09-20 02:30")
	said := strings.Join(h.lines, "\n")
	err := filepath.WalkDir(h.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "secret" {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), "a-secret-that-no-log-may-hold") {
			t.Errorf("%s holds the secret", path)
		}
		return err
	})
	if err != nil || strings.Contains(said, "a-secret") || !strings.Contains(said, "slot ended") {
		t.Errorf("%v: the log says %s", err, said)
	}
}

func TestServingAnswersAndStopsWhenItIsTold(t *testing.T) {
	h := newHouse(t, "serve: {listen: \"127.0.0.1:0\", jobs: {month_end: never, freshness: never, cleanup: never}}\n")
	address := make(chan string, 1)
	h.night.Began = func(at string) { address <- at }
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.night.Serve(ctx) }()
	at := <-address
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503, "/metrics": 200} {
		answer, err := http.Get("http://" + at + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %d, it should be %d", path, answer.StatusCode, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
