package schedule

import (
	"archive/zip"
	"bytes"
	"context"
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
	h := newHouse(t, "serve: {listen: \"\"}\n")
	text, err := os.ReadFile(filepath.Join(h.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	// Nobody listens there: what is asked is what lies in the outbox.
	h.write("config.yaml", strings.Replace(string(text), "notify: {", `notify: {mail: {host: 127.0.0.1, port: 9, security: none, from: a@v.example, finance: [pay@v.example]}, `, 1))
	c, err := h.night.Read()
	if err != nil {
		t.Fatal(err)
	}
	month := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := pipeline.Close(context.Background(), pipeline.Options{Config: c, Now: h.now.AddDate(0, 0, 1), Program: "test"}, pipeline.Closing{Month: month, By: "anna", Accepted: "known"}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // as often as it is looked for, it is one message
		if err := Finals(c, h.now.AddDate(0, 0, 2)); err != nil {
			t.Fatal(err)
		}
	}
	letters, err := filepath.Glob(filepath.Join(h.dir, "outbox", "final-2024-01-*"))
	if err != nil || len(letters) != 1 {
		t.Fatalf("in the outbox are %v (%v)", letters, err)
	}
	archive, err := zip.OpenReader(filepath.Join(letters[0], "statements-2024-01.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var names []string
	for _, f := range archive.File {
		names = append(names, f.Name)
	}
	entries, err := os.ReadDir(filepath.Join(h.dir, "closed", "2024-01", "statements"))
	if err != nil || len(names) != len(entries)+1 || len(names) < 8 {
		t.Errorf("the archive holds %v, the folder %d files (%v)", names, len(entries), err)
	}
	register, err := os.ReadFile(filepath.Join(letters[0], "register-2024-01.xlsx"))
	same, err2 := os.ReadFile(filepath.Join(h.dir, "statements", "2024-01", "register.xlsx"))
	if err != nil || err2 != nil || !bytes.Equal(register, same) {
		t.Errorf("the register differs (%v, %v)", err, err2)
	}
	// Reopened before anybody could be sent it, it is sent to nobody.
	if _, err := pipeline.Reopen(context.Background(), pipeline.Options{Config: c, Now: h.now.AddDate(0, 0, 2), Program: "test"}, month, "bert", "a wrong rate"); err != nil {
		t.Fatal(err)
	}
	box := Box(c)
	if err := errors.Join(Finals(c, h.now.AddDate(0, 0, 3)), box.Flush(context.Background(), h.now.AddDate(0, 0, 3))); err != nil {
		t.Fatal(err)
	}
	if open, err := box.Open(); err != nil || len(open) != 0 {
		t.Errorf("of a month that was reopened there waits %+v (%v)", open, err)
	}
	// Reopened after it had left, it is taken back in words.
	was := filepath.Join(letters[0], "message.json")
	text, err = os.ReadFile(was)
	if err != nil {
		t.Fatal(err)
	}
	h.write(strings.TrimPrefix(was, h.dir), strings.Replace(string(text), `"dropped"`, `"sent"`, 1))
	for range 2 {
		if err := Finals(c, h.now.AddDate(0, 0, 3)); err != nil {
			t.Fatal(err)
		}
	}
	if open, err := box.Open(); err != nil || len(open) != 1 || !strings.Contains(open[0].Subject, "NOT TO BE PAID BY: the statements of 2024-01 are final") {
		t.Errorf("finance is told %+v (%v)", open, err)
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
	h := newHouse(t, "serve: {listen: \"\"}\n")
	text, err := os.ReadFile(filepath.Join(h.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	h.write("config.yaml", strings.Replace(string(text), "  - name: partner-directory\n", "  - name: partner-directory\n    expected: 35d\n", 1))
	c, err := h.night.Read()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Run(context.Background(), pipeline.Options{Config: c, Now: h.now.AddDate(1, 0, 0), Program: "test"}); err != nil {
		t.Fatal(err)
	}
	feeds, err := pipeline.Fresh(c, h.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range feeds {
		if !f.Last.IsZero() || f.Overdue(h.now) != (f.Expected > 0) {
			t.Errorf("%s came %v", f.Feed, f.Last)
		}
	}
}

func TestARunThatFindsAnotherAtWorkStillLooksForWhatShouldHaveCome(t *testing.T) {
	h := newHouse(t, "serve: {listen: \"\", overdue: 36h}\n")
	c, err := h.night.Read()
	if err != nil {
		t.Fatal(err)
	}
	summary, err := pipeline.Run(context.Background(), pipeline.Options{Config: c, Now: h.now, Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := AfterRun(c, h.now.AddDate(0, 0, 6), summary, "", pipeline.ErrLocked); err != nil {
		t.Fatal(err)
	}
	open, err := Box(c).Open()
	if err != nil || len(open) != 1 || !strings.HasPrefix(open[0].ID, "overdue-") {
		t.Fatalf("told is %+v (%v)", open, err)
	}
	// A clock that was ahead for a while forgets what is old by it, and not that this was told.
	err = errors.Join(Box(c).Drop(open[0].ID), Forget(c, h.now.AddDate(0, 4, 0)), Missing(c, h.now.AddDate(0, 0, 6)))
	if open, err2 := Box(c).Open(); err != nil || err2 != nil || len(open) != 0 {
		t.Errorf("told again is %+v (%v, %v)", open, err, err2)
	}
}
