package schedule

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"tranche/pipeline/schedule/slots"
)

var soak = flag.Int("nights", 8, "nights of the soak")

// TestManyNightsGrowNothing serves night after night; on every tenth a file comes that moves a
// statement. make soak does it for 500.
func TestManyNightsGrowNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("make test-all runs it")
	}
	site := newInstallation(t,
		`serve: {listen: "", jobs: {night: "30 2 * * *", month_end: never, freshness: never, cleanup: "0 5 * * *"}}`)
	text, err := os.ReadFile(filepath.Join(site.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	site.write("config.yaml", regexp.MustCompile(`(?m)^  keep: \d+`).ReplaceAllString(string(text), "  keep: 2"))
	day := time.Date(2024, 9, 19, 12, 0, 0, 0, time.UTC)
	site.wake(day.Format("2006-01-02 15:04"))
	var first grown
	early := max(4, *soak/10)
	for n := 1; n <= *soak; n++ {
		day = day.AddDate(0, 0, 1)
		if n%10 == 3 {
			name := filepath.Join("inbox", fmt.Sprintf("entries_%03d.csv", n))
			site.write(name, "id,partner,date,kind,amount,points,reason,by\n"+
				fmt.Sprintf("S-1,P1003,2024-08-22,money_adjustment,-%d.25,,The soak,K. Lindqvist\n", n))
			if err := os.Chtimes(filepath.Join(site.dir, name), day.Add(-time.Hour), day.Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		site.wake(day.Format("2006-01-02") + " 02:30")
		if got := site.states("night")[day.Format("2006-01-02")+"T02:30"]; got != slots.Done {
			t.Fatalf("night %d: %q", n, got)
		}
		site.wake(day.Format("2006-01-02") + " 05:00")
		if n == early {
			first = look(t, site.dir)
			t.Logf("after %d nights: %+v", n, first)
		}
	}
	last := look(t, site.dir)
	t.Logf("after %d nights: %+v", *soak, last)
	if last.open > first.open {
		t.Errorf("%d files are open, there were %d", last.open, first.open)
	}
	if last.resident > first.resident+first.resident/4 {
		t.Errorf("%d MB are in memory, there were %d", last.resident, first.resident)
	}
	// What has landed stays, and so does a line for each night; nothing else may add up.
	if allowed := first.disk + first.disk/10 + int64(*soak)*20_000; last.disk > allowed {
		t.Errorf("%d bytes are on the disk, there were %d", last.disk, first.disk)
	}
}

type grown struct {
	open     int   // files
	resident int64 // megabytes
	disk     int64 // bytes of all folders
}

func look(t *testing.T, dir string) (g grown) {
	t.Helper()
	runtime.GC()
	debug.FreeOSMemory()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this machine does not say what is open: ", err)
	}
	g.open = len(fds)
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var all, resident int64
	if _, err := fmt.Sscan(string(statm), &all, &resident); err != nil {
		t.Fatal(err)
	}
	g.resident = resident * int64(os.Getpagesize()) >> 20
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			g.disk += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}
