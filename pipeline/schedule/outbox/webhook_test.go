package outbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAPasswordGoesOverNoOpenLine(t *testing.T) {
	channel, office := (&postOffice{password: "correct horse"}).open(t, false)
	channel.TLS = nil // a certificate that nobody has vouched for
	channel.User, channel.Password = "tranche", "correct horse"
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("night-1"), nil)
	open := o.mustFlush(t, noon)
	if len(open) != 1 || open[0].State != waiting || len(office.mails) != 0 ||
		strings.Contains(open[0].Error, "correct horse") {
		t.Errorf("an unknown certificate: %+v", open)
	}
}

func TestAWebhookIsToldOnceAndSignedAndTriedAgainWhenItRefuses(t *testing.T) {
	codes := []int{503, 200}
	channel, got := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(codes[0])
		codes = codes[1:]
	})
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("night-1"), nil)
	if open := o.mustFlush(t, noon); len(open) != 1 || open[0].State != waiting ||
		!strings.Contains(open[0].Error, "503") {
		t.Fatalf("after 503: %+v", open)
	}
	for n := range 3 {
		if open := o.mustFlush(t, noon.Add(time.Duration(n+1)*time.Hour)); len(open) != 0 {
			t.Errorf("later: %+v", open)
		}
	}
	if len(*got) != 2 || !strings.HasPrefix((*got)[1], "night-1 sha256=") ||
		!strings.Contains((*got)[1], `"subject":"The night is done"`) {
		t.Errorf("it was told %q", *got)
	}
}

func TestAWebhookThatHangsUpIsNotToldAgainAndOneThatIsNotThereIs(t *testing.T) {
	channel, got := receiver(t, func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for _, c := range []struct {
		channel Webhook
		want    string
	}{{channel, unsure}, {Webhook{URL: gone.URL + "/secret-path"}, waiting}} {
		o := &Outbox{Folder: t.TempDir(), Channels: []Channel{c.channel}}
		o.mustAdd(t, message("night-1"), nil)
		o.mustFlush(t, noon)
		open := o.mustFlush(t, noon.Add(time.Second))
		if len(open) != 1 || open[0].State != c.want || strings.Contains(open[0].Error, "secret-path") {
			t.Errorf("it should be %s: %+v", c.want, open)
		}
	}
	if len(*got) != 1 {
		t.Errorf("it was told %d times", len(*got))
	}
}

// receiver is a program that is told by webhook.
func receiver(t *testing.T, answer http.HandlerFunc) (Webhook, *[]string) {
	t.Helper()
	var got []string
	var lock sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		lock.Lock()
		got = append(got, r.Header.Get("Idempotency-Key")+" "+r.Header.Get("X-Tranche-Signature")+" "+string(body))
		lock.Unlock()
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return Webhook{URL: server.URL + "/secret-path", Secret: "shared"}, &got
}
