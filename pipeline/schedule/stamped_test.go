package schedule

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tranche/pipeline"
)

// TestAServiceForTimeStampsThatIsDownDelaysNoClosing closes while the service answers nothing: the mail leaves, says
// so, and what is asked later is the same signature.
func TestAServiceForTimeStampsThatIsDownDelaysNoClosing(t *testing.T) {
	long(t)
	asked := 0
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("Content-Type") != "application/timestamp-query" {
			t.Errorf("it is asked %q", r.Header)
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer down.Close()
	w := newOutward(t, "signing: {key_file: key.pem, timestamp: {url: \""+down.URL+"\"}}\n", "key.pem")
	w.close()
	a := w.anchorIn("pay@v.example")
	text := strings.Join(w.office.received(t)["pay@v.example"], "")
	if asked < 2 || a.Token != nil || a.Check() != nil || !strings.Contains(text, strings.TrimSpace(noStamp)) {
		t.Errorf("asked %d times: %+v", asked, a)
	}
	w.leave()
	if len(w.office.received(t)["pay@v.example"]) != 1 {
		t.Error("a mail without a time stamp follows")
	}
	closed, _, err := pipeline.FinalMonth(w.config, january)
	if err != nil {
		t.Fatal(err)
	}
	// Once it has one, finance gets it, once.
	a.Token = []byte("whatever the service says")
	if err := closed.KeepAnchor(a); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Hour) // it is asked seldom
	for range 2 {
		w.leave()
	}
	got := w.office.received(t)["pay@v.example"]
	if len(got) != 2 || !strings.Contains(got[1], "the time stamp of 2024-01") {
		t.Errorf("finance has %d mails", len(got))
	}
}
