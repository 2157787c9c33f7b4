package schedule

import (
	"context"
	"errors"
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

	"tranche/pipeline/config"
	"tranche/pipeline/files"
)

// childFolder tells the test binary to deliver in that folder instead; childDies is the write, sync or rename at which
// it kills itself, and how long after it.
const (
	childFolder = "TRANCHE_TEST_DELIVER_IN"
	childDies   = "TRANCHE_TEST_DIE_AT"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		syscall.Umask(0o077)
		if err := deliverAsChild(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var deliveryTime = time.Date(2024, 2, 4, 12, 0, 0, 0, time.UTC)

func deliverAsChild(dir string) error {
	c, err := config.Read(filepath.Join(dir, "config.yaml"))
	if err != nil {
		return err
	}
	var at int64
	var pause time.Duration
	if _, err := fmt.Sscan(os.Getenv(childDies), &at, &pause); err == nil {
		kill := func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }
		var acts atomic.Int64
		files.Fault = func(string, string) error {
			if acts.Add(1) == at && pause > 0 {
				time.AfterFunc(pause, kill)
			} else if acts.Load() == at {
				kill()
				select {}
			}
			return nil
		}
	}
	ctx := context.Background()
	return errors.Join(Finals(ctx, c, deliveryTime), Deliver(ctx, c, deliveryTime), Outbox(c).Flush(ctx, deliveryTime))
}

// deliverIn delivers in a folder in a process of its own; it says whether that was killed.
func deliverIn(t *testing.T, dir, dies string) bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childFolder+"="+dir, childDies+"="+dies)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState.ExitCode() > 0 {
		t.Fatalf("a delivery failed: %v %s", err, out)
	}
	return err != nil
}

// TestAKilledDeliverySendsEveryLetterOnceOrSaysThatItIsUnsure kills deliveries at their writes, syncs and renames, and
// a moment after them, lets the next one go on, and counts what arrived.
func TestAKilledDeliverySendsEveryLetterOnceOrSaysThatItIsUnsure(t *testing.T) {
	long(t)
	kills := 12
	if os.Getenv("CHAOS") == "full" {
		kills = 100
	}
	w := newOutward(t, everyWay)
	if err := errors.Join(Finals(t.Context(), w.config, w.now), Deliver(t.Context(), w.config, w.now)); err != nil {
		t.Fatal(err) // from now on it is delivered
	}
	w.closed()
	random := rand.New(rand.NewPCG(6, 28))
	unsure, killed := 0, 0
	for n := range kills {
		dir := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(dir, os.DirFS(w.dir)); err != nil {
			t.Fatal(err)
		}
		portal := t.TempDir()
		text, err := os.ReadFile(filepath.Join(dir, "config.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		text = []byte(strings.ReplaceAll(string(text), w.portal, portal))
		if err := errors.Join(os.WriteFile(filepath.Join(dir, "config.yaml"), text, 0o600),
			os.Chmod(filepath.Join(dir, "config.yaml"), 0o600)); err != nil {
			t.Fatal(err)
		}
		w.office.forget()
		pause := time.Duration(0)
		if n%2 == 1 {
			pause = time.Duration(1 + random.IntN(30_000_000))
		}
		// Three kills of one delivery, at any of its acts: there are about 150.
		for range 3 {
			if deliverIn(t, dir, fmt.Sprintf("%d %d", 1+random.IntN(110), pause)) {
				killed++
			}
		}
		if deliverIn(t, dir, "") {
			t.Fatal("the last delivery was killed")
		}
		unsure += w.everyLetterOnce(t, dir, portal)
	}
	t.Logf("%d deliveries were killed; %d letters are unsure", killed, unsure)
	if killed < kills {
		t.Errorf("only %d deliveries were killed", killed)
	}
}

// everyLetterOnce counts what arrived of each delivery, and how many are unsure.
func (w *outward) everyLetterOnce(t *testing.T, dir, portal string) (unsure int) {
	t.Helper()
	c, err := config.Read(filepath.Join(dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := Deliveries(c)
	if err != nil || len(list) != 7 {
		t.Fatalf("%d deliveries (%v)", len(list), err)
	}
	w.office.Lock()
	defer w.office.Unlock()
	for _, s := range list {
		arrived := 0
		if s.Delivery.Way == "mail" {
			for _, l := range w.office.letters {
				if l.to == s.Delivery.Address {
					arrived++
				}
			}
		} else {
			for _, name := range s.Attach {
				if files.Exists(filepath.Join(portal, s.Delivery.Address, name)) {
					arrived++
				}
			}
			arrived /= len(s.Attach)
		}
		switch {
		case s.State == "unsure" && arrived <= 1:
			unsure++
		case s.State != "sent" || arrived != 1:
			t.Errorf("%s %s is %s and arrived %d times", s.Delivery.Kind, s.Delivery.Address, s.State, arrived)
		}
	}
	left, err := filepath.Glob(filepath.Join(portal, "*", "*", ".*.part"))
	if err != nil || len(left) > len(list) {
		t.Errorf("%v is left (%v)", left, err)
	}
	return unsure
}

func (p *postOffice) forget() {
	p.Lock()
	defer p.Unlock()
	p.letters = nil
}
