package audit

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
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
