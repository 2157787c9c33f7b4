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

// download fetches some files at once and lands them in their order. It ends where the source fails: what is older
// must not land after what is newer. So it does where our disk fails.
func (f *fetcher) download(ctx context.Context, c connection, wanted []remote) error {
	ctx, stop := context.WithCancel(ctx)
	var parts []*part
	defer func() {
		stop()
		for _, p := range parts {
			<-p.done
			_ = files.Remove(p.path) // what has landed was renamed
		}
	}()
	next, total := 0, len(wanted)
	for landed := 0; landed < total; landed++ {
		for ; next < total && next < landed+c.atOnce(); next++ {
			p := &part{remote: wanted[next], path: f.receiver.Part(next % (2 * c.atOnce())), done: make(chan struct{})}
			parts = append(parts, p)
			go func() {
				defer close(p.done)
				p.sum, p.err = fetchInto(ctx, c, p)
			}()
		}
		p := parts[0]
		<-p.done
		a, err := f.land(c, p)
		if a.Fate != "" {
			f.look.Arrivals = append(f.look.Arrivals, a)
		}
		if full := (localError{}); errors.As(p.err, &full) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w (%d of %d files were left for the next fetch)", p.remote.path, err, total-landed, total)
		}
		if a.Fate.Taken() {
			f.after(ctx, c, p.remote)
		}
		if err := files.Remove(p.path); err != nil {
			return err
		}
		parts = parts[1:]
		if f.Progress != nil {
			f.Progress(landed+1, total)
		}
	}
	return nil
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

// land lands a fetched file. An error says that the source is down.
func (f *fetcher) land(c connection, p *part) (landing.Arrival, error) {
	o := f.origin(p.remote)
	a := landing.Arrival{Source: o.Shown(p.name)}
	here := localError{}
	switch err := p.err; {
	case err == nil:
		if p.message != nil {
			if err := f.receiver.KeepMessage(p.message.data, p.message.sum); err != nil {
				a.Fate, a.Detail = landing.Refused, "its mail cannot be kept: "+oneLine(err)
				return a, nil
			}
		}
		return f.receiver.Land(p.path, p.sum, p.name, landedTime(p.remote), o), nil
	case errors.As(err, &here):
		a.Fate, a.Detail = landing.Refused, "it cannot be written ("+oneLine(err)+
			"); repair that, and the next fetch takes it and those after it"
	case c.failed() != nil:
		return landing.Arrival{}, c.failed()
	case errors.Is(err, errChanged), errors.Is(err, errHalf):
		a.Fate, a.Detail = landing.Growing, oneLine(err)+"; the next fetch takes it"
	case errors.Is(err, errDenied):
		a.Fate, a.Detail = landing.Refused, oneLine(err)+"; ask whoever runs it for the right to read it"
	default:
		return landing.Arrival{}, err
	}
	return a, nil
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
