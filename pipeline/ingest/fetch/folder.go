package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"time"
)

// Folder is a folder of this machine, such as one that another machine shares.
type Folder struct{ Path string }

// Address is its path.
func (f Folder) Address() string { return f.Path }

// Check finds nothing: the folder may be mounted later.
func (f Folder) Check() error { return nil }

func (f Folder) connect(context.Context) (connection, error) {
	root, err := os.OpenRoot(f.Path)
	if err != nil {
		return nil, err
	}
	return &folder{root}, nil
}

type folder struct{ root *os.Root }

func (f *folder) list(_ context.Context, e *Errand, each func(remote)) error {
	dir, err := f.root.Open(beginning(e.Folder))
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(1000)
		for _, d := range entries {
			if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
				each(fileAt(path.Join(e.Folder, d.Name()), info))
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// beginning is a folder, or the one that a source begins in.
func beginning(folder string) string {
	if folder == "" {
		return "."
	}
	return folder
}

// fileAt is a file whose version is its time.
func fileAt(at string, info fs.FileInfo) remote {
	return remote{path: at, name: info.Name(), size: info.Size(), modified: info.ModTime(),
		version: info.ModTime().UTC().Format(time.RFC3339Nano)}
}

// same says whether a file is still the listed version.
func (r remote) same(info fs.FileInfo) error {
	if now := fileAt(r.path, info); now.size != r.size || now.version != r.version {
		return errChanged
	}
	return nil
}

func (f *folder) read(ctx context.Context, r remote, to io.Writer) error {
	in, err := f.root.OpenFile(r.path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return ofOneFile(err)
	}
	defer in.Close()
	if _, err := io.Copy(to, cancelled{ctx, in}); err != nil {
		return err
	}
	now, err := f.root.Stat(r.path)
	if err != nil {
		return ofOneFile(err)
	}
	return r.same(now)
}

// cancelled stops reading when the context ends.
type cancelled struct {
	ctx  context.Context
	from io.Reader
}

func (c cancelled) Read(data []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.from.Read(data)
}

// ofOneFile tells what is wrong with one file from what is wrong with its source.
func ofOneFile(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: it is gone", errChanged)
	case errors.Is(err, fs.ErrPermission):
		return errDenied
	}
	return err
}

func (f *folder) remove(_ context.Context, r remote, e *Errand) error {
	return removeFile(rooted{f.root}, r, e)
}

func (f *folder) atOnce() int   { return 1 }
func (f *folder) failed() error { return nil }
func (f *folder) close()        { _ = f.root.Close() }

// tree is what folders and SFTP have in common.
type tree interface {
	Stat(path string) (fs.FileInfo, error)
	Remove(path string) error
	MkdirAll(path string) error
	Rename(from, to string) error // fails where there is such a file
}

// removeFile removes a file or moves it. A moved file that finds its name taken gets its time into its name.
func removeFile(t tree, r remote, e *Errand) error {
	now, err := t.Stat(r.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // somebody was faster
	case err != nil:
		return err
	}
	if err := r.same(now); err != nil {
		return errors.New("it has changed since it was fetched, and the next fetch takes it")
	}
	if e.After == Delete {
		return t.Remove(r.path)
	}
	if err := t.MkdirAll(e.To); err != nil {
		return err
	}
	to := path.Join(e.To, r.name)
	if _, err := t.Stat(to); err == nil {
		to = path.Join(e.To, timed(r))
	}
	return t.Rename(r.path, to)
}

// timed is a name with the time of its file.
func timed(r remote) string {
	end := path.Ext(r.name)
	return strings.TrimSuffix(r.name, end) + "." + r.modified.UTC().Format("20060102T150405") + end
}

// rooted is a folder of this machine as a tree.
type rooted struct{ *os.Root }

func (r rooted) MkdirAll(path string) error { return r.Root.MkdirAll(path, 0o700) }

func (r rooted) Rename(from, to string) error {
	switch err := r.Link(from, to); { // a rename would replace it
	case err == nil:
		return r.Root.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return err
	}
	return r.Root.Rename(from, to) // this file system has no second names
}
