package xlsx

import (
	"errors"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
)

func TestManyMakesOneOfEachAndLeavesTheCollectorAsItWas(t *testing.T) {
	usual := debug.SetGCPercent(100)
	defer debug.SetGCPercent(usual)
	debug.SetGCPercent(123)
	given, made := 0, make([]atomic.Int32, 1000)
	next := func() (int, bool) { given++; return given - 1, given <= len(made) }
	err := Many(next, func(n int) error { made[n].Add(1); return nil })
	if err != nil {
		t.Fatal(err)
	}
	for n := range made {
		if got := made[n].Load(); got != 1 {
			t.Errorf("%d was made %d times", n, got)
		}
	}
	if got := debug.SetGCPercent(100); got != 123 {
		t.Errorf("the collector was told %d and left at %d", 123, got)
	}
}

func TestManyBeginsNoOtherAfterAnError(t *testing.T) {
	wrong := errors.New("wrong")
	var made atomic.Int64
	err := Many(func() (int, bool) { return 0, true }, func(int) error { made.Add(1); return wrong })
	if !errors.Is(err, wrong) {
		t.Errorf("it ended with %v", err)
	}
	if got := made.Load(); got > int64(runtime.NumCPU()) {
		t.Errorf("%d were begun", got)
	}
}
