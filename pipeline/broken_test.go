package pipeline_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
)

// Broken on purpose. Whatever is done to a run, this must be so after it: nothing that
// was published has changed unless the run succeeded; no row is lost or counted twice;
// what the run returns says what happened; and the next run goes on by itself and comes
// to what an undisturbed one comes to.
//
// CHAOS=full (make chaos) does it at every moment; without it a few of them are tried.

func full() bool { return os.Getenv("CHAOS") == "full" }

// some is how many of n cases are tried.
func some(n, short int) int {
	if full() {
		return n
	}
	return short
}

// tomorrow is what comes on the second day: a correction that changes a statement.
const tomorrow = "id,partner,date,kind,amount,points,reason,by\n" +
	"E-9,P1003,2024-08-22,money_adjustment,-17.25,,A credit note,K. Lindqvist\n"

// broken is a world in which a first day has been published, and a second waits.
type broken struct {
	*world
	before map[string]string // what was published
	after  []string          // what the marts come to once the second day is in
}

// firstDay is a folder as the first day left it, with the second day's file in the
// inbox; secondDay is what an undisturbed run comes to then. Both are made once.
var (
	days      sync.Once
	firstDay  string
	secondDay []string
)

func makeDays(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "tranche-day-")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, filepath.Join(dir, "first"), asItIs)
	w.run(t)
	w.drop(t, "entries_tomorrow.csv", tomorrow)
	firstDay = filepath.Join(dir, "first")
	second := copyOf(t, filepath.Join(dir, "second"))
	second.run(t)
	secondDay = withoutTimes(second.all(t))
}

// copyOf is the first day in another folder.
func copyOf(t *testing.T, dir string) *world {
	t.Helper()
	if out, err := exec.Command("cp", "-a", firstDay, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c, err := config.Read(filepath.Join(dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return &world{dir: dir, config: c}
}

func newBroken(t *testing.T, dir string) *broken {
	t.Helper()
	days.Do(func() { makeDays(t) })
	if secondDay == nil {
		t.Fatal("the first days did not run")
	}
	b := &broken{world: copyOf(t, filepath.Join(dir, "here")), after: secondDay}
	b.before = b.published(t)
	return b
}

// published is the hash of everything that anybody reads.
func (b *broken) published(t *testing.T) map[string]string {
	t.Helper()
	all := b.bytesBelow(t, "statements")
	sum, err := files.Hash(b.config.Folders.Published())
	if err != nil {
		t.Fatal(err)
	}
	all["published"] = sum
	return all
}

// stands fails the test if anything that was published has changed. A publication that
// a kill cut short is taken back by whoever begins next, even to be refused.
func (b *broken) stands(t *testing.T, what string) {
	t.Helper()
	_, err := pipeline.Approve(t.Context(), b.options(), day("2024-08-01"), "nobody")
	if !errors.Is(err, pipeline.ErrDecision) {
		t.Fatalf("%s: the next command does not begin: %v", what, err)
	}
	if got := b.published(t); !maps.Equal(got, b.before) {
		t.Errorf("%s: what was published has changed: %s", what, difference(got, b.before))
	}
}

// goesOn runs once more, undisturbed, and compares everything.
func (b *broken) goesOn(t *testing.T, what string) {
	t.Helper()
	if _, err := pipeline.Run(t.Context(), b.options()); err != nil {
		t.Fatalf("%s: the next run fails: %v", what, err)
	}
	if got := withoutTimes(b.all(t)); !slices.Equal(got, b.after) {
		t.Errorf("%s: the next run comes to something else: %s", what, firstDifference(got, b.after))
	}
	left, _ := os.ReadDir(b.config.Folders.Work())
	if slices.ContainsFunc(left, func(e os.DirEntry) bool { return e.Name() == "statements" }) {
		entries, _ := filepath.Glob(filepath.Join(b.config.Folders.Work(), "statements", "*", "*"))
		if len(entries) > 0 {
			t.Errorf("%s: %d workbooks are left aside", what, len(entries))
		}
	}
}

func TestBrokenByAKillAtEachStageAndAtRandomMoments(t *testing.T) {
	long(t)
	t.Parallel()
	stages := []string{"begun", "land", "load", "transform", "check", "report"}
	random := rand.New(rand.NewPCG(7, 11))
	for _, stage := range stages {
		b := newBroken(t, t.TempDir())
		if !b.killedAfter(t, stage, time.Duration(random.IntN(20))*time.Millisecond) {
			t.Logf("after %s: the run had ended", stage)
			continue
		}
		b.stands(t, "killed after "+stage)
		b.goesOn(t, "killed after "+stage)
	}
	b := newBroken(t, t.TempDir())
	for n := range some(200, 5) {
		if n%10 == 9 {
			b = newBroken(t, t.TempDir())
		}
		if !b.killed(t, time.Duration(random.IntN(2500))*time.Millisecond) {
			b.goesOn(t, "not killed")
			b = newBroken(t, t.TempDir())
			continue
		}
		b.stands(t, fmt.Sprintf("kill %d", n))
	}
	b.goesOn(t, "after the kills")
}

// begun starts a run in a process of its own, which says each stage as it ends.
func (b *broken) begun(t *testing.T) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := b.child(t)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// killedAfter kills a run a moment after a stage has ended; false when it was over.
func (b *broken) killedAfter(t *testing.T, stage string, pause time.Duration) bool {
	t.Helper()
	cmd, said := b.begun(t)
	for said.Scan() && said.Text() != stage {
	}
	kill := time.AfterFunc(pause, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	return cmd.Wait() != nil
}

func TestBrokenByWritesSyncsAndRenamesThatFail(t *testing.T) {
	long(t)
	b := newBroken(t, t.TempDir())
	count := map[string]int{}
	files.Fault = func(act, _ string) error { count[act]++; return nil }
	t.Cleanup(func() { files.Fault = nil })
	b.goesOn(t, "counting")
	files.Fault = nil
	for _, act := range []string{"write", "sync", "rename"} {
		if count[act] < 5 {
			t.Fatalf("only %d acts of %s are seen: somebody writes in another way", count[act], act)
		}
		step := max(1, count[act]/some(count[act], 2))
		for fails := 1; fails <= count[act]; fails += step {
			b := newBroken(t, t.TempDir())
			n, broke := 0, errors.New("the disk says no")
			files.Fault = func(what, path string) error {
				if what == act {
					n++
				}
				if n >= fails && what == act {
					return fmt.Errorf("%s: %w", path, broke) // from here on, so that taking back fails too
				}
				return nil
			}
			_, err := pipeline.Run(t.Context(), b.options())
			files.Fault = nil
			what := fmt.Sprintf("%s %d of %d fails", act, fails, count[act])
			switch {
			case err == nil: // all was published, and only the history is a line short
				if got := withoutTimes(b.all(t)); !slices.Equal(got, b.after) || fails < count[act]-1 {
					t.Errorf("%s: the run says that it succeeded: %s", what, firstDifference(got, b.after))
				}
				continue
			case !errors.Is(err, broke):
				t.Errorf("%s: the run says %v", what, err)
			}
			b.stands(t, what)
			b.goesOn(t, what)
		}
	}
}

// inMemory mounts a small file system, or skips the test.
func inMemory(t *testing.T, megabytes int) string {
	t.Helper()
	dir := t.TempDir()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a small file system")
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		t.Skip("this machine mounts no small file system: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// TestBrokenByAFullDisk leaves a run less and less room, so that it fails in landing, in
// the store, in the marts, in the workbooks and while it publishes.
func TestBrokenByAFullDisk(t *testing.T) {
	long(t)
	t.Parallel()
	dir := inMemory(t, 200)
	b := newBroken(t, dir)
	ballast := filepath.Join(dir, "ballast")
	rooms := []int{0, 8, 64, 256, 1 << 10, 3 << 10, 5 << 10, 7 << 10, 9 << 10, 11 << 10, 13 << 10, 16 << 10, 20 << 10}
	if !full() {
		rooms = []int{0, 64, 3 << 10, 9 << 10}
	}
	failed := 0
	for _, room := range rooms { // in KiB
		var disk syscall.Statfs_t
		if err := syscall.Statfs(dir, &disk); err != nil {
			t.Fatal(err)
		}
		free := int(disk.Bavail) * int(disk.Bsize) >> 10
		if free > room {
			if err := exec.Command("fallocate", "-l", fmt.Sprintf("%dK", free-room), ballast).Run(); err != nil {
				t.Skip("fallocate: ", err)
			}
		}
		said, code := b.childSays(t)
		if err := os.Remove(ballast); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		what := fmt.Sprintf("with %d KiB left", room)
		if code == 0 {
			t.Logf("%s the run succeeds", what)
			break
		}
		failed++
		if lower := strings.ToLower(said); !strings.Contains(lower, "space") && !strings.Contains(lower, "full") &&
			!strings.Contains(lower, "enospc") {
			t.Errorf("%s the run says nothing of the disk: %s", what, said)
		}
		b.stands(t, what)
	}
	if failed < 3 {
		t.Errorf("only %d runs failed, so little was tried", failed)
	}
	b.goesOn(t, "with room again")
}

// childSays runs in a process of its own and returns what it says of a failure.
func (b *broken) childSays(t *testing.T) (string, int) {
	t.Helper()
	cmd := b.child(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return stderr.String(), cmd.ProcessState.ExitCode()
}

func TestBrokenByADiskThatCanOnlyBeRead(t *testing.T) {
	long(t)
	t.Parallel()
	dir := inMemory(t, 200)
	b := newBroken(t, dir)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=200m"); err != nil {
		t.Skip("remount: ", err)
	}
	said, code := b.childSays(t)
	if code != 1 || !strings.Contains(said, "read-only file system") {
		t.Errorf("it ends with %d and says %q", code, said)
	}
	if got := b.published(t); !maps.Equal(got, b.before) {
		t.Errorf("what was published has changed: %s", difference(got, b.before))
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=200m"); err != nil {
		t.Fatal(err)
	}
	b.goesOn(t, "writable again")
}

func TestBrokenByFoldersThatAreMissing(t *testing.T) {
	long(t)
	t.Parallel()
	b := newBroken(t, t.TempDir())
	inbox := b.config.Folders.Inbox
	if err := os.Rename(inbox, inbox+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Run(t.Context(), b.options()); err == nil || !strings.Contains(err.Error(), "the inbox") {
		t.Errorf("without an inbox: %v", err)
	}
	b.stands(t, "without an inbox")
	if err := os.Rename(inbox+".away", inbox); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{b.config.Folders.State, b.config.Folders.Statements} {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		b.goesOn(t, "without "+filepath.Base(folder))
	}
}
