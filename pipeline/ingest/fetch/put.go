package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/pkg/sftp"
)

// ErrUnsure says that a file may be there: the answer never came.
var ErrUnsure = errors.New("it cannot be known whether it arrived")

// errTaken says that another file has the name.
var errTaken = errors.New("another file of that name is there, and it is not replaced")

// putter is a connection that can also write.
type putter interface {
	// put writes a file under a name that nothing has. It calls leaves before anybody can see the file.
	put(ctx context.Context, to string, data []byte, leaves func() error) error
	// look fails where nothing could be put into a folder.
	look(ctx context.Context, folder string) error
}

// Put puts files into a folder of a place, one after the other, and makes the folder. The same bytes under a name are
// success; other bytes are never replaced. The answer is for people.
func Put(
	ctx context.Context, p Place, folder string, names []string, read func(name string) ([]byte, error),
	leaves func() error,
) (answer string, err error) {
	var stored []string
	err = putting(ctx, p, func(ctx context.Context, w putter) error {
		for _, name := range names {
			data, err := read(name)
			if err != nil {
				return err
			}
			to := path.Join(folder, name)
			if err := w.put(ctx, to, data, leaves); err != nil {
				return err
			}
			stored = append(stored, fmt.Sprintf("stored as %s, %d bytes", to, len(data)))
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return strings.Join(stored, "; "), nil
}

// TryPut says whether files could be put into a folder of a place. It writes nothing.
func TryPut(ctx context.Context, p Place, folder string) error {
	return putting(ctx, p, func(ctx context.Context, w putter) error { return w.look(ctx, folder) })
}

func putting(ctx context.Context, p Place, work func(context.Context, putter) error) error {
	ctx, stop := context.WithTimeout(ctx, longest)
	defer stop()
	c, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	w, ok := c.(putter)
	if !ok {
		return errors.New("nothing can be put there")
	}
	return work(ctx, w)
}

// aside is the name of a file that is not whole yet. Whoever collects files does not see it.
func aside(to string) string { return path.Join(path.Dir(to), "."+path.Base(to)+".part") }

func (f *folder) look(_ context.Context, at string) error {
	info, err := f.root.Stat(".")
	if err == nil && !info.IsDir() {
		err = errors.New("it is no folder")
	}
	return err
}

// put gives what it makes the permissions of the folder itself: whoever shares it has said there who may read.
func (f *folder) put(_ context.Context, to string, data []byte, leaves func() error) error {
	if there, err := f.root.ReadFile(to); err == nil {
		return same(there, data)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	info, err := f.root.Stat(".")
	if err != nil {
		return err
	}
	mode := info.Mode().Perm()
	if err := f.folders(path.Dir(to), mode); err != nil {
		return err
	}
	part := aside(to)
	out, err := f.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	err = errors.Join(err, out.Chmod(mode&0o666|0o600), out.Sync(), out.Close())
	if err == nil {
		err = leaves()
	}
	if err != nil {
		return errors.Join(err, f.root.Remove(part))
	}
	if err := (rooted{f.root}).Rename(part, to); err != nil {
		return err
	}
	dir, err := f.root.Open(path.Dir(to))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsure, err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsure, err)
	}
	return nil
}

// folders makes the folders that a file needs.
func (f *folder) folders(dir string, mode fs.FileMode) error {
	if dir == "." {
		return nil
	}
	if err := f.folders(path.Dir(dir), mode); err != nil {
		return err
	}
	err := f.root.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		err = f.root.Chmod(dir, mode|0o700)
	}
	return err
}

// same says whether a file that is there is the one that is to be put.
func same(there, data []byte) error {
	if bytes.Equal(there, data) {
		return nil
	}
	return errTaken
}

func (c *sftpConnection) look(_ context.Context, at string) error {
	defer c.await()()
	info, err := c.client.Stat(beginning(at))
	for at != "" && at != "." && at != "/" && errors.Is(err, fs.ErrNotExist) { // it is made when something is put there
		at = path.Dir(at)
		info, err = c.client.Stat(at)
	}
	if err == nil && !info.IsDir() {
		err = errors.New("it is no folder")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", beginning(at), err)
	}
	return nil
}

func (c *sftpConnection) put(_ context.Context, to string, data []byte, leaves func() error) error {
	defer c.await()()
	if there, err := c.client.Open(to); err == nil {
		text, err := io.ReadAll(io.LimitReader(there, int64(len(data))+1))
		if err = errors.Join(err, there.Close()); err != nil {
			return err
		}
		return same(text, data)
	}
	if dir := path.Dir(to); dir != "." {
		if err := c.client.MkdirAll(dir); err != nil {
			return fmt.Errorf("make %s: %w", dir, err)
		}
	}
	part := aside(to)
	out, err := c.client.Create(part)
	if err != nil {
		return fmt.Errorf("write %s: %w", part, err)
	}
	_, err = out.Write(data)
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("write %s: %w", part, err)
	}
	if err := leaves(); err != nil {
		return err
	}
	if err = c.client.Rename(part, to); err != nil && !errors.As(err, new(*sftp.StatusError)) {
		return fmt.Errorf("%w: %w", ErrUnsure, err)
	}
	return err
}

func (b *bucket) look(ctx context.Context, _ string) error {
	there, err := b.client.BucketExists(ctx, b.Name)
	if err == nil && !there {
		err = fmt.Errorf("%s has no bucket %s", b.Endpoint, b.Name)
	}
	return b.explained(err)
}

func (b *bucket) put(ctx context.Context, to string, data []byte, leaves func() error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	silence := newPatience(b.Patience, stop)
	defer silence.await()()
	there, _, _, err := minio.Core{Client: b.client}.GetObject(ctx, b.Name, to, minio.GetObjectOptions{})
	if err == nil {
		text, err := io.ReadAll(io.LimitReader(there, int64(len(data))+1))
		if err = errors.Join(err, there.Close()); err != nil {
			return b.explained(err)
		}
		return same(text, data)
	}
	if minio.ToErrorResponse(err).Code != minio.NoSuchKey {
		return b.explained(err)
	}
	if err := leaves(); err != nil {
		return err
	}
	_, err = b.client.PutObject(ctx, b.Name, to, bytes.NewReader(data), int64(len(data)),
		minio.PutObjectOptions{ContentType: "application/octet-stream", DisableMultipart: true})
	if lost := silence.lost(); lost != nil {
		err = lost
	}
	var answer minio.ErrorResponse
	if err != nil && (!errors.As(err, &answer) || answer.StatusCode < 400 || answer.StatusCode >= 500) {
		return fmt.Errorf("%w: %w", ErrUnsure, err)
	}
	return b.explained(err)
}
