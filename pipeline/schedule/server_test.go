package schedule

import (
	"context"
	"encoding/json"
	"fmt"
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

// installation is a folder with the sample and a server whose clock the test turns.
type installation struct {
	t        *testing.T
	dir      string
	now      time.Time
	server   *Server
	received []map[string]any // by the webhook
	lines    []string         // of the log
	sync.Mutex
}

func newInstallation(t *testing.T, more string) *installation {
	t.Helper()
	site := &installation{t: t, dir: t.TempDir(), now: time.Date(2024, 9, 19, 12, 0, 0, 0, time.UTC)}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m map[string]any
		body, _ := io.ReadAll(r.Body)
		if json.Unmarshal(body, &m) == nil {
			site.Lock()
			site.received = append(site.received, m)
			site.Unlock()
		}
	}))
	t.Cleanup(receiver.Close)
	inbox := filepath.Join(site.dir, "inbox")
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
	notify := "notify: {webhook: {url: \"" + receiver.URL + "\", secret_file: secret}}\n"
	site.write("config.yaml", own+"\n# notify:"+rest+"\n"+notify+more)
	site.write("secret", "a-secret-that-no-log-may-hold")
	site.server = &Server{
		Program:   "test",
		Now:       func() time.Time { return site.now },
		Summarize: func(*pipeline.Summary) string { return "It is done.\n" },
		Read:      func() (*config.Config, error) { return config.Read(filepath.Join(site.dir, "config.yaml")) },
		Log: func(err error, event string, facts ...any) {
			site.lines = append(site.lines, fmt.Sprint(event, err, facts))
		},
	}
	return site
}

func (site *installation) write(name, text string) {
	site.t.Helper()
	if err := os.WriteFile(filepath.Join(site.dir, name), []byte(text), 0o600); err != nil {
		site.t.Fatal(err)
	}
}

// replace edits the configuration and reads it.
func (site *installation) replace(old, new string) *config.Config {
	site.t.Helper()
	text, err := os.ReadFile(filepath.Join(site.dir, "config.yaml"))
	if err != nil {
		site.t.Fatal(err)
	}
	site.write("config.yaml", strings.Replace(string(text), old, new, 1))
	c, err := site.server.Read()
	if err != nil {
		site.t.Fatal(err)
	}
	return c
}

// options are those of a run so many days later.
func (site *installation) options(c *config.Config, days int) pipeline.Options {
	return pipeline.Options{Config: c, Now: site.now.AddDate(0, 0, days), Program: "test"}
}

// A feed of the sample, and the same with how often it should send something.
const (
	directory         = "  - name: partner-directory\n"
	expectedDirectory = directory + "    expected: 35d\n"
)

// wake turns the clock to a time and asks the table.
func (site *installation) wake(text string) {
	site.t.Helper()
	var err error
	if site.now, err = time.Parse("2006-01-02 15:04", text); err != nil {
		site.t.Fatal(err)
	}
	if site.server.current() == nil {
		site.t.Fatal("the configuration is invalid")
	}
	site.server.RunDue(context.Background())
	site.server.SendMessages(context.Background())
}

// states is what the table says last of each slot of a job.
func (site *installation) states(job string) map[string]string {
	site.t.Helper()
	table, err := slots.Open(filepath.Join(site.dir, "state", "slots.jsonl"), time.UTC)
	if err != nil {
		site.t.Fatal(err)
	}
	states := map[string]string{}
	for _, r := range table.Last(10_000) {
		if r.Job == job && r.State != slots.Enrolled {
			states[r.Slot] = r.State
		}
	}
	return states
}

func (site *installation) events() (list []string) {
	for _, m := range site.received {
		facts, _ := m["facts"].(map[string]any)
		list = append(list, facts["event"].(string)+" "+m["id"].(string))
	}
	return list
}

const quietly = "serve: {listen: \"\", jobs: {month_end: never, freshness: never, cleanup: never}}\n"

func TestANightIsRunOnceAndToldOnce(t *testing.T) {
	site := newInstallation(t, quietly)
	site.wake("2024-09-19 12:00") // it begins to serve
	for _, at := range []string{"2024-09-20 02:29", "2024-09-20 02:30", "2024-09-20 02:31", "2024-09-20 14:00"} {
		site.wake(at)
	}
	if got := site.states("night"); len(got) != 1 || got["2024-09-20T02:30"] != slots.Done {
		t.Errorf("the table says %v", got)
	}
	if got := site.events(); len(got) != 1 || got[0] != "done night-2024-09-20T0230-done" {
		t.Errorf("received was %v", got)
	}
	if _, err := os.Stat(filepath.Join(site.dir, "statements", "2024-08", "register.xlsx")); err != nil {
		t.Error(err)
	}
}

func TestANightThatFailsIsToldAndTheNextOneGoesOn(t *testing.T) {
	site := newInstallation(t, quietly)
	site.wake("2024-09-19 12:00")
	inbox := filepath.Join(site.dir, "inbox")
	if err := os.Rename(inbox, inbox+".away"); err != nil {
		t.Fatal(err)
	}
	site.wake("2024-09-20 02:30")
	site.wake("2024-09-20 02:40")
	if err := os.Rename(inbox+".away", inbox); err != nil {
		t.Fatal(err)
	}
	site.wake("2024-09-21 02:30")
	if got := site.states("night"); got["2024-09-20T02:30"] != slots.Failed || got["2024-09-21T02:30"] != slots.Done {
		t.Errorf("the table says %v", got)
	}
	if got := strings.Join(site.events(), ","); !strings.HasPrefix(got, "failed ") || !strings.Contains(got, ",done ") {
		t.Errorf("received was %v", got)
	}
}

func TestANightWaitsForAnotherRunAndIsThenDone(t *testing.T) {
	site := newInstallation(t, quietly)
	site.wake("2024-09-19 12:00")
	lock := flock.New(filepath.Join(site.dir, "state"), flock.SetFlag(os.O_RDONLY))
	if got, err := lock.TryLock(); !got || err != nil {
		t.Fatal(got, err)
	}
	for minute := 30; minute < 35; minute++ {
		site.wake(fmt.Sprintf("2024-09-20 02:%d", minute))
	}
	if got := site.states("night"); got["2024-09-20T02:30"] != slots.PutOff || len(site.received) != 0 {
		t.Errorf("while another runs the table says %v; received was %v", got, site.events())
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	site.wake("2024-09-20 02:35")
	if got := site.states("night"); got["2024-09-20T02:30"] != slots.Done || len(site.received) != 1 {
		t.Errorf("then the table says %v; received was %v", got, site.events())
	}
}

func TestAConfigurationThatIsBrokenInTheMiddleFailsTheNightAndIsToldByTheOldOne(t *testing.T) {
	site := newInstallation(t, quietly)
	site.wake("2024-09-19 12:00")
	good, err := os.ReadFile(filepath.Join(site.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	site.write("config.yaml", string(good)+"\nno_such_key: 1\n")
	site.wake("2024-09-20 02:30")
	if site.states("night")["2024-09-20T02:30"] != slots.Failed {
		t.Errorf("the table says %v", site.states("night"))
	}
	if got := site.events(); len(got) != 1 || !strings.HasPrefix(got[0], "failed ") ||
		!strings.Contains(site.received[0]["text"].(string), "no_such_key") {
		t.Errorf("received was %v", got)
	}
	site.write("config.yaml", string(good))
	site.wake("2024-09-21 02:30")
	if site.states("night")["2024-09-21T02:30"] != slots.Done {
		t.Errorf("the table says %v", site.states("night"))
	}
}

func TestAFeedThatFallsSilentIsToldOnceEachTimeAndSoIsARunThatDoesNotCome(t *testing.T) {
	site := newInstallation(t,
		`serve: {listen: "", overdue: 36h, jobs: {night: "30 2 20 9 *", month_end: never, cleanup: never}}`)
	site.replace(directory, expectedDirectory)
	site.wake("2024-09-19 12:00")
	site.wake("2024-09-20 02:30")
	for _, at := range []string{
		"2024-09-21 09:00", "2024-09-22 09:00", "2024-09-23 09:00", "2024-11-01 09:00", "2024-11-02 09:00",
	} {
		site.wake(at)
	}
	var overdue, silent int
	for _, e := range site.events() {
		if strings.HasPrefix(e, "overdue silent-partner-directory-") {
			silent++
		} else if strings.HasPrefix(e, "overdue overdue-") {
			overdue++
		}
	}
	if overdue != 1 || silent != 1 {
		t.Errorf("received was %v", site.events())
	}
}

func TestTheDraftsOfTheMonthThatEndedAreMade(t *testing.T) {
	site := newInstallation(t, "serve: {listen: \"\", jobs: {night: never, freshness: never, cleanup: never}}\n")
	site.wake("2024-08-19 12:00")
	site.wake("2024-09-01 06:00")
	if site.states("month_end")["2024-09-01T06:00"] != slots.Done {
		t.Fatalf("the table says %v", site.states("month_end"))
	}
	if _, err := os.Stat(filepath.Join(site.dir, "statements", "2024-08", "register.xlsx")); err != nil {
		t.Error(err)
	}
}

func TestNothingSecretIsInTheLogTheHistoryTheTableOrTheOutbox(t *testing.T) {
	site := newInstallation(t, quietly)
	site.wake("2024-09-19 12:00")
	site.wake("2024-09-20 02:30")
	said := strings.Join(site.lines, "\n")
	err := filepath.WalkDir(site.dir, func(path string, d os.DirEntry, err error) error {
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
	site := newInstallation(t,
		`serve: {listen: "127.0.0.1:0", jobs: {month_end: never, freshness: never, cleanup: never}}`)
	address := make(chan string, 1)
	site.server.Log = func(_ error, event string, facts ...any) {
		if event == "the pages are open" {
			address <- facts[1].(string)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- site.server.Serve(ctx) }()
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

func TestThePagesAreOpenToThisMachineOnlyUnlessTheyAreGuarded(t *testing.T) {
	for address, open := range map[string]bool{
		"127.0.0.1:1": true, "[::1]:1": true, "localhost:1": true,
		"0.0.0.0:1": false, ":1": false, "10.1.2.3:1": false, "[::]:1": false, "host.example:1": false,
	} {
		site := newInstallation(t, fmt.Sprintf("serve: {listen: %q}\n", address))
		if _, err := site.server.Read(); (err == nil) != open {
			t.Errorf("%s: %v", address, err)
		}
		site.write("token", "a-token-of-sixteen-characters")
		site.replace("serve: {", "serve: {token_file: token, trusted_proxies: 10.0.0.5, ")
	}
}
