package pipeline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
)

// lock lets one run at a time work in the folders. It locks the folder itself: a lock file could be removed by hand,
// and a second run would start.
type lock struct {
	state  *flock.Flock
	landed *flock.Flock // shared with another configuration that has its own state folder
}

// takeLock takes the lock and empties the work folder, which an interrupted run may have filled.
func takeLock(f config.Folders, program string, now time.Time) (*lock, error) {
	l := &lock{
		state:  flock.New(f.State, flock.SetFlag(os.O_RDONLY)),
		landed: flock.New(f.Landing, flock.SetFlag(os.O_RDONLY)),
	}
	got, err := l.state.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", f.State, err)
	}
	holder := filepath.Join(f.State, "lock")
	if !got {
		who, err := os.ReadFile(holder)
		if err != nil || len(who) == 0 {
			return nil, ErrLocked
		}
		return nil, fmt.Errorf("%w: %s", ErrLocked, strings.TrimSpace(string(who)))
	}
	if got, err = l.landed.TryLock(); err != nil || !got {
		l.release()
		return nil, errors.Join(err, fmt.Errorf("%w, by another configuration: %s", ErrLocked, f.Landing))
	}
	// The kernel frees the lock of a dead process. The name in the file is only for people.
	host, _ := os.Hostname()
	who := fmt.Sprintf("%s, process %d on %s, since %s\n", program, os.Getpid(), host, now.UTC().Format(time.RFC3339))
	_ = os.WriteFile(holder, []byte(who), files.Private)
	if err := emptyWork(f); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

// emptyWork empties the work folder.
func emptyWork(f config.Folders) error {
	return errors.Join(os.RemoveAll(f.Work()), files.Folder(f.Work()))
}

func (l *lock) release() {
	_ = l.landed.Unlock() // where it was not taken, this does nothing
	_ = l.state.Unlock()
}
