package fetch

import (
	"time"
)

// wholeness says of each file whether it is whole. Its time is by the source's clock, so it is compared with that of
// its marker, with what an earlier fetch saw, and only then with ours.
func (f *fetcher) wholeness(found []remote, markers map[string]time.Time) {
	growing := map[string]Glimpse{}
	now := f.Landing.Now
	for i := range found {
		r := &found[i]
		if r.isWhole || f.receiver.Has(f.origin(*r)) {
			continue
		}
		if f.Landing.ReadyMarker != "" {
			at, ok := markers[r.path]
			r.isWhole = ok && !at.Before(r.modified)
			continue
		}
		before, seen := f.memory.Growing[r.path]
		seen = seen && before.Size == r.size && before.Version == r.version
		age := now.Sub(r.modified)
		r.isWhole = age >= f.Landing.Settle || seen && now.Sub(before.At) >= f.Landing.Settle
		if !r.isWhole {
			if !seen {
				before = Glimpse{Size: r.size, Version: r.version, At: now.UTC()}
			}
			growing[r.path] = before
		}
	}
	f.memory.Growing = growing
}

// growing says why a file is not fetched yet.
func (f *fetcher) growing(r remote) string {
	switch {
	case f.Landing.ReadyMarker != "":
		return "its marker is not there yet, or is older than the file"
	case f.Landing.Now.Sub(r.modified) < 0:
		return "its time, " + r.modified.UTC().Format("2006-01-02 15:04 MST") + ", lies in the future, so the clock of its " +
			"source is wrong; it is taken when the next fetch finds it unchanged"
	}
	return "it changed a moment ago and may still be growing"
}
