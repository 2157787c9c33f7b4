// Package files writes files so that a reader, or a crash, sees the old file or the new one and never a part.
//
// A *placed* file was written aside, synced and renamed, and its folder synced. This package writes every file that
// another program may read.
package files

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/google/renameio/v2"
	"golang.org/x/sync/errgroup"
)

// Fault is for tests: it is called before each write, sync or rename, and its error replaces the act.
var Fault func(act, path string) error

var faulting sync.Mutex

func fault(act, path string) error {
	if Fault == nil {
		return nil
	}
	faulting.Lock()
	defer faulting.Unlock()
	return Fault(act, path)
}

// Private is the mode of the operator's files.
const Private os.FileMode = 0o600

// Shared is the mode of files that the analysts' group reads, too.
const Shared os.FileMode = 0o640

// Write places data under path with the given mode.
func Write(path string, data []byte, mode os.FileMode) error {
	return WriteBy(filepath.Dir(path), path, data, mode)
}

// WriteBy places data under path by way of a folder in the same file system. A kill leaves an unfinished file there.
func WriteBy(aside, path string, data []byte, mode os.FileMode) error {
	err := errors.Join(fault("write", path), fault("sync", path), fault("rename", path))
	if err == nil {
		err = renameio.WriteFile(path, data, mode, renameio.IgnoreUmask(), renameio.WithStaticPermissions(mode),
			renameio.WithTempDir(aside))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return Sync(filepath.Dir(path))
}

// Place syncs the finished file at aside and renames it to path, in the same file system.
func Place(aside, path string) error {
	if err := Sync(aside); err != nil {
		return err
	}
	if err := Rename(aside, path); err != nil {
		return err
	}
	return Sync(filepath.Dir(path))
}

// Rename renames and does not sync the folder.
func Rename(from, to string) error {
	err := fault("rename", to)
	if err == nil {
		err = os.Rename(from, to)
	}
	if err != nil {
		return fmt.Errorf("rename %s to %s: %w", from, to, err)
	}
	return nil
}

// Put writes and syncs a new file. The caller renames it into place.
func Put(path string, data []byte) error {
	err := fault("write", path)
	if err == nil {
		err = os.WriteFile(path, data, Private)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return Sync(path)
}

// AtOnce is how many files are synced together: a disk syncs sixteen in the time of four.
const AtOnce = 16

// Aside writes and syncs new files in the background, many at a time.
type Aside struct {
	group  errgroup.Group
	failed atomic.Pointer[error]
}

// NewAside makes an Aside. Its user calls Wait, also after an error.
func NewAside() *Aside {
	a := &Aside{}
	a.group.SetLimit(AtOnce)
	return a
}

// Put begins to write a file, unless one has failed before. The data may not change afterwards.
func (a *Aside) Put(path string, data []byte) error {
	if failed := a.failed.Load(); failed != nil {
		return *failed
	}
	a.group.Go(func() error {
		err := Put(path, data)
		if err != nil {
			a.failed.CompareAndSwap(nil, &err)
		}
		return err
	})
	return nil
}

// Wait waits until all files are on the disk, and returns the first error.
func (a *Aside) Wait() error { return a.group.Wait() }

// Append adds a line to a file and syncs it. First it ends a line that a crash cut short; readers skip that line.
func Append(path string, line []byte) error {
	if err := fault("write", path); err != nil {
		return fmt.Errorf("append to %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, Private)
	if err != nil {
		return fmt.Errorf("append: %w", err)
	}
	text := append(line[:len(line):len(line)], '\n')
	last := []byte{'\n'}
	if info, err := f.Stat(); err == nil && info.Size() > 0 {
		_, _ = f.ReadAt(last, info.Size()-1)
	}
	if last[0] != '\n' {
		text = append([]byte{'\n'}, text...)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, fault("sync", path), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("append to %s: %w", path, err)
	}
	return nil
}

// Glob lists the files in dir under a pattern, by name. dir itself may hold the marks of a pattern.
func Glob(dir, pattern string) ([]string, error) {
	names, err := fs.Glob(os.DirFS(dir), pattern)
	for i, name := range names {
		names[i] = filepath.Join(dir, filepath.FromSlash(name))
	}
	return names, err
}

// Copy makes a private copy, and does not sync it.
func Copy(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, Private)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	_, err = io.Copy(out, in) // the kernel shares the blocks where it can
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("copy %s to %s: %w", from, to, err)
	}
	return nil
}

// Exists says whether path exists.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
}

// Remove removes a file that may be there.
func Remove(path string) error {
	err := os.Remove(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Sync forces a file, or the names in a folder, onto the disk.
func Sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	if err = errors.Join(fault("sync", path), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	return nil
}

// Folder makes dir and its parents, for the operator only.
func Folder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder %s: %w", dir, err)
	}
	return nil
}

// Hash is the SHA-256 of a file's bytes, in lower-case hexadecimal.
func Hash(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	// Without the wrapper the file would copy itself, through its own buffer.
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, *buffer); err != nil {
		return "", fmt.Errorf("hash: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// HashBytes is the SHA-256 of data, in lower-case hexadecimal.
func HashBytes(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// A run hashes thousands of small files, and buffers would take most of the time.
var buffers = sync.Pool{New: func() any { b := make([]byte, 1<<18); return &b }}
