package schedule

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"tranche/pipeline"
	"tranche/pipeline/config"
)

func TestFinanceIsSentTheRegisterAndEveryStatementOnceAMonthIsFinal(t *testing.T) {
	site := newInstallation(t, "serve: {listen: \"\"}\n")
	// Nobody listens there: the test reads the outbox.
	mail := "mail: {host: 127.0.0.1, port: 9, security: none, from: a@v.example, finance: [pay@v.example]}"
	c := site.replace("notify: {", "notify: {"+mail+", ")
	month := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	closing := pipeline.Closing{Month: month, By: "anna", Accepted: "known"}
	if err := Finals(t.Context(), c, site.now); err != nil { // from now on finance is told
		t.Fatal(err)
	}
	if _, err := pipeline.Close(t.Context(), site.options(c, 1), closing); err != nil {
		t.Fatal(err)
	}
	for range 2 { // as often as it is looked for, it is one message
		if err := Finals(t.Context(), c, site.now.AddDate(0, 0, 2)); err != nil {
			t.Fatal(err)
		}
	}
	messages, err := filepath.Glob(filepath.Join(site.dir, "outbox", "final-2024-01-*"))
	if err != nil || len(messages) != 1 {
		t.Fatalf("in the outbox are %v (%v)", messages, err)
	}
	archive, err := zip.OpenReader(filepath.Join(messages[0], "statements-2024-01.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var names []string
	for _, f := range archive.File {
		names = append(names, f.Name)
	}
	entries, err := os.ReadDir(filepath.Join(site.dir, "closed", "2024-01", "statements"))
	if err != nil || len(names) != len(entries)+1 || len(names) < 8 {
		t.Errorf("the archive holds %v, the folder %d files (%v)", names, len(entries), err)
	}
	register, err := os.ReadFile(filepath.Join(messages[0], "register-2024-01.xlsx"))
	same, err2 := os.ReadFile(filepath.Join(site.dir, "statements", "2024-01", "register.xlsx"))
	if err != nil || err2 != nil || !bytes.Equal(register, same) {
		t.Errorf("the register differs (%v, %v)", err, err2)
	}
	// Reopened before anybody could be sent it, it is sent to nobody.
	if _, err := pipeline.Reopen(t.Context(), site.options(c, 2), month, "bert", "a wrong rate"); err != nil {
		t.Fatal(err)
	}
	box := Outbox(c)
	later := site.now.AddDate(0, 0, 3)
	if err := errors.Join(Finals(t.Context(), c, later), box.Flush(t.Context(), later)); err != nil {
		t.Fatal(err)
	}
	if open, err := box.Unsent(); err != nil || len(open) != 0 {
		t.Errorf("of a month that was reopened there waits %+v (%v)", open, err)
	}
	// Reopened after it had left, it is taken back in words.
	was := filepath.Join(messages[0], "message.json")
	text, err := os.ReadFile(was)
	if err != nil {
		t.Fatal(err)
	}
	site.write(strings.TrimPrefix(was, site.dir), strings.Replace(string(text), `"dropped"`, `"sent"`, 1))
	for range 2 {
		if err := Finals(t.Context(), c, later); err != nil {
			t.Fatal(err)
		}
	}
	subject := "NOT TO BE PAID BY: the statements of 2024-01 are final"
	if open, err := box.Unsent(); err != nil || len(open) != 1 || !strings.Contains(open[0].Subject, subject) {
		t.Errorf("finance is told %+v (%v)", open, err)
	}
	saysWhatIsPaid(t, site.dir)
}

// saysWhatIsPaid looks for the edition and the total in the message of the final month and in the one that recalls it.
func saysWhatIsPaid(t *testing.T, dir string) {
	t.Helper()
	for pattern, want := range map[string]string{"final-*": "Version 1. Payable in all: ",
		"not-final-*": "Version 1 paid "} {
		found, err := filepath.Glob(filepath.Join(dir, "outbox", pattern, "message.json"))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v (%v)", pattern, found, err)
		}
		if said, err := os.ReadFile(found[0]); err != nil || !strings.Contains(string(said), want) {
			t.Errorf("%s does not say %q: %s (%v)", pattern, want, said, err)
		}
	}
}

func TestFinanceIsNotSentTheMonthsThatWereFinalBeforeItWasToBeTold(t *testing.T) {
	site := newInstallation(t, "serve: {listen: \"\"}\n")
	quiet := site.replace("", "")
	closing := pipeline.Closing{Month: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), By: "anna", Accepted: "known"}
	if _, err := pipeline.Close(t.Context(), site.options(quiet, 1), closing); err != nil {
		t.Fatal(err)
	}
	mail := "mail: {host: 127.0.0.1, port: 9, security: none, from: a@v.example, finance: [pay@v.example]}"
	c := site.replace("notify: {", "notify: {"+mail+", ")
	sent := func() int {
		messages, err := filepath.Glob(filepath.Join(site.dir, "outbox", "final-*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(messages)
	}
	if err := Finals(t.Context(), c, site.now.AddDate(0, 0, 2)); err != nil || sent() != 0 {
		t.Errorf("switched on, it sends %d months of before (%v)", sent(), err)
	}
	// A closing that is the first to see the address is sent.
	if err := Finals(t.Context(), quiet, site.now.AddDate(0, 0, 3)); err != nil {
		t.Fatal(err)
	}
	closing.Month = closing.Month.AddDate(0, 1, 0)
	o := site.options(c, 4)
	if _, err := pipeline.Close(t.Context(), o, closing); err != nil {
		t.Fatal(err)
	}
	if err := Finals(t.Context(), c, o.Now); err != nil || sent() != 1 {
		t.Errorf("of the month that has just been closed there are %d messages (%v)", sent(), err)
	}
}

func TestFeedsWhoseNamesLookAlikeAreToldApart(t *testing.T) {
	c := &config.Config{}
	ids := map[string]bool{}
	for _, name := range []string{"Ärzte", "Örzte", strings.Repeat("x", 200), strings.Repeat("x", 201)} {
		m := silent(c, time.Unix(0, 0), pipeline.Freshness{Feed: name})
		ids[m.ID] = true
		if len(m.ID) > 120 {
			t.Errorf("%s is too long for an id", m.ID)
		}
	}
	if len(ids) != 4 {
		t.Errorf("the ids are %v", ids)
	}
}

func TestAFileThatAWrongClockHasLandedExcusesNoFeed(t *testing.T) {
	site := newInstallation(t, "serve: {listen: \"\"}\n")
	c := site.replace(directory, expectedDirectory)
	if _, err := pipeline.Run(t.Context(), site.options(c, 365)); err != nil {
		t.Fatal(err)
	}
	feeds, err := pipeline.Fresh(c, site.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range feeds {
		if !f.Last.IsZero() || f.Overdue(site.now) != (f.Expected > 0) {
			t.Errorf("%s came %v", f.Feed, f.Last)
		}
	}
}

func TestARunThatFindsAnotherAtWorkStillLooksForWhatShouldHaveCome(t *testing.T) {
	site := newInstallation(t, "serve: {listen: \"\", overdue: 36h}\n")
	c, err := site.server.Read()
	if err != nil {
		t.Fatal(err)
	}
	summary, err := pipeline.Run(t.Context(), site.options(c, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := AfterRun(t.Context(), c, site.now.AddDate(0, 0, 6), summary, "", pipeline.ErrLocked); err != nil {
		t.Fatal(err)
	}
	open, err := Outbox(c).Unsent()
	if err != nil || len(open) != 1 || !strings.HasPrefix(open[0].ID, "overdue-") {
		t.Fatalf("sent is %+v (%v)", open, err)
	}
	// A clock that was ahead for a while forgets what is old by it, and not that this was told.
	err = errors.Join(Outbox(c).Drop(open[0].ID),
		removeOld(c, site.now.AddDate(0, 4, 0)), notifyOverdue(c, site.now.AddDate(0, 0, 6)))
	if open, err2 := Outbox(c).Unsent(); err != nil || err2 != nil || len(open) != 0 {
		t.Errorf("told again is %+v (%v, %v)", open, err, err2)
	}
}
