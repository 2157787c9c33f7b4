package xlsx

import (
	"runtime"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// fewLines is how many a workbook may have to be called small.
const fewLines = 2_000

// Many does something for each of n workbooks on every processor, one a goroutine; lines is
// how many the longest of them has. Nearly all that a small workbook leaves behind is rubbish
// at once, so the collector is told to come by half as often: a quarter of the time for ten
// megabytes. A large one keeps much while it is made, beside which as much rubbish again would
// be hundreds of them: there it comes by twice as often.
func Many(n, lines int, one func(i int) error) error {
	percent := 50
	if lines <= fewLines {
		percent = 200
	}
	defer debug.SetGCPercent(debug.SetGCPercent(percent))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i := range n {
		group.Go(func() error { return one(i) })
	}
	return group.Wait()
}
