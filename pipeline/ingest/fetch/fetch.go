// Package fetch takes files from where senders leave them, and hands them to the landing.
//
// A *source* is such a place: a folder, an SFTP server, object storage or a mailbox. A *remote version* is one content
// of one file there, named by source, path, size and version. It is fetched once: its landed file's sidecar remembers
// it. An *errand* is what one feed wants of a source. A file is fetched when it is *whole*: objects and mails always
// are; any other file has its ready marker, or has not changed for the configured time.
//
// The files of a source land in the order of their time, then name. Where the source fails, those before have landed,
// and the next fetch goes on. A source that cannot be used is *down*, which is a result and no error. Nothing is
// removed at the source before it has landed, and only where the errand says so.
package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/ingest/landing"
)

// Source is a place and what is wanted of it.
type Source struct {
	Name    string
	Place   Place
	Errands []Errand
}

// Place is where files can be fetched: a Folder, SFTP, Bucket or Mailbox.
type Place interface {
	// Address is for people, and holds no secret.
	Address() string
	// Check says what is wrong with it, without connecting.
	Check() error
	connect(ctx context.Context) (connection, error)
}

// Errand is what a feed wants of a source.
type Errand struct {
	Feed    string
	Matches func(name string) bool
	Folder  string   // at the source; empty: the one it begins in. Of a mailbox: a mailbox; empty: INBOX
	Senders []string // of a mail: one of these addresses; none: any
	Subject string   // of a mail: this is in it; empty: any
	After   After
	To      string // the folder that files are moved to
}

// After is what happens at the source to a file that has landed.
type After string

// What happens to it.
const (
	Keep   After = "keep"
	Delete After = "delete"
	Move   After = "move"
)

// remote is a version of a file at a source.
type remote struct {
	path     string
	name     string
	size     int64
	version  string
	modified time.Time
	isWhole  bool    // it can never be half there
	errand   *Errand // set by what lists it for one errand only
	message  *mail   // that it came in
}

// connection is a place while it is used.
type connection interface {
	// list gives each file that the errand may want.
	list(ctx context.Context, e *Errand, each func(remote)) error
	// read writes a file, and fails where it is not the version that was listed.
	read(ctx context.Context, r remote, to io.Writer) error
	// remove removes a file, or moves it, unless it has another version now.
	remove(ctx context.Context, r remote, e *Errand) error
	// atOnce is how many files can be read at the same time.
	atOnce() int
	// failed is why the place cannot be used any more; nil: it can.
	failed() error
	close()
}

// What can be wrong with one file. Any other error of read says that the source is down.
var (
	errChanged = errors.New("it changed while it was fetched")
	errHalf    = errors.New("it did not come whole")
	errDenied  = errors.New("the source does not give it")
)

// Options say how to fetch.
type Options struct {
	Sources  []Source
	Landing  landing.Options
	Memory   string // the file of what was seen at the sources
	Progress func(done, total int)
}

// Look is what came of one source.
type Look struct {
	Source, Address string

	Found    int               // files that an errand wants, also those that have landed
	Other    []string          // of files that no errand wants, the first few names
	Others   int               // how many
	New      int               // files that have not landed
	Arrivals []landing.Arrival // what became of the new ones
	Left     []string          // what could not be done besides, such as removing a file at the source
	Down     string            // why it could not be used; empty: it could
	Since    time.Time         // when that began
}

// Waits says whether a person has to look.
func (l Look) Waits() bool {
	return l.Down != "" || len(l.Left) > 0 ||
		slices.ContainsFunc(l.Arrivals, func(a landing.Arrival) bool { return a.Fate.Waits() })
}

// longest is how long one source may take, so that one that sends a byte now and then does not hold the night.
const longest = 2 * time.Hour

// Fetch lands what is new at each source, one after the other.
func Fetch(ctx context.Context, o Options) ([]Look, error) {
	receiver, err := landing.Receive(o.Landing)
	if err != nil {
		return nil, err
	}
	memory := Recall(o.Memory)
	var looks []Look
	for _, s := range o.Sources {
		if len(s.Errands) == 0 {
			continue // no feed needs it
		}
		f := fetcher{Options: o, source: s, receiver: receiver, memory: memory[s.Name],
			look: Look{Source: s.Name, Address: s.Place.Address()}}
		err := f.fetch(ctx)
		if ctx.Err() != nil {
			return looks, ctx.Err()
		}
		f.settle(err)
		memory[s.Name] = f.memory
		if err := memory.keep(o.Memory, o.Sources); err != nil {
			f.look.Left = append(f.look.Left, "what was seen there cannot be remembered: "+oneLine(err))
		}
		looks = append(looks, f.look)
		if f.broken {
			if receiver, err = landing.Receive(o.Landing); err != nil {
				return looks, err
			}
		}
	}
	return looks, nil
}

// Try connects to each source and says what is there. It changes nothing.
func Try(ctx context.Context, o Options) ([]Look, error) {
	receiver, err := landing.Received(o.Landing)
	if err != nil {
		return nil, err
	}
	memory := Recall(o.Memory)
	var looks []Look
	for _, s := range o.Sources {
		f := fetcher{Options: o, source: s, receiver: receiver, memory: memory[s.Name],
			look: Look{Source: s.Name, Address: s.Place.Address()}}
		err := f.connected(ctx, func(ctx context.Context, c connection) error {
			_, err := f.list(ctx, c)
			return err
		})
		f.settle(err)
		looks = append(looks, f.look)
	}
	return looks, ctx.Err()
}

// fetcher fetches from one source.
type fetcher struct {
	Options
	source   Source
	receiver *landing.Receiver
	memory   Seen
	look     Look

	taken   []remote // what has landed, and is not on the disk for certain
	flushed int      // the arrivals that are
	broken  bool     // the receiver cannot be used any more
}

// settle records whether the source is down.
func (f *fetcher) settle(err error) {
	now := f.Landing.Now.UTC().Truncate(time.Second)
	f.memory.LookedAt = now
	if err == nil {
		f.memory.DownSince, f.memory.Error = time.Time{}, ""
		return
	}
	f.memory.Error = oneLine(err)
	if f.memory.DownSince.IsZero() || f.memory.DownSince.After(now) {
		f.memory.DownSince = now
	}
	f.look.Down, f.look.Since = f.memory.Error, f.memory.DownSince
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// connected works with a connection.
func (f *fetcher) connected(ctx context.Context, work func(context.Context, connection) error) error {
	ctx, stop := context.WithTimeout(ctx, longest)
	defer stop()
	c, err := f.source.Place.connect(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	err = work(ctx, c)
	if failed := c.failed(); failed != nil && !errors.As(err, new(lostError)) {
		// A file can fail a moment before the connection is known to have ended.
		if stopped := (*stoppedError)(nil); errors.As(err, &stopped) {
			stopped.why = failed
		} else {
			err = failed
		}
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("it took more than %s; the next fetch goes on", longest)
	}
	return err
}

func (f *fetcher) fetch(ctx context.Context) error {
	return f.connected(ctx, func(ctx context.Context, c connection) error {
		list, err := f.list(ctx, c)
		if err != nil {
			return err
		}
		var wanted []remote
		for _, r := range list {
			if f.receiver.Has(f.origin(r)) {
				f.after(ctx, c, r) // of an interrupted fetch, or since the feed says so
			} else if f.judge(r) {
				wanted = append(wanted, r)
			}
		}
		return f.download(ctx, c, wanted)
	})
}

// origin is the remote version that a sidecar remembers.
func (f *fetcher) origin(r remote) landing.Origin {
	o := landing.Origin{Source: f.source.Name, Path: r.path, Size: r.size, Version: r.version,
		FetchedAt: f.Landing.Now.UTC().Truncate(time.Second)}
	if r.message != nil {
		o.Message = r.message.sum
	}
	return o
}

// list is what the errands want, in the order of landing. A folder is listed once, however many errands it has.
func (f *fetcher) list(ctx context.Context, c connection) ([]remote, error) {
	var found []remote
	wanted, markers := map[string]bool{}, map[string]time.Time{}
	others := map[string]bool{}
	marker := f.Landing.ReadyMarker
	for i := range f.source.Errands {
		e := &f.source.Errands[i]
		err := c.list(ctx, e, func(r remote) {
			switch {
			case strings.HasPrefix(r.name, ".") && !strings.Contains(r.name, "/"): // hidden, as in the inbox
			case marker != "" && strings.HasSuffix(r.name, marker):
				markers[strings.TrimSuffix(r.path, marker)] = r.modified
			case !e.Matches(r.name):
				others[r.path] = true
			case !wanted[r.path+"\x00"+r.version]: // two feeds want it: the landing judges that
				wanted[r.path+"\x00"+r.version] = true
				r.errand = e
				found = append(found, r)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for _, r := range found {
		delete(others, r.path)
	}
	f.look.Found, f.look.Others, f.look.Other = len(found), len(others), few(others)
	slices.SortFunc(found, func(a, b remote) int {
		return cmp.Or(a.modified.Compare(b.modified), strings.Compare(a.path, b.path), strings.Compare(a.version, b.version))
	})
	f.wholeness(found, markers)
	for _, r := range found {
		if !f.receiver.Has(f.origin(r)) {
			f.look.New++
		}
	}
	return found, nil
}

// few are the first three names.
func few(paths map[string]bool) (names []string) {
	for path := range paths {
		names = append(names, path)
	}
	slices.Sort(names)
	return names[:min(3, len(names))]
}

// judge says whether a new file can be fetched now. One that cannot is told.
func (f *fetcher) judge(r remote) bool {
	a := f.receiver.Refuses(r.name, f.origin(r))
	if a.Fate == "" && !r.isWhole {
		a.Fate, a.Detail = landing.Growing, f.growing(r)
	}
	if a.Fate != "" {
		f.look.Arrivals = append(f.look.Arrivals, a)
	}
	return a.Fate == ""
}

// after removes a landed file at its source, where its errand says so.
func (f *fetcher) after(ctx context.Context, c connection, r remote) {
	if r.errand.After == "" || r.errand.After == Keep || c.failed() != nil {
		return
	}
	if err := c.remove(ctx, r, r.errand); err != nil {
		f.look.Left = append(f.look.Left, fmt.Sprintf("%s (after: %s): %s", r.path, r.errand.After, oneLine(err)))
	}
}
