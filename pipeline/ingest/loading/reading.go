package loading

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"

	"tranche/pipeline/ingest/feed"
)

const (
	pieceBytes = 4 << 20
	lineBytes  = 1 << 20
)

// text reads a landed file as UTF-8 and hashes its bytes.
type text struct {
	io.Reader
	file   *os.File
	raw    *bufio.Reader
	hash   hash.Hash
	watch  *watch // of a one-byte encoding
	atMost int64  // how many bytes it can have, unpacked
}

// mostPacked is the most that one byte of an archive can unpack to.
const mostPacked = 1032

// openText opens a landed file in the feed's encoding.
func openText(path string, f feed.Feed) (*text, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	t := &text{file: file, hash: sha256.New(), atMost: info.Size()}
	t.raw = bufio.NewReaderSize(io.TeeReader(file, t), 1<<20)
	var r io.Reader = t.raw
	switch {
	case strings.HasSuffix(strings.ToLower(path), ".gz"):
		t.atMost = min(f.Most(), t.atMost*mostPacked)
		if r, err = unpack(r, f.Most()); err != nil {
			return nil, errors.Join(&feed.Problem{Code: feed.BadArchive, Detail: err.Error()}, file.Close())
		}
	case t.atMost > f.Most():
		detail := fmt.Sprintf("it has %d bytes, allowed %d", t.atMost, f.Most())
		return nil, errors.Join(&feed.Problem{Code: feed.TooManyBytes, Detail: detail}, file.Close())
	}
	if t.Reader, t.watch, err = decode(r, f); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return t, nil
}

// Sample reads at most so many bytes of a file, as UTF-8, and says whether that is all.
func Sample(path, encoding string, most int) (sample []byte, whole bool, err error) {
	t, err := openText(path, feed.Feed{Encoding: encoding})
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
	if _, err := io.Copy(io.Discard, t.raw); err != nil {
		return false, err
	}
	return t.hash != nil && hex.EncodeToString(t.hash.Sum(nil)) != sha256, nil
}

// capped fails when an archive exceeds its limit.
type capped struct {
	r    io.Reader
	left int64
}

func unpack(r io.Reader, limit int64) (io.Reader, error) {
	z, err := gzip.NewReader(r)
	return &capped{r: z, left: limit}, err
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.left -= int64(n)
	switch {
	case c.left < 0:
		return 0, &feed.Problem{Code: feed.TooManyBytes, Detail: "it unpacks to more"}
	case err != nil && err != io.EOF:
		return n, &feed.Problem{Code: feed.BadArchive, Detail: err.Error()}
	}
	return n, err
}

// piece is a part of a text that ends at a line end or at the end.
type piece struct {
	data []byte
	line int64 // physical line on which it begins
	last bool
	err  error
}

// cutter cuts a text into pieces.
type cutter struct {
	r     io.Reader
	carry []byte
	line  int64
	done  bool
}

// next returns the next piece, which the caller owns.
func (c *cutter) next() (piece, bool) {
	if c.done {
		return piece{}, false
	}
	for {
		buffer := make([]byte, len(c.carry), len(c.carry)+pieceBytes)
		copy(buffer, c.carry)
		n, err := io.ReadFull(c.r, buffer[len(c.carry):cap(buffer)])
		buffer = buffer[:len(c.carry)+n]
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			c.done = true
			return c.piece(buffer, true), true
		case err != nil:
			c.done = true
			return piece{err: asProblem(err)}, true
		}
		cut := lastLineEnd(buffer)
		if cut == 0 {
			if len(buffer) > lineBytes {
				c.done = true
				return piece{err: &feed.Problem{Line: c.line, Code: feed.LineTooLong}}, true
			}
			c.carry = buffer
			continue
		}
		c.carry = slices.Clone(buffer[cut:])
		return c.piece(buffer[:cut:cut], false), true
	}
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
