package fetch

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tranche/pipeline/files"
	"tranche/pipeline/ingest/landing"
)

// childWork tells the test binary to be a fetch that is killed.
const childWork = "TRANCHE_TEST_FETCH"

// child is what it does.
type child struct {
	SFTP            SFTP
	Landing, Memory string
	At              int64 // the write, sync or rename at which it kills itself
	Pause           time.Duration
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childWork); text != "" {
		os.Exit(fetchAsChild(text))
	}
	os.Exit(m.Run())
}

func fetchAsChild(text string) int {
	var c child
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	var acts atomic.Int64
	kill := func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }
	files.Fault = func(string, string) error {
		if acts.Add(1) != c.At {
			return nil
		}
		if c.Pause > 0 {
			time.AfterFunc(c.Pause, kill)
			return nil
		}
		kill()
		select {}
	}
	looks, err := Fetch(context.Background(), killedOptions(c.SFTP, c.Landing, c.Memory))
	if err != nil || looks[0].Waits() {
		fmt.Fprintln(os.Stderr, err, looks)
		return 1
	}
	return 0
}

func killedOptions(s SFTP, folder, memory string) Options {
	return Options{Memory: memory,
		Sources: []Source{{Name: "north", Place: s, Errands: []Errand{{Feed: "a", Matches: isCSV, After: Delete}}}},
		Landing: landing.Options{Landing: folder, Now: now, Most: func(string) int64 { return 1 << 20 },
			Feeds: func(string, string) []string { return []string{"a"} }},
	}
}

// TestAKilledFetchLandsEveryFileOnce kills fetches at each of their writes, syncs and renames, and a moment after them.
func TestAKilledFetchLandsEveryFileOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 4))
	kills, rounds := 0, 2
	if testing.Short() {
		rounds = 1
	}
	for round := range rounds {
		for at, ended := int64(1), false; !ended; at++ {
			w := newWorld(t)
			s := newServer(t, w.there)
			for i := range 40 { // more than land with one sync
				w.drop(t, fmt.Sprintf("%02d.csv", i), fmt.Sprint(i), time.Hour-time.Duration(i)*time.Second)
			}
			c := child{SFTP: s.SFTP, Landing: w.landing, Memory: w.memory, At: at}
			if round > 0 {
				c.Pause = time.Duration(1 + random.IntN(3_000_000))
			}
			ended = !isKilled(t, c)
			kills++
			w.nothingIsLost(t)
			c.At = 0
			if isKilled(t, c) {
				t.Fatal("the next fetch was killed")
			}
			list, err := landing.List(w.landing)
			if err != nil || len(list) != 40 {
				t.Fatalf("killed at %d: %d files have landed (%v)", at, len(list), err)
			}
			for i, f := range list {
				if f.Name != fmt.Sprintf("%02d.csv", i) || len(f.Origins) != 1 {
					t.Fatalf("killed at %d: number %d is %+v", at, i, f)
				}
			}
			w.lies(t)
			if testing.Short() {
				at += 12
			}
		}
	}
	t.Logf("%d kills", kills)
}

// nothingIsLost wants each file at its source or in landing.
func (w *world) nothingIsLost(t *testing.T) {
	t.Helper()
	here := map[string]bool{}
	if list, err := landing.List(w.landing); err == nil {
		for _, f := range list {
			here[f.Name] = true
		}
	}
	for i := range 40 {
		name := fmt.Sprintf("%02d.csv", i)
		if _, err := os.Stat(filepath.Join(w.there, name)); err != nil && !here[name] {
			t.Fatalf("%s is lost", name)
		}
	}
}

func isKilled(t *testing.T, c child) bool {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childWork+"="+string(text))
	var said strings.Builder
	cmd.Stderr = &said
	err = cmd.Run()
	if err != nil && cmd.ProcessState.ExitCode() > 0 {
		t.Fatalf("a fetch after a kill failed: %v %s", err, said.String())
	}
	return err != nil
}
