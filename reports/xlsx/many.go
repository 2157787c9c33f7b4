package xlsx

import (
	"runtime"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// fewLines is how many a workbook may have to be called small.
const fewLines = 2_000

// Many does something for each of n workbooks on every processor, one a goroutine; lines is
// how many the longest of them has. Nearly all that a small workbook leaves behind is
// rubbish at once, so the collector is told to come by half as often: a quarter of the time
// for ten megabytes. Large workbooks are left to it as usual.
func Many(n, lines int, one func(i int) error) error {
	if lines <= fewLines {
		defer debug.SetGCPercent(debug.SetGCPercent(200))
	}
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i := range n {
		group.Go(func() error { return one(i) })
	}
	return group.Wait()
}
