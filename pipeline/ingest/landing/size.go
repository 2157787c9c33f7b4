package landing

import (
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"tranche/pipeline/ingest/content"
)

func (c candidate) name() string { return filepath.Base(c.Source) }

// judgeSize refuses a file that its feed or the disk has no room for, before a byte of it is copied.
func (o Options) judgeSize(c *candidate) { o.judgeRoom(c, c.info.Size()) }

func (o Options) judgeRoom(c *candidate, size int64) {
	if o.Most != nil && size > o.Most(c.name()) {
		c.Fate, c.Detail = Refused, tooLarge(fmt.Sprintf("it has %s", bytes(size)), o.Most(c.name()))
		return
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(o.Landing, &disk); err != nil {
		return // copying will say so
	}
	free, all := int64(disk.Bavail)*disk.Bsize, int64(disk.Blocks)*disk.Bsize
	reserve := cmp.Or(o.Reserve, min(256<<20, all/20))
	if free-size < reserve {
		c.Fate = Refused
		c.Detail = fmt.Sprintf("it has %s, the disk of %s has %s free, and %s must stay free; make room, "+
			"and the next run takes it", bytes(size), o.Landing, bytes(free), bytes(reserve))
	}
}

func tooLarge(what string, most int64) string {
	return fmt.Sprintf("%s, and its feed allows %s; if it is right, raise max_bytes of the feed, otherwise take it away",
		what, bytes(most))
}

// unpacks refuses a copied archive or workbook that unpacks to more than its feed allows. A damaged one lands, and is
// refused when it is loaded.
func (l *lander) unpacks(c candidate, copied *os.File) error {
	if l.Most == nil {
		return nil
	}
	is, err := content.Look(copied, c.info.Size())
	switch {
	case err != nil:
		return err
	case is == content.Zip || is == content.Workbook:
		return l.unzips(c, copied)
	case !archive(c.name()):
		return nil
	}
	if _, err := copied.Seek(0, io.SeekStart); err != nil {
		return err
	}
	z, err := gzip.NewReader(copied)
	if err != nil {
		return nil
	}
	most := l.Most(c.name())
	n, err := io.CopyN(io.Discard, z, most+1)
	if n > most {
		return errLarge
	}
	var disk *os.PathError
	if errors.As(err, &disk) {
		return err
	}
	return nil
}

// unzips compares what the members of a zip archive unpack to. Reading more of one than the archive says fails.
func (l *lander) unzips(c candidate, copied *os.File) error {
	members, err := content.OpenZip(copied, c.info.Size())
	switch {
	case errors.Is(err, content.ErrDamaged) || errors.Is(err, content.ErrMany):
		return nil
	case err == nil && content.Unpacked(members) > l.Most(c.name()):
		return errLarge
	}
	return err
}

// bytes is a size for people.
func bytes(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}
