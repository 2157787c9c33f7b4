package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tranche/pipeline/config"
)

// ErrAnybody says that somebody else could change what everybody is paid by.
var ErrAnybody = errors.New("anybody on this machine could change the configuration")

// guarded refuses a configuration that others may write, or replace.
func guarded(c *config.Config) error {
	for _, path := range []string{c.Path, filepath.Dir(c.Path)} {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was read, or made, in another way
		}
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0 {
			return fmt.Errorf("%w: %s is %v; chmod o-w %s", ErrAnybody, path, info.Mode().Perm(), path)
		}
	}
	return nil
}

// shared makes the folder of the published file, where it has one of its own: the group
// of analysts may look into it, and nobody else.
func shared(f config.Folders) error {
	if f.Analysts == f.State || isThere(f.Analysts) {
		return nil
	}
	if err := os.MkdirAll(f.Analysts, 0o750); err != nil {
		return err
	}
	return os.Chmod(f.Analysts, 0o750) // whatever the umask is
}
