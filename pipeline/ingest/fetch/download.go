package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"tranche/pipeline/files"
	"tranche/pipeline/ingest/landing"
)

// part is a file that is being fetched.
type part struct {
	remote
	path string
	sum  string
	err  error
	done chan struct{}
}

// batch is how many files land with one sync.
const batch = 32

// download fetches some files at once and lands them in their order. It ends where the source fails: what is older
// must not land after what is newer. So it does where our disk fails.
func (f *fetcher) download(ctx context.Context, c connection, wanted []remote) (err error) {
	ctx, stop := context.WithCancel(ctx)
	var parts []*part // begun, and not landed
	defer func() {
		if failed := f.flush(ctx, c); err == nil {
			err = failed
		}
		stop()
		for _, p := range parts {
			<-p.done
			_ = files.Remove(p.path)
		}
		if errors.As(err, new(localError)) {
			err = nil // it is told of the files
		}
	}()
	ahead, places := batch, make(chan struct{}, c.atOnce())
	if c.atOnce() == 1 {
		ahead = 1
	}
	next, total := 0, len(wanted)
	for landed := 0; landed < total; landed++ {
		for ; next < total && next < landed+ahead; next++ {
			parts = append(parts, f.begin(ctx, c, wanted[next], next%(2*batch), places))
		}
		p := parts[0]
		<-p.done
		if err := f.land(c, p); err != nil {
			return &stoppedError{p.remote.path, err, total - landed, total}
		}
		parts = parts[1:]
		if (landed+1)%batch == 0 {
			if err := f.flush(ctx, c); err != nil {
				return err
			}
		}
		if f.Progress != nil {
			f.Progress(landed+1, total)
		}
	}
	return nil
}

// stoppedError is why no more could be fetched, and at which file.
type stoppedError struct {
	path        string
	why         error
	left, total int
}

func (e *stoppedError) Error() string {
	return fmt.Sprintf("%s: %v (%d of %d files were left for the next fetch)", e.path, e.why, e.left, e.total)
}

func (e *stoppedError) Unwrap() error { return e.why }

// flush puts what has landed onto the disk. Only then is anything done about it at the source.
func (f *fetcher) flush(ctx context.Context, c connection) error {
	err := f.receiver.Flush()
	if err != nil {
		f.broken, err = true, localError{err}
		for i := range f.look.Arrivals[f.flushed:] {
			if a := &f.look.Arrivals[f.flushed+i]; a.Fate.Taken() {
				a.Fate, a.Detail = landing.Refused, cannotBeWritten(err)
			}
		}
	} else {
		for _, r := range f.taken {
			f.after(ctx, c, r)
		}
	}
	f.taken, f.flushed = nil, len(f.look.Arrivals)
	return err
}

func cannotBeWritten(err error) string {
	return "it cannot be written (" + oneLine(err) + "); repair that, and the next fetch takes it and those after it"
}

// begin begins to fetch a file, as soon as there is a place for it.
func (f *fetcher) begin(ctx context.Context, c connection, r remote, n int, places chan struct{}) *part {
	p := &part{remote: r, path: f.receiver.Part(n), done: make(chan struct{})}
	go func() {
		defer close(p.done)
		places <- struct{}{}
		defer func() { <-places }()
		if p.err = ctx.Err(); p.err == nil {
			p.sum, p.err = fetchInto(ctx, c, p)
		}
	}()
	return p
}

// fetchInto writes a file into its part and onto the disk, and says its hash.
func fetchInto(ctx context.Context, c connection, p *part) (string, error) {
	out, err := os.OpenFile(p.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o400)
	if err != nil {
		return "", localError{err}
	}
	hash := sha256.New()
	to := &counted{to: io.MultiWriter(local{out}, hash), most: p.size}
	if p.message != nil { // the size is that of the encoded part
		to.most = math.MaxInt64
	}
	err = c.read(ctx, p.remote, to)
	if err == nil && p.message == nil && to.n != p.size {
		err = fmt.Errorf("%w: the source said %d bytes and sent %d", errHalf, p.size, to.n)
	}
	if e := out.Close(); err == nil && e != nil {
		err = localError{e}
	}
	if err == nil {
		if e := files.Sync(p.path); e != nil {
			err = localError{e}
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), err
}

// land lands a fetched file. An error says that no more can be fetched.
func (f *fetcher) land(c connection, p *part) error {
	o := f.origin(p.remote)
	a := landing.Arrival{Source: o.Shown()}
	err := p.err
	if err == nil && p.message != nil {
		if err = f.receiver.KeepMessage(p.message.data, p.message.sum); err != nil {
			err = localError{err}
		}
	}
	end := error(nil)
	switch {
	case err == nil:
		a = f.receiver.Land(p.path, p.sum, landedTime(p.remote), o)
	case errors.As(err, new(localError)):
		a.Fate, a.Detail, end = landing.Refused, cannotBeWritten(err), err
	case c.failed() != nil:
		return c.failed()
	case errors.Is(err, errChanged), errors.Is(err, errHalf):
		a.Fate, a.Detail = landing.Growing, oneLine(err)+"; the next fetch takes it"
	case errors.Is(err, errDenied):
		a.Fate, a.Detail = landing.Refused, oneLine(err)+"; ask whoever runs the source to repair that"
	default:
		return err
	}
	f.look.Arrivals = append(f.look.Arrivals, a)
	if a.Fate.Taken() {
		f.taken = append(f.taken, p.remote)
		return nil
	}
	return errors.Join(end, files.Remove(p.path))
}

// landedTime is the time a landed file gets. A source without one leaves it to us.
func landedTime(r remote) time.Time {
	if r.modified.IsZero() {
		return time.Unix(0, 0)
	}
	return r.modified
}

// localError is an error of our disk, not of the source.
type localError struct{ error }

func (e localError) Unwrap() error { return e.error }

// local marks what writing into it fails with.
type local struct{ to io.Writer }

func (l local) Write(data []byte) (int, error) {
	n, err := l.to.Write(data)
	if err != nil {
		err = localError{err}
	}
	return n, err
}

// counted stops a file that is longer than its source said.
type counted struct {
	to      io.Writer
	n, most int64
}

func (c *counted) Write(data []byte) (int, error) {
	if c.n+int64(len(data)) > c.most {
		return 0, fmt.Errorf("%w: the source said %d bytes and sends more", errChanged, c.most)
	}
	n, err := c.to.Write(data)
	c.n += int64(n)
	return n, err
}
