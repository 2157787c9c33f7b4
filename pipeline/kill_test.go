package pipeline_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
)

// childFolder tells the test binary to be a run in that folder instead.
const childFolder = "TRANCHE_TEST_RUN_IN"

// childCloses is the month that it closes; without one it only runs.
const childCloses = "TRANCHE_TEST_CLOSE"

// childDies says where it kills itself: at which of its writes, syncs and renames, and how
// long after it.
const childDies = "TRANCHE_TEST_DIE_AT"

// runAsChild is the run that gets killed.
func runAsChild(dir string) int {
	c, err := config.Read(filepath.Join(dir, "config.yaml"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	fmt.Println("begun")
	dieAt(os.Getenv(childDies))
	if month := os.Getenv(childCloses); month != "" {
		err = closeAsChild(&world{dir: dir, config: c}, day(month))
	} else {
		_, err = pipeline.Run(context.Background(), pipeline.Options{
			Config: c, Now: now, Program: "test", Stage: func(s pipeline.Stage) { fmt.Println(s.Name) },
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// dieAt lets this process kill itself at one of its acts, or some time after it.
func dieAt(text string) {
	var at int64
	var pause time.Duration
	if _, err := fmt.Sscan(text, &at, &pause); err != nil {
		return
	}
	kill := func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }
	var acts atomic.Int64
	files.Fault = func(string, string) error {
		if acts.Add(1) != at {
			return nil
		}
		if pause > 0 {
			time.AfterFunc(pause, kill)
			return nil
		}
		kill()
		select {}
	}
}

// actsOf counts the writes, syncs and renames until something is done.
func actsOf(t *testing.T, work func(soFar func() int)) int {
	t.Helper()
	var acts atomic.Int64
	files.Fault = func(string, string) error { acts.Add(1); return nil }
	t.Cleanup(func() { files.Fault = nil })
	soFar := func() int { return int(acts.Load()) }
	work(soFar)
	files.Fault = nil
	return soFar()
}

// TestAKilledRunLosesNoRow kills runs by SIGKILL while they land and load, and then finds
// every row exactly once. Every other kill is at a write, sync or rename, the others come a
// moment after one, wherever the database is by then.
func TestAKilledRunLosesNoRow(t *testing.T) {
	long(t)
	kills := some(100, 25)
	want := countRows(sampleWorld(t), t)
	random := rand.New(rand.NewPCG(4, 2))
	w := newWorld(t, t.TempDir(), asItIs)
	loaded := 0
	actsOf(t, func(soFar func() int) {
		o := w.options()
		o.Stage = func(s pipeline.Stage) {
			if s.Name == "load" {
				loaded = soFar()
			}
		}
		if _, err := pipeline.Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	})
	isFresh := false
	for n := 0; n < kills; n++ {
		if n%20 == 0 { // so that there is something to land
			w, isFresh = newWorld(t, t.TempDir(), asItIs), true
		}
		pause := time.Duration(0)
		if n%2 == 1 {
			pause = time.Duration(1 + random.IntN(500_000_000))
		}
		wasKilled := w.killedAt(t, 1+random.IntN(loaded), pause)
		if isFresh && !wasKilled {
			t.Fatalf("a run of %d acts until it has loaded ended before one of them", loaded)
		}
		isFresh = false
		w.nothingIsLost(t)
	}
	w.run(t)
	if got := countRows(w, t); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("after the kills the files came to %v, they should come to %v", got, want)
	}
	if got, want := w.all(t), sampleWorld(t).all(t); !slices.Equal(withoutTimes(got), withoutTimes(want)) {
		t.Errorf("after the kills the marts differ: %s", firstDifference(got, want))
	}
}

func (w *world) child(t *testing.T) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childFolder+"="+w.dir, childCloses+"="+w.closes)
	return cmd
}

// killed begins a run and kills it after a while; false when it had ended.
func (w *world) killed(t *testing.T, after time.Duration) bool {
	t.Helper()
	return isKilled(t, w.child(t), after)
}

// killedAt begins a run that kills itself at one of its writes, syncs and renames, or a while
// after it; false when it had ended.
func (w *world) killedAt(t *testing.T, act int, after time.Duration) bool {
	t.Helper()
	cmd := w.child(t)
	cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%d %d", childDies, act, after))
	return isKilled(t, cmd, time.Hour)
}

func isKilled(t *testing.T, cmd *exec.Cmd, after time.Duration) bool {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(after, func() { _ = cmd.Process.Kill() }).Stop()
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.ExitCode() > 0 {
		t.Fatalf("a run after a kill failed: %v %s", err, stderr.String())
	}
	return err != nil
}

// nothingIsLost counts the sample's files by what they hold: each is in the inbox,
// or has landed, or both when the run was killed before it took it away.
func (w *world) nothingIsLost(t *testing.T) {
	t.Helper()
	found := map[string]bool{} // one of them was sent twice
	for _, folder := range []string{"inbox", "landing"} {
		paths, _ := filepath.Glob(filepath.Join(w.dir, folder, "*.csv"))
		for _, path := range paths {
			sum, err := files.Hash(path)
			if err != nil {
				t.Fatal(err)
			}
			if folder == "landing" && filepath.Base(path) != sum+".csv" {
				t.Fatalf("%s holds other bytes", path)
			}
			found[sum] = true
		}
	}
	if len(found) != 20 {
		t.Fatalf("%d files wait or have landed, of 20", len(found))
	}
}

func countRows(w *world, t *testing.T) [][]string {
	return w.rows(t, `select file_name, records, loaded, duplicate, superseded, rejected, loaded_amount
		from mart.reconciliation order by file_name`)
}

// withoutTimes leaves out what a kill may change: the order of landing within one
// run is kept, the moment is not.
func withoutTimes(lines []string) []string {
	var out []string
	for _, line := range lines {
		if !strings.HasPrefix(line, "reconciliation|") && !strings.HasPrefix(line, "file_decisions|") {
			out = append(out, line)
		}
	}
	return out
}
