package web

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/landing"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// watched is a folder in which these runs have ended and no file has landed.
func watched(t *testing.T, past ...pipeline.Past) *config.Config {
	t.Helper()
	dir := t.TempDir()
	c := &config.Config{
		Feeds: []feed.Feed{
			{Name: "north", Glob: "north*.csv", Expected: 24 * time.Hour},
			{Name: "south", Glob: "south*.csv"},
		},
	}
	c.Folders.State, c.Folders.Landing, c.Serve.Overdue = dir, filepath.Join(dir, "landing"), 24*time.Hour
	if err := files.WriteLines(c.Folders.History(), past); err != nil {
		t.Fatal(err)
	}
	return c
}

func ask(t *testing.T, c *config.Config, method, path, authorization string) (*http.Response, string) {
	t.Helper()
	pages := Pages(Source{
		Config: func() *config.Config { return c },
		Now:    func() time.Time { return noon },
		Unsent: func() (int, error) { return 2, nil },
	}, c.Serve.Token)
	request := httptest.NewRequest(method, path, nil)
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	recorder := httptest.NewRecorder()
	pages.ServeHTTP(recorder, request)
	body, err := io.ReadAll(recorder.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return recorder.Result(), string(body)
}

func TestATokenThatIsWrongOpensNothing(t *testing.T) {
	c := watched(t)
	c.Serve.Token = "right"
	for header, code := range map[string]int{"": 401, "Bearer wrong": 401, "right": 401, "Bearer right": 200} {
		if got, _ := ask(t, c, "GET", "/healthz", header); got.StatusCode != code {
			t.Errorf("%q: %d, it should be %d", header, got.StatusCode, code)
		}
	}
}

func TestThePagesCanOnlyBeRead(t *testing.T) {
	c := watched(t)
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} {
		if got, _ := ask(t, c, method, "/metrics", ""); got.StatusCode != 405 {
			t.Errorf("%s: %d", method, got.StatusCode)
		}
	}
	got, _ := ask(t, c, "GET", "/healthz", "")
	if policy := got.Header.Get("Content-Security-Policy"); policy != "default-src 'none'" {
		t.Errorf("the policy is %q", policy)
	}
	if got, _ := ask(t, c, "GET", "/", ""); got.StatusCode != 404 {
		t.Errorf("/: %d", got.StatusCode)
	}
}

func TestReadyMeansThatWhatIsPublishedCanBeReliedUpon(t *testing.T) {
	run := pipeline.Past{Did: "run", Outcome: pipeline.Done}
	for hours, want := range map[time.Duration]string{23: "ready\n", 30: "no run has ended well for 30h0m0s\n"} {
		run.At = noon.Add(-hours * time.Hour)
		got, body := ask(t, watched(t, run), "GET", "/readyz", "")
		if body != want || (got.StatusCode == 200) != (body == "ready\n") {
			t.Errorf("%d hours old: %d %s", hours, got.StatusCode, body)
		}
	}
	run.Outcome = pipeline.Failed
	if got, body := ask(t, watched(t, run), "GET", "/readyz", ""); got.StatusCode != 503 {
		t.Errorf("no success: %d %s", got.StatusCode, body)
	}
}

func TestTheMetricsTellOfEveryRunWhoeverStartedIt(t *testing.T) {
	c := watched(t,
		pipeline.Past{
			At: noon.Add(-2 * time.Hour), Did: "run", Outcome: pipeline.Waiting, Took: 3000, Written: 7,
			Stages:  map[string]int64{"load": 1500},
			Feeds:   []pipeline.FeedTally{{Feed: "north", Loaded: 10, Held: 2}},
			Waiting: []pipeline.Amount{{What: "held", Currency: "EUR", Amount: "1500.50", Rows: 2}},
		},
		pipeline.Past{At: noon.Add(-time.Hour), Did: "run", Outcome: pipeline.Failed, Took: 1000},
	)
	land(t, c, "north.csv", noon.Add(-25*time.Hour))
	_, body := ask(t, c, "GET", "/metrics", "")
	for _, line := range []string{
		`tranche_runs_remembered{did="run",outcome="failed"} 1`,
		`tranche_runs_remembered{did="run",outcome="waiting"} 1`,
		`tranche_last_success_timestamp_seconds 1.7956872e+09`,
		`tranche_feed_rows{feed="north",outcome="held"} 2`,
		`tranche_waiting_amount{currency="EUR",what="held"} 1500.5`,
		`tranche_last_run_workbooks_written 7`,
		`tranche_feed_overdue{feed="north"} 1`,
		`tranche_feed_overdue{feed="south"} 0`,
		`tranche_feed_last_file_timestamp_seconds{feed="north"} 1.7956044e+09`,
		`tranche_feed_last_file_timestamp_seconds{feed="south"} 0`,
		`tranche_messages_unsent 2`,
		`tranche_last_run_duration_seconds 1`,
		`tranche_last_run_timestamp_seconds{outcome="failed"} 1.7956908e+09`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("%s is not in\n%s", line, body)
		}
	}
}

// land lands a file at a time.
func land(t *testing.T, c *config.Config, name string, at time.Time) {
	t.Helper()
	inbox := t.TempDir()
	path := filepath.Join(inbox, name)
	if err := errors.Join(os.WriteFile(path, []byte("a\n"), 0o600), os.Chtimes(path, at, at)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(c.Folders.Landing, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := landing.Land(landing.Options{
		Inbox: inbox, Landing: c.Folders.Landing, Now: at, Feeds: func(string, string) []string { return []string{"north"} },
	}); err != nil {
		t.Fatal(err)
	}
}

func TestAHistoryThatCannotBeReadIsAnErrorAndNoZero(t *testing.T) {
	c := watched(t)
	if err := os.Remove(c.Folders.History()); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(c.Folders.History(), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, _ := ask(t, c, "GET", "/metrics", ""); got.StatusCode != 500 {
		t.Errorf("metrics: %d", got.StatusCode)
	}
	if got, _ := ask(t, c, "GET", "/readyz", ""); got.StatusCode != 503 {
		t.Errorf("ready: %d", got.StatusCode)
	}
}
