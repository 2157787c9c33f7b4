package xlsx

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Many calls one for each value of next, on every processor. One goroutine at a time calls next.
// After an error no other value is begun.
func Many[T any](next func() (T, bool), one func(T) error) error {
	var (
		c      = newCollector()
		turn   sync.Mutex
		failed atomic.Bool
		group  errgroup.Group
	)
	defer c.leave()
	take := func() (value T, ok bool) {
		turn.Lock()
		defer turn.Unlock()
		if failed.Load() {
			return value, false
		}
		c.adapt()
		return next()
	}
	for range runtime.NumCPU() {
		group.Go(func() error {
			for value, ok := take(); ok; value, ok = take() {
				if err := one(value); err != nil {
					failed.Store(true)
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// rubbish is how many unused bytes may wait for the garbage collector. Nearly all memory of a
// workbook is unused at once. With few live bytes the collector runs half as often, which saves
// a quarter of the time of small workbooks; with many, the default would cost hundreds of
// megabytes.
const rubbish = 40 << 20

// collector sets how often Go's garbage collector runs.
type collector struct {
	usual, percent int
	live           []metrics.Sample
}

func newCollector() *collector {
	usual := debug.SetGCPercent(100)
	return &collector{usual: usual, percent: 100, live: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
}

// adapt uses the live bytes of the last collection. A change stops all goroutines for a moment,
// so small ones are left out.
func (c *collector) adapt() {
	metrics.Read(c.live)
	percent := int(min(max(100*rubbish/max(c.live[0].Value.Uint64(), 1), 40), 200))
	if percent < c.percent*9/10 || percent > c.percent*11/10 {
		c.percent = percent
		debug.SetGCPercent(percent)
	}
}

func (c *collector) leave() { debug.SetGCPercent(c.usual) }
