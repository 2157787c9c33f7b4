package outbox

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

func TestWhatIsUnsureIsSentAgainOrDroppedOnceSomebodyHasDecided(t *testing.T) {
	channel, office := (&postOffice{hangUp: true}).open(t, false)
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("one"), nil)
	o.mustAdd(t, message("two"), nil)
	if open := o.mustFlush(t, noon); len(open) != 2 || open[0].State != unsure {
		t.Fatalf("open are %v", open)
	}
	office.Lock()
	office.hangUp, office.mails = false, nil
	office.Unlock()
	if err := errors.Join(o.Resend("one"), o.Drop("two")); err != nil {
		t.Fatal(err)
	}
	if open := o.mustFlush(t, noon); len(open) != 0 || len(office.mails) != 1 {
		t.Errorf("open are %v, and %d mails arrived", open, len(office.mails))
	}
	for _, id := range []string{"one", "two", "three"} {
		if err := errors.Join(o.Resend(id), o.Drop(id)); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s, which is decided, says %v", id, err)
		}
	}
	if open := o.mustFlush(t, noon); len(open) != 0 || len(office.mails) != 1 {
		t.Errorf("what was decided was sent: %v", open)
	}
}

func TestWhatIsVoidIsNotSent(t *testing.T) {
	channel, got := receiver(t, func(http.ResponseWriter, *http.Request) {})
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.Revoked = func(Message) string { return "the month was reopened" }
	o.mustAdd(t, message("final"), nil)
	if open := o.mustFlush(t, noon); len(open) != 0 || len(*got) != 0 {
		t.Errorf("%+v, told %d times", open, len(*got))
	}
}

func TestWhatWasSentIsForgottenAfterAWhileAndWhatWaitsIsNot(t *testing.T) {
	channel, got := receiver(t, func(http.ResponseWriter, *http.Request) {})
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("night-1"), nil)
	final := message("final-1")
	final.Keep = true
	o.mustAdd(t, final, map[string][]byte{"register.xlsx": []byte("the register")})
	o.mustFlush(t, noon)
	o.mustAdd(t, message("night-2"), nil)
	if err := o.Tidy(noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	left, err := o.entries()
	if err != nil || len(left) != 2 || left[0].ID != "final-1" || left[1].ID != "night-2" {
		t.Errorf("left are %+v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(o.Folder, "final-1", "register.xlsx")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what went with it is there still: %v", err)
	}
	o.mustAdd(t, final, nil)
	if o.mustFlush(t, noon.AddDate(1, 0, 0)); len(*got) != 3 { // with night-2, that waited
		t.Errorf("told %d times", len(*got))
	}
}

func TestAWaitThatAWrongClockHasSetIsNotBelieved(t *testing.T) {
	channel, office := (&postOffice{}).open(t, false)
	office.refuse = &smtp.SMTPError{Code: 451, Message: "not now"}
	o := &Outbox{Folder: t.TempDir(), Channels: []Channel{channel}}
	o.mustAdd(t, message("night-1"), nil)
	o.mustFlush(t, noon.AddDate(1, 0, 0))
	office.refuse = nil
	if open := o.mustFlush(t, noon); len(open) != 0 || len(office.mails) != 1 {
		t.Errorf("%+v, %d mails", open, len(office.mails))
	}
}
