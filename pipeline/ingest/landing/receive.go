package landing

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"tranche/pipeline/files"
)

// Origin is the version of a remote file that was fetched.
type Origin struct {
	Source    string    `json:"source"` // its name in the configuration
	Path      string    `json:"path"`   // at the source
	Size      int64     `json:"size"`   // as the source says
	Version   string    `json:"version"`
	FetchedAt time.Time `json:"fetched_at"`
	Message   string    `json:"message,omitempty"` // SHA-256 of the mail that it came in, which is <sha256>.eml
}

// version names a remote version. When it was fetched does not.
type version struct {
	source, path, version string
	size                  int64
}

func (o Origin) version() version { return version{o.Source, o.Path, o.Version, o.Size} }

func (f File) cameAs(o Origin) bool {
	return slices.ContainsFunc(f.Origins, func(known Origin) bool { return known.version() == o.version() })
}

// Receiver lands what was fetched, many files at a time: what Land has taken is on the disk only after Flush, so that
// one sync serves many. One that is made removes what an interrupted one left, so there is one at a time.
type Receiver struct {
	lander   *lander
	has      map[version]bool
	together together
}

// Receive makes a receiver.
func Receive(o Options) (*Receiver, error) {
	if err := o.tidy(); err != nil {
		return nil, err
	}
	return Received(o)
}

// Received is a receiver that only knows what has landed. It changes nothing until something lands.
func Received(o Options) (*Receiver, error) {
	started, err := sidecars(o.Landing)
	if err != nil {
		return nil, err
	}
	r := &Receiver{lander: o.lander(started), has: map[version]bool{}}
	for _, f := range started {
		if f.here(o.Landing) {
			r.remember(f)
		}
	}
	return r, nil
}

func (r *Receiver) remember(f File) {
	for _, o := range f.Origins {
		r.has[o.version()] = true
	}
}

// Has says whether a remote version has landed.
func (r *Receiver) Has(o Origin) bool { return r.has[o.version()] }

// Part is where number n of the files that are fetched at once is written.
func (r *Receiver) Part(n int) string {
	return filepath.Join(r.lander.Landing, "fetched-"+strconv.Itoa(n)+part)
}

// Shown is the printable path of a fetched file.
func (o Origin) Shown() string { return arrivals([]candidate{fetched(o)})[0].Source }

// fetched is a remote file as a candidate. Its path ends with its name. Its info is that of the part, which does not
// exist before it is fetched.
func fetched(o Origin) candidate {
	return candidate{Arrival: Arrival{Source: o.Source + "/" + strings.TrimPrefix(o.Path, "/")}, origin: &o}
}

// Refuses judges a remote file by its name and size, before a byte of it is fetched. An empty fate lets it come.
func (r *Receiver) Refuses(name string, o Origin) Arrival {
	c := fetched(o)
	switch {
	case slices.Contains(strings.Split(o.Path, "/"), ".."), strings.ContainsAny(name, `/\`), name == "", name == "..":
		c.Fate, c.Detail = Refused, "its name leads out of its folder; the sender has to give it another name"
	case !showable(o.Path) || !showable(name):
		c.Fate, c.Detail = Refused, "its name holds a control character or is not UTF-8; the sender has to give it "+
			"another name"
	default:
		r.lander.judgeFeeds(&c)
	}
	if c.Fate == "" {
		r.lander.judgeRoom(&c, o.Size)
	}
	return arrivals([]candidate{c})[0]
}

// Land lands a fetched file, which is whole and lies in its part under this hash.
func (r *Receiver) Land(from, sum string, modified time.Time, o Origin) Arrival {
	l, c := r.lander, fetched(o)
	l.aside = from
	err := os.Chtimes(from, time.Time{}, modified)
	if err == nil {
		c.info, err = os.Lstat(from)
	}
	l.together = &r.together
	if _, known := l.known[sum]; known && err == nil {
		err, l.together = r.Flush(), nil // the earlier one has to be in its place
	}
	if err == nil {
		err = r.land(&c, sum)
	}
	if err != nil {
		l.leave(&c, err)
	}
	if c.Fate.Taken() {
		r.has[o.version()] = true
	}
	return arrivals([]candidate{c})[0]
}

// Flush puts what has landed onto the disk. After an error the receiver cannot be used any more: what landed since the
// last one may have to be fetched again.
func (r *Receiver) Flush() error {
	err := r.together.flush(r.lander.Landing)
	r.together = together{}
	return err
}

func (r *Receiver) land(c *candidate, sum string) error {
	copied, err := os.Open(r.lander.aside)
	if err != nil {
		return err
	}
	defer copied.Close()
	if err := r.lander.unpacks(*c, copied); errors.Is(err, errLarge) {
		c.Fate, c.Detail = Refused, tooLarge("it unpacks to more", r.lander.Most(c.name()))
		return r.lander.putBack()
	} else if err != nil {
		return err
	}
	return r.lander.take(c, sum)
}

// KeepMessage keeps the mail that a file came in, beside it. It has to be kept before the file lands.
func (r *Receiver) KeepMessage(data []byte, sum string) error {
	to := filepath.Join(r.lander.Landing, sum+".eml")
	if files.Exists(to) {
		return nil
	}
	return files.Write(to, data, files.Private)
}

// addOrigin adds the origin of bytes that have landed before to their newest sidecar.
func (l *lander) addOrigin(c candidate) error {
	if c.origin == nil {
		return nil
	}
	f := l.known[c.File.SHA256]
	if f.cameAs(*c.origin) {
		return nil
	}
	f.Origins = append(slices.Clone(f.Origins), *c.origin)
	l.known[f.SHA256] = f
	return l.write(f)
}
