package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"tranche/pipeline/files"
)

// takeLock makes this the one run in its folders and empties the work folder. What is
// locked is the folder itself: a file for it could be removed by somebody who takes it
// for a leftover, and let a second run in.
func (r *run) takeLock() error {
	f := r.Config.Folders
	r.lock = flock.New(f.State, flock.SetFlag(os.O_RDONLY))
	got, err := r.lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock %s: %w", f.State, err)
	}
	if !got {
		return r.holder()
	}
	// Another configuration can name the same landed files, and a state folder of its own.
	r.landLock = flock.New(f.Landing, flock.SetFlag(os.O_RDONLY))
	if got, err = r.landLock.TryLock(); err != nil || !got {
		r.release()
		return errors.Join(err, fmt.Errorf("%w, by another configuration: %s", ErrLocked, f.Landing))
	}
	r.sign()
	if err := r.clean(); err != nil {
		r.release()
		return err
	}
	return nil
}

// holder says who is at work, as the lock file has it.
func (r *run) holder() error {
	who, err := os.ReadFile(r.signature())
	if err != nil || len(who) == 0 {
		return ErrLocked
	}
	return fmt.Errorf("%w: %s", ErrLocked, strings.TrimSpace(string(who)))
}

// sign writes into the lock who holds it. The lock itself is the kernel's, which frees it
// with whoever dies; what is written here is only for people.
func (r *run) sign() {
	host, _ := os.Hostname()
	text := fmt.Sprintf("%s, process %d on %s, since %s\n", r.Program, os.Getpid(), host, r.Now.UTC().Format(time.RFC3339))
	_ = os.WriteFile(r.signature(), []byte(text), files.Private)
}

func (r *run) signature() string { return filepath.Join(r.Config.Folders.State, "lock") }

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
		// What has to last was detached; the tables would be written to the disk to be removed from it.
		// After a run that failed the store keeps its log, which the next run reads.
		_ = r.session.Exec(context.Background(), "pragma disable_checkpoint_on_shutdown")
		_ = r.session.Close()
		_ = r.removeTables() // if it cannot, the next run does
	}
	if r.landLock != nil {
		_ = r.landLock.Unlock()
	}
	_ = r.lock.Unlock()
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
}
