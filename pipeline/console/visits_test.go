package console

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/console/accounts"
)

var figuresOf = regexp.MustCompile(`figures of the run ([0-9a-f]+)`)

func TestTenVisitorsDuringRunsThatPublishAndRunsThatFail(t *testing.T) {
	s := newSite(t)
	s.people()
	visitors := []*visitor{s.signedIn("vera")}
	for range 9 {
		v := s.visitor()
		v.Jar = visitors[0].Jar
		visitors = append(visitors, v)
	}
	paths := []string{"/", "/inbox", "/partners", "/partners/P1001", "/partners/P1001/2024-08", "/deals",
		"/months/2024-08", "/senders", "/log"}
	var ended atomic.Bool
	var seen sync.Map
	var wait sync.WaitGroup
	for n, v := range visitors {
		wait.Go(func() {
			read := time.NewTicker(500 * time.Millisecond) // what somebody takes at least to read a page
			defer read.Stop()
			for i := n; !ended.Load() || i < n+len(paths); i++ {
				<-read.C
				r, err := v.Get(v.server.URL + paths[i%len(paths)])
				if err != nil {
					t.Error(err)
					return
				}
				status := v.answered(r, nil)
				if status != 200 || !strings.HasSuffix(strings.TrimSpace(v.page), "</html>") {
					t.Errorf("%s: %d\n%.300s", paths[i%len(paths)], status, v.page)
					return
				}
				if run := figuresOf.FindStringSubmatch(v.page); run != nil {
					seen.Store(run[1], true)
				}
			}
		})
	}
	landed, err := os.ReadFile("../../fixtures/sample/inbox/NW_2024-08.csv")
	if err != nil {
		t.Fatal(err)
	}
	s.run() // publishes the same figures in a new file
	path := s.config.Folders.Inbox + "/NW_2024-08_again.csv"
	if err := os.WriteFile(path, append(landed, "\r\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, now.AddDate(0, 0, -1), now.AddDate(0, 0, -1)); err != nil {
		t.Fatal(err)
	}
	s.run() // publishes other ones
	s.failingRun()
	ended.Store(true)
	wait.Wait()
	runs := 0
	seen.Range(func(any, any) bool { runs++; return true })
	if runs < 2 {
		t.Errorf("the visitors saw %d runs, they should have seen the old and the new one", runs)
	}
	if list := s.lines; len(list) > 0 {
		t.Errorf("the log has %q", list)
	}
}

// failingRun is a run that fails, because a file that has landed is gone; it lies there again afterwards.
func (s *site) failingRun() {
	s.t.Helper()
	landed, err := filepath.Glob(filepath.Join(s.config.Folders.Landing, "*.csv"))
	if err != nil || len(landed) == 0 {
		s.t.Fatal("nothing has landed:", err)
	}
	if err := os.Rename(landed[0], landed[0]+".gone"); err != nil {
		s.t.Fatal(err)
	}
	o := pipeline.Options{Config: s.config, Now: now, Program: "test"}
	if _, err := pipeline.Run(context.Background(), o); err == nil {
		s.t.Error("a run without a landed file does not fail")
	}
	if err := os.Rename(landed[0]+".gone", landed[0]); err != nil {
		s.t.Fatal(err)
	}
}

func TestAVisitReadsOnePublicationAlsoWhenAnotherTakesItsPlace(t *testing.T) {
	s := newSite(t)
	first, err := s.console.publications.take(t.Context(), s.config, accounts.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	db, err := first.readers.Take(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	s.run()
	second, err := s.console.publications.take(t.Context(), s.config, accounts.Scope{})
	if err != nil || second == first {
		t.Fatal("the new publication is not seen:", err)
	}
	if got, err := db.Texts(t.Context(), "select count(*)::varchar from mart.partners"); err != nil || got[0] != "14" {
		t.Errorf("the old publication is gone while somebody reads it: %q, %v", got, err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	for _, p := range []*publication{first, second} {
		if err := s.console.publications.give(p); err != nil {
			t.Error(err)
		}
	}
	if first.readers != nil || second.readers == nil {
		t.Error("the old publication is still open, or the new one is not")
	}
}
