package landing

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
)

// stretch is how much is copied before it is hashed.
const stretch = 4 << 20

// hashedCopy copies and syncs a file, and meanwhile hashes the copy, not the original.
func hashedCopy(out, from *os.File) (sum string, size int64, err error) {
	stretches, failed := make(chan int64, 64), make(chan error, 1)
	go func() {
		defer close(stretches)
		for {
			n, err := io.CopyN(out, from, stretch) // the kernel copies, where it can
			stretches <- n
			if err != nil {
				failed <- err
				return
			}
		}
	}()
	h := sha256.New()
	buffer := make([]byte, 1<<20)
	for n := range stretches {
		if err == nil {
			_, err = io.CopyBuffer(h, io.NewSectionReader(out, size, n), buffer)
		}
		size += n
	}
	if end := <-failed; end != io.EOF {
		err = errors.Join(err, end)
	}
	return hex.EncodeToString(h.Sum(nil)), size, errors.Join(err, out.Sync())
}
