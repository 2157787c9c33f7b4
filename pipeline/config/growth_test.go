package config

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// withSchedules is the example with a version of n schedules more, each at a rate.
func withSchedules(t *testing.T, n int, rate string) []byte {
	text := example(t) + `
  - {name: many, from: 2025-01-01, points: {status_months: 12},
     levels: {source: directory, review_month: 12, grace_months: 3},
     incentives: [{name: resell, credits: buyer, schedules: [
    {level: ready, pays: nothing},
`
	for i := range n {
		text += fmt.Sprintf("    {level: ready, family: F%d, width: 25000, rates: [4, %s]},\n", i, rate)
	}
	return []byte(text + "    ]}]}\n")
}

// allocated counts the bytes that reading a text allocates, and its faults.
func allocated(text []byte) (bytes int64, faults int) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := parse("/x/config.yaml", text)
	runtime.ReadMemStats(&after)
	var wrong *Error
	if errors.As(err, &wrong) {
		faults = len(wrong.Faults)
	}
	return int64(after.TotalAlloc - before.TotalAlloc), faults
}

func TestMemoryGrowsWithTheSchedulesAndNotWithTheirSquare(t *testing.T) {
	const few, many = 10, 240
	for _, c := range []struct {
		sentence, rate string
		faults         int // for each schedule
	}{{"rates that make sense", "5.5", 0}, {"rates that are all wrong", "500", 1}} {
		t.Run(c.sentence, func(t *testing.T) {
			small, faults := allocated(withSchedules(t, few, c.rate))
			large, faultsOfMany := allocated(withSchedules(t, many, c.rate))
			if faults != few*c.faults || faultsOfMany != many*c.faults {
				t.Fatalf("%d and %d faults", faults, faultsOfMany)
			}
			if large > small*many/few {
				t.Errorf("%d schedules take %d bytes and %d take %d", few, small, many, large)
			}
		})
	}
}

func TestNestingIsRefusedBeforeItTakesTheMemory(t *testing.T) {
	for sentence, text := range map[string]string{
		"brackets":                       "vendor: " + strings.Repeat("[", 20_000),
		"brackets behind those that end": "vendor: " + strings.Repeat("]", 20_000) + strings.Repeat("[", 20_000),
		"dashes":                         "vendor:\n  " + strings.Repeat("- ", 20_000) + "1",
	} {
		size, _ := allocated([]byte(text))
		_, err := parse("/x/config.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), "is nested too deep") || size > 64<<20 {
			t.Errorf("%s: %d bytes, %v", sentence, size, err)
		}
	}
}

func TestAConfigurationHasALargestSize(t *testing.T) {
	text := []byte("vendor: \"" + strings.Repeat("x", 6<<20) + "\"\n")
	size, _ := allocated(text)
	_, err := parse("/x/config.yaml", text)
	if err == nil || !strings.Contains(err.Error(), "a configuration has at most 4194304") || size > 64<<20 {
		t.Errorf("%d bytes, %v", size, err)
	}
}
