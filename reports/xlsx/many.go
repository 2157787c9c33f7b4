package xlsx

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Many makes workbooks on every processor, one of each value, until next has no more. Next
// is called by one goroutine at a time. After an error no other is begun.
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

// rubbish is how many bytes that nobody needs any more may lie about while workbooks are
// made. Nearly all that one leaves behind is rubbish at once: where little else is kept, the
// collector comes half as often as usual, which is a quarter of the time of small workbooks;
// where much is, as much rubbish again would be hundreds of megabytes.
const rubbish = 40 << 20

// collector tells Go's how often to come.
type collector struct {
	usual, percent int
	live           []metrics.Sample
}

func newCollector() *collector {
	usual := debug.SetGCPercent(100)
	return &collector{usual: usual, percent: 100, live: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
}

// adapt goes by what was alive when the collector came last. Every change stops
// everything for a moment, so that small ones are not made.
func (c *collector) adapt() {
	metrics.Read(c.live)
	percent := int(min(max(100*rubbish/max(c.live[0].Value.Uint64(), 1), 40), 200))
	if percent < c.percent*9/10 || percent > c.percent*11/10 {
		c.percent = percent
		debug.SetGCPercent(percent)
	}
}

func (c *collector) leave() { debug.SetGCPercent(c.usual) }
