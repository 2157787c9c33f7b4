package audit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tranche/pipeline/files"
)

func TestAChangedDecisionIsFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	for _, reason := range []string{"one", "two", "three"} {
		if err := Append(path, Decision{At: time.Unix(0, 0).UTC(), Who: "A", Act: Waive, Reason: reason}); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := Read(path); err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	for sentence, broken := range map[string][]byte{
		"a changed line":       bytes.Replace(whole, []byte("two"), []byte("six"), 1),
		"a lost line":          append(bytes.Clone(lines[0]), lines[2]...),
		"a lost first line":    append(bytes.Clone(lines[1]), lines[2]...),
		"a cut line":           whole[:len(whole)-1],
		"lines in other order": append(append(bytes.Clone(lines[0]), lines[2]...), lines[1]...),
	} {
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil {
			t.Errorf("%s was not found", sentence)
		}
		if err := Append(path, Decision{}); err == nil {
			t.Errorf("a decision was put behind %s", sentence)
		}
	}
}

func TestDecisionsTakenAtOnceAreAllKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	var wait sync.WaitGroup
	for n := range 20 {
		wait.Go(func() {
			if err := Append(path, Decision{Who: "A", Act: Waive, Reason: fmt.Sprint(n)},
				Decision{Who: "B", Act: Waive, Reason: fmt.Sprint(n)}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	list, err := Read(path)
	if err != nil || len(list) != 40 {
		t.Fatalf("%d decisions, it should be 40: %v", len(list), err)
	}
	for n := 0; n < 40; n += 2 {
		if list[n].Who != "A" || list[n+1].Who != "B" || list[n].Reason != list[n+1].Reason {
			t.Errorf("%v and %v are not what was appended together", list[n], list[n+1])
		}
	}
}

// TestTheHeadIsTheLastLineOrTheOneBeforeIt stops an Append at each of its writes, and puts an older log in place of a
// newer one.
func TestTheHeadIsTheLastLineOrTheOneBeforeIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	two := []Decision{{Who: "A", Act: Waive, Reason: "x"}, {Who: "A", Act: Waive, Reason: "y"}}
	var logs [][]byte
	for range 3 {
		if err := Append(path, two...); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		logs = append(logs, text)
	}
	for n, older := range logs {
		if err := os.WriteFile(path, older, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); (err == nil) != (n == 2) {
			t.Errorf("the log of %d additions stands in place of the last: %v", n+1, err)
		}
	}
	head, err := os.ReadFile(path + headSuffix)
	if err != nil {
		t.Fatal(err)
	}
	first := files.HashBytes(bytes.SplitAfter(bytes.TrimSpace(logs[0]), []byte("\n"))[1])
	if err := os.WriteFile(path+headSuffix, []byte(first+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil {
		t.Error("a head of long before passes")
	}
	if err := os.WriteFile(path+headSuffix, head, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Fault = nil })
	for stop, ended := 1, false; !ended; stop++ {
		acts := 0
		files.Fault = func(string, string) error {
			if acts++; acts >= stop {
				return errors.New("stopped")
			}
			return nil
		}
		ended = Append(path, two...) == nil
		files.Fault = nil
		if _, err := Read(path); err != nil {
			t.Fatalf("stopped at act %d: %v", stop, err)
		}
		if err := Append(path, two...); err != nil {
			t.Fatalf("after a stop at act %d: %v", stop, err)
		}
	}
	refused := errors.New("refused")
	before, _ := Read(path)
	if err := AppendAfter(path, func(string, int) error { return refused }, two...); !errors.Is(err, refused) {
		t.Errorf("it is appended all the same: %v", err)
	}
	if after, err := Read(path); err != nil || len(after) != len(before) {
		t.Errorf("%d lines, and there were %d (%v)", len(after), len(before), err)
	}
}
