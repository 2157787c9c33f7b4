package xlsx

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"

	"golang.org/x/sync/errgroup"
)

// rubbish is how many bytes that nobody needs any more may lie about while workbooks are
// made. Nearly all that one leaves behind is rubbish at once: where little else is kept, the
// collector comes half as often as usual, which is a quarter of the time of small workbooks;
// where much is, as much rubbish again would be hundreds of megabytes.
const rubbish = 40 << 20

// Many does something for each of n workbooks on every processor, one a goroutine.
func Many(n int, one func(i int) error) error {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	percent := 100 * rubbish / max(live[0].Value.Uint64(), 1)
	defer debug.SetGCPercent(debug.SetGCPercent(int(min(max(percent, 40), 200))))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i := range n {
		group.Go(func() error { return one(i) })
	}
	return group.Wait()
}
