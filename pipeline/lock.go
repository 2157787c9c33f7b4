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
func takeLock(ctx context.Context, f config.Folders, o Options) (*lock, error) {
	l := &lock{
		state:  flock.New(f.State, flock.SetFlag(os.O_RDONLY)),
		landed: flock.New(f.Landing, flock.SetFlag(os.O_RDONLY)),
	}
	holder := filepath.Join(f.State, "lock")
	got, err := take(ctx, l.state, holder, o.Wait)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", f.State, err)
	}
	if !got {
		return nil, fmt.Errorf("%w%s", ErrLocked, named(holder))
	}
	if got, err = take(ctx, l.landed, f.Landing, o.Wait); err != nil || !got {
		l.release()
		return nil, errors.Join(err, fmt.Errorf("%w, by another configuration: %s", ErrLocked, f.Landing))
	}
	// The kernel frees the lock of a dead process. The name in the file is only for people.
	host, _ := os.Hostname()
	who := fmt.Sprintf("%s, process %d on %s, since %s\n", o.Program, os.Getpid(), host, o.Now.UTC().Format(time.RFC3339))
	_ = os.WriteFile(holder, []byte(who), files.Private)
	if err := emptyWork(f); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

// take takes a lock, and waits for it where that is asked for.
func take(ctx context.Context, l *flock.Flock, holder string, wait func(holder string)) (bool, error) {
	got, err := l.TryLock()
	if got || err != nil || wait == nil {
		return got, err
	}
	wait(strings.TrimPrefix(named(holder), ": "))
	return l.TryLockContext(ctx, 100*time.Millisecond)
}

// named is who holds the lock, after a colon; empty where nobody says.
func named(holder string) string {
	who, err := os.ReadFile(holder)
	if err != nil || len(who) == 0 {
		return ""
	}
	return ": " + strings.TrimSpace(string(who))
}

// emptyWork empties the work folder.
func emptyWork(f config.Folders) error {
	return errors.Join(os.RemoveAll(f.Work()), files.Folder(f.Work()))
}

func (l *lock) release() {
	_ = l.landed.Unlock() // where it was not taken, this does nothing
	_ = l.state.Unlock()
}
