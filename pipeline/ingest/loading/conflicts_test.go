package loading

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSuspectsAreJustTheLinesWhoseKeyStandsTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		distinct := rapid.SampledFrom([]uint64{1, 2, 50, 5000, 1 << 60}).Draw(t, "distinct")
		var all []keys
		lines, times := int64(0), map[uint64]int{}
		for range rapid.IntRange(0, 4).Draw(t, "pieces") {
			var k keys
			for range rapid.IntRange(0, 300).Draw(t, "records") {
				h := rapid.Uint64Range(0, distinct).Draw(t, "hash")
				lines++
				times[h]++
				k.hashes, k.lines = append(k.hashes, h), append(k.lines, lines)
			}
			all = append(all, k)
		}
		var want []int64
		for _, k := range all {
			for i, h := range k.hashes {
				if times[h] > 1 {
					want = append(want, k.lines[i])
				}
			}
		}
		got := suspects(all, lines)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("suspects are %v, they should be %v", got, want)
		}
	})
}
