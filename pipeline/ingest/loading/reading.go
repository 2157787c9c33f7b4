package loading

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"

	"tranche/pipeline/ingest/content"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
)

const pieceBytes = 4 << 20

// text reads a landed file as UTF-8 and hashes its bytes.
type text struct {
	io.Reader
	file   *os.File
	size   int64
	raw    *bufio.Reader // nil: the file is not read from its beginning to its end
	hash   hash.Hash
	watch  *watch // of a one-byte encoding
	atMost int64  // how many bytes it can have, unpacked
}

// mostPacked is the most that one byte of an archive can unpack to.
const mostPacked = 1032

// openFile opens a landed file that is what its name and its feed declare.
func openFile(path, name string, f feed.Feed) (*text, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	t := &text{file: file, size: info.Size(), hash: sha256.New(), atMost: info.Size()}
	if t.size > f.Most() {
		detail := fmt.Sprintf("it has %d bytes, allowed %d", t.size, f.Most())
		return nil, errors.Join(&feed.Problem{Code: feed.TooManyBytes, Detail: detail}, file.Close())
	}
	is, err := content.Look(file, t.size)
	if err == nil {
		err = fits(is, name, f)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return t, nil
}

// openText opens a landed file in the feed's encoding.
func openText(path, name string, f feed.Feed) (*text, error) {
	t, err := openFile(path, name, f)
	if err != nil {
		return nil, err
	}
	r, err := t.unpacked(packing(name), f)
	if err == nil {
		t.Reader, t.watch, err = decode(r, f)
	}
	if err == nil {
		err = t.looksRight(f)
	}
	if err != nil {
		return nil, errors.Join(err, t.file.Close())
	}
	return t, nil
}

// unpacked reads what is in an archive, or the file itself.
func (t *text) unpacked(packed content.Content, f feed.Feed) (io.Reader, error) {
	var r io.Reader
	switch packed {
	case content.Zip:
		member, err := onlyMember(t.file, t.size)
		if err != nil {
			return nil, err
		}
		t.atMost = min(f.Most(), int64(min(member.UncompressedSize64, math.MaxInt64)))
		if r, err = member.Open(); err != nil {
			return nil, &feed.Problem{Code: feed.BadArchive, Detail: err.Error()}
		}
	case content.Gzip:
		t.atMost = min(f.Most(), t.atMost*mostPacked)
		t.raw = bufio.NewReaderSize(io.TeeReader(t.file, t), 1<<20)
		z, err := gzip.NewReader(t.raw)
		if err != nil {
			return nil, &feed.Problem{Code: feed.BadArchive, Detail: err.Error()}
		}
		r = z
	default:
		t.raw = bufio.NewReaderSize(io.TeeReader(t.file, t), 1<<20)
		return t.raw, nil
	}
	inner := bufio.NewReaderSize(&capped{r: r, left: f.Most()}, 64<<10)
	head, _ := inner.Peek(4096) // an error comes again when it is read
	return inner, inArchive(content.Of(head), f)
}

// looksRight looks at the text itself: a page or JSON may be in any encoding.
func (t *text) looksRight(f feed.Feed) error {
	head, _ := t.Reader.(*bufio.Reader).Peek(4096) // an error comes again when it is read
	if is := content.OfText(head); is != content.Text {
		return other(string(is), advice(is, f))
	}
	return nil
}

// onlyMember is the one file in a zip archive.
func onlyMember(file *os.File, size int64) (*zip.File, error) {
	archive, err := content.OpenZip(file, size)
	if errors.Is(err, content.ErrDamaged) || errors.Is(err, content.ErrMany) {
		return nil, &feed.Problem{Code: feed.BadArchive, Detail: err.Error()}
	}
	if err != nil {
		return nil, err
	}
	members := content.Members(archive)
	if len(members) != 1 {
		var names []string
		for _, m := range members[:min(len(members), 5)] {
			names = append(names, printable(m.Name))
		}
		return nil, other(fmt.Sprintf("a zip archive of %d files (%s)", len(members), strings.Join(names, ", ")),
			"ask the sender for an archive with one file in it, or for the files themselves")
	}
	if content.Locked(members[0]) {
		return nil, other("a zip archive that is locked with a password", "ask the sender for it without the password")
	}
	return members[0], nil
}

// Sample reads at most so many bytes of a file, as UTF-8, and says whether that is all.
func Sample(path, encoding string, most int) (sample []byte, whole bool, err error) {
	t, err := openText(path, path, feed.Feed{Encoding: encoding})
	if err != nil {
		return nil, false, err
	}
	defer t.file.Close()
	sample, err = io.ReadAll(io.LimitReader(t, int64(most)+1))
	if err != nil {
		return nil, false, err
	}
	return sample[:min(len(sample), most)], len(sample) <= most, nil
}

// Write hashes the bytes that are read, unless the hash is known.
func (t *text) Write(p []byte) (int, error) {
	if t.hash == nil {
		return len(p), nil
	}
	return t.hash.Write(p)
}

// changed reads the rest of the file and says whether the landed bytes have changed.
func (t *text) changed(sha256 string) (bool, error) {
	if t.hash == nil {
		return false, nil
	}
	from := io.Reader(io.NewSectionReader(t.file, 0, t.size))
	if t.raw != nil {
		from = t.raw
	}
	into := io.Writer(t.hash)
	if t.raw != nil {
		into = io.Discard // what is read is hashed already
	}
	if _, err := io.Copy(into, from); err != nil {
		return false, err
	}
	return t.hash != nil && hex.EncodeToString(t.hash.Sum(nil)) != sha256, nil
}

// capped fails when an archive exceeds its limit.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.left -= int64(n)
	var disk *fs.PathError
	switch {
	case errors.As(err, &disk):
		return n, err
	case c.left < 0:
		return 0, &feed.Problem{Code: feed.TooManyBytes, Detail: "it unpacks to more"}
	case err != nil && err != io.EOF:
		return n, &feed.Problem{Code: feed.BadArchive, Detail: err.Error()}
	}
	return n, err
}

// piece is a part of a text that ends at a line end or at the end, or some rows of a workbook.
type piece struct {
	data []byte
	rows []framing.Record
	line int64 // physical line on which it begins; of rows: the line behind them
	last bool
	err  error
}

// cutter cuts a text into pieces. Of a line that is longer than any record it keeps so much that it is known as one.
type cutter struct {
	r       io.Reader
	size    int // of a piece
	most    int // of a line
	carry   []byte
	line    int64
	done    bool
	dropped bool // the carried line was cut, and goes on
}

func newCutter(r io.Reader, d framing.Dialect) *cutter {
	return &cutter{r: r, size: pieceBytes, most: d.MaxLine(), line: 1}
}

// next returns the next piece, which the caller owns.
func (c *cutter) next() (piece, bool) {
	if c.done {
		return piece{}, false
	}
	for {
		buffer := make([]byte, len(c.carry), len(c.carry)+c.size)
		copy(buffer, c.carry)
		n, err := io.ReadFull(c.r, buffer[len(c.carry):cap(buffer)])
		buffer = c.drop(buffer[:len(c.carry)+n])
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			c.done = true
			return c.piece(buffer, true), true
		case err != nil:
			c.done = true
			return piece{err: asProblem(err)}, true
		}
		cut := lastLineEnd(buffer[:max(0, len(buffer)-1)]) // the last piece has at least a line
		c.carry = slices.Clone(buffer[cut:])
		if n := len(c.carry); n > c.most && !bytes.ContainsAny(c.carry[n-2:], "\r\n") {
			c.carry, c.dropped = c.carry[:c.most], true
		}
		if cut > 0 {
			return c.piece(buffer[:cut:cut], false), true
		}
	}
}

// drop leaves out the rest of a line that was cut.
func (c *cutter) drop(buffer []byte) []byte {
	if !c.dropped {
		return buffer
	}
	more := buffer[len(c.carry):]
	end := bytes.IndexAny(more, "\r\n")
	if c.dropped = end < 0; c.dropped {
		end = len(more)
	}
	return append(buffer[:len(c.carry)], more[end:]...)
}

func (c *cutter) piece(data []byte, last bool) piece {
	p := piece{data: data, line: c.line, last: last}
	c.line += lineEnds(data)
	return p
}

// lastLineEnd is the position after the last line end, or zero. A CR at the very end waits for the next piece, which
// may begin with LF.
func lastLineEnd(data []byte) int {
	lf := bytes.LastIndexByte(data, '\n') + 1
	if tail := data[lf:]; len(tail) > 1 {
		if cr := bytes.LastIndexByte(tail[:len(tail)-1], '\r'); cr >= 0 {
			return lf + cr + 1
		}
	}
	return lf
}

// lineEnds counts LF, CRLF and lone CR.
func lineEnds(data []byte) int64 {
	n := bytes.Count(data, []byte{'\n'})
	if cr := bytes.Count(data, []byte{'\r'}); cr > 0 {
		n += cr - bytes.Count(data, []byte("\r\n"))
	}
	return int64(n)
}
