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

// runAsChild is the run that gets killed.
func runAsChild(dir string) int {
	c, err := config.Read(filepath.Join(dir, "config.yaml"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	fmt.Println("begun")
	if month := os.Getenv(childCloses); month != "" {
		err = closeAsChild(&world{dir: dir, config: c}, day(month))
	} else {
		_, err = pipeline.Run(context.Background(), pipeline.Options{Config: c, Now: now, Program: "test", Stage: func(s pipeline.Stage) { fmt.Println(s.Name) }})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestAKilledRunLosesNoRow kills a run by SIGKILL at a hundred random moments,
// most of them while it lands and loads, and then finds every row exactly once.
func TestAKilledRunLosesNoRow(t *testing.T) {
	kills := some(100, 25)
	want := countRows(sampleWorld(t), t)
	random := rand.New(rand.NewPCG(4, 2))
	w := newWorld(t, t.TempDir(), asItIs)
	took := w.timeToLoad(t)
	w = newWorld(t, t.TempDir(), asItIs)
	survived := 0
	for n := range kills {
		if n%20 == 0 { // begin anew, so that there is something to land
			w = newWorld(t, t.TempDir(), asItIs)
		}
		if !w.killed(t, time.Duration(random.Int64N(int64(took)))) {
			survived++
			took -= took / 8 // it had ended: come earlier
		}
		w.nothingIsLost(t)
	}
	if survived > kills/2 {
		t.Errorf("only %d of %d runs were killed before they ended", kills-survived, kills)
	}
	w.run(t)
	if got := countRows(w, t); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("after the kills the files came to %v, they should come to %v", got, want)
	}
	if got, want := w.all(t), sampleWorld(t).all(t); !slices.Equal(withoutTimes(got), withoutTimes(want)) {
		t.Errorf("after the kills the marts differ: %s", firstDifference(got, want))
	}
}

// timeToLoad is how long a run takes until it has loaded.
func (w *world) timeToLoad(t *testing.T) time.Duration {
	t.Helper()
	began, loaded := time.Now(), time.Duration(0)
	cmd := w.child(t)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buffer, said := make([]byte, 256), ""
	for loaded == 0 {
		n, err := out.Read(buffer)
		if said += string(buffer[:n]); strings.Contains(said, "transform") || err != nil {
			loaded = time.Since(began)
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return loaded
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
	cmd := w.child(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
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
	return w.rows(t, "select file_name, records, loaded, duplicate, superseded, rejected, loaded_amount from mart.reconciliation order by file_name")
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
