package web

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
)

type watched struct {
	ready error
	past  []pipeline.Past
	fails error
}

func (w watched) Ready() error                      { return w.ready }
func (w watched) History() ([]pipeline.Past, error) { return w.past, w.fails }
func (w watched) Unsent() (int, error)              { return 2, nil }
func (w watched) Now() time.Time                    { return noon }
func (w watched) Fresh() ([]pipeline.Freshness, error) {
	return []pipeline.Freshness{{Feed: "north", Expected: 24 * time.Hour, Last: noon.Add(-25 * time.Hour)}, {Feed: "south"}}, nil
}

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func ask(t *testing.T, w watched, g Guard, method, path, authorization string) (*http.Response, string) {
	t.Helper()
	s, err := New(w, g)
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(method, path, nil)
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	recorder := httptest.NewRecorder()
	s.Handler.ServeHTTP(recorder, request)
	body, err := io.ReadAll(recorder.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return recorder.Result(), string(body)
}

var loopback = Guard{Address: "127.0.0.1:0"}

func TestThePagesAreOpenToThisMachineOnlyUnlessTheyAreGuarded(t *testing.T) {
	for address, open := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "localhost:1": true, "0.0.0.0:1": false, ":1": false, "10.1.2.3:1": false, "[::]:1": false, "host.example:1": false} {
		if err := (Guard{Address: address}).Check(); (err == nil) != open {
			t.Errorf("%s: %v", address, err)
		}
		if err := (Guard{Address: address, Token: "t"}).Check(); err != nil {
			t.Errorf("%s with a token: %v", address, err)
		}
	}
	if _, err := New(watched{}, Guard{Address: "0.0.0.0:1"}); !errors.Is(err, config.ErrOpen) {
		t.Errorf("it would have started: %v", err)
	}
}

func TestATokenThatIsWrongOpensNothing(t *testing.T) {
	g := Guard{Address: "0.0.0.0:1", Token: "right"}
	for header, code := range map[string]int{"": 401, "Bearer wrong": 401, "right": 401, "Bearer right": 200} {
		if got, _ := ask(t, watched{}, g, "GET", "/healthz", header); got.StatusCode != code {
			t.Errorf("%q: %d, it should be %d", header, got.StatusCode, code)
		}
	}
}

func TestThePagesCanOnlyBeRead(t *testing.T) {
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} {
		if got, _ := ask(t, watched{}, loopback, method, "/metrics", ""); got.StatusCode != 405 {
			t.Errorf("%s: %d", method, got.StatusCode)
		}
	}
	got, _ := ask(t, watched{}, loopback, "GET", "/healthz", "")
	for _, header := range []string{"X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy", "Referrer-Policy", "Cache-Control"} {
		if got.Header.Get(header) == "" {
			t.Errorf("%s is missing", header)
		}
	}
	if got, _ := ask(t, watched{}, loopback, "GET", "/", ""); got.StatusCode != 404 {
		t.Errorf("/: %d", got.StatusCode)
	}
}

func TestReadyMeansThatWhatIsPublishedCanBeReliedUpon(t *testing.T) {
	if got, body := ask(t, watched{}, loopback, "GET", "/readyz", ""); got.StatusCode != 200 || body != "ready\n" {
		t.Errorf("%d %s", got.StatusCode, body)
	}
	if got, body := ask(t, watched{ready: errors.New("no run has ended well for 30h")}, loopback, "GET", "/readyz", ""); got.StatusCode != 503 || !strings.Contains(body, "30h") {
		t.Errorf("%d %s", got.StatusCode, body)
	}
}

func TestTheMetricsTellOfEveryRunWhoeverStartedIt(t *testing.T) {
	past := []pipeline.Past{
		{At: noon.Add(-2 * time.Hour), Did: "run", Outcome: pipeline.Waiting, Took: 3000, Stages: map[string]int64{"load": 1500}, Written: 7,
			Feeds: []pipeline.FeedTally{{Feed: "north", Loaded: 10, Held: 2}}, Waiting: []pipeline.Amount{{What: "held", Currency: "EUR", Amount: "1500.50", Rows: 2}}},
		{At: noon.Add(-time.Hour), Did: "run", Outcome: pipeline.Failed, Took: 1000},
	}
	_, body := ask(t, watched{past: past}, loopback, "GET", "/metrics", "")
	for _, line := range []string{
		`tranche_runs_remembered{did="run",outcome="failed"} 1`, `tranche_runs_remembered{did="run",outcome="waiting"} 1`, `tranche_last_success_timestamp_seconds 1.7956872e+09`,
		`tranche_feed_rows{feed="north",outcome="held"} 2`, `tranche_waiting_amount{currency="EUR",what="held"} 1500.5`,
		`tranche_last_run_workbooks_written 7`, `tranche_feed_overdue{feed="north"} 1`, `tranche_feed_overdue{feed="south"} 0`,
		`tranche_feed_last_file_timestamp_seconds{feed="south"} 0`, `tranche_messages_unsent 2`, `tranche_last_run_duration_seconds 1`, `tranche_last_run_timestamp_seconds{outcome="failed"} 1.7956908e+09`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("%s is not in\n%s", line, body)
		}
	}
	if got, _ := ask(t, watched{fails: errors.New("the disk is gone")}, loopback, "GET", "/metrics", ""); got.StatusCode != 500 {
		t.Errorf("a history that cannot be read: %d", got.StatusCode)
	}
}
