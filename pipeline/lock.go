package pipeline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"tranche/pipeline/files"
)

// takeLock makes this the one run in its folders and empties the work folder.
func (r *run) takeLock() error {
	f := r.Config.Folders
	r.lock = flock.New(filepath.Join(f.State, "lock"))
	got, err := r.lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock %s: %w", f.State, err)
	}
	if !got {
		return ErrLocked
	}
	if err := r.clean(); err != nil {
		r.release()
		return err
	}
	return nil
}

// clean removes what an interrupted run left in the work folder. Nothing in it
// is ever needed again.
func (r *run) clean() error {
	if err := os.RemoveAll(r.Config.Folders.Work()); err != nil {
		return err
	}
	return files.Folder(r.Config.Folders.Work())
}

func (r *run) release() {
	if r.session != nil {
		_ = r.session.Close()
	}
	_ = r.lock.Unlock()
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
}
