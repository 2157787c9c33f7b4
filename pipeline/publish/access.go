package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
)

// ErrAnybody says that another user could change the rules of payment.
var ErrAnybody = errors.New("somebody else on this machine could change the configuration")

// ErrPlace says that a configured folder is in a wrong place.
var ErrPlace = errors.New("a folder cannot be where the configuration puts it")

// Prepare checks who can change the configuration and its folders, and makes missing folders.
func Prepare(configPath string, f config.Folders) error {
	if err := errors.Join(Guarded(configPath), withoutQuestion(f)); err != nil {
		return err
	}
	for _, dir := range []string{f.State, f.Landing, f.Statements, f.Closed, f.Work()} {
		if err := makePrivate(dir); err != nil {
			return err
		}
	}
	return makeForAnalysts(f)
}

// Guarded refuses a configuration that others may write or replace. The file and its folder must belong to us or to
// root. In the folders above, nobody may rename what belongs to another.
func Guarded(path string) error {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was not read from a file
	}
	if err != nil {
		return err
	}
	return errors.Join(guarded(path), guarded(real))
}

// guarded checks a file and all folders above it.
func guarded(file string) error {
	folder := filepath.Dir(file)
	for path, above := "", file; path != above; above = filepath.Dir(path) {
		path = above
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if path != file && path != folder {
			if info.Mode().Perm()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0 {
				return fmt.Errorf("%w: %s, above it, is %v; chmod o-w %s", ErrAnybody, path, info.Mode().Perm(), path)
			}
			continue
		}
		if info.Mode().Perm()&0o022 != 0 && (info.Mode()&fs.ModeSticky == 0 || !info.IsDir()) {
			return fmt.Errorf("%w: %s is %v; chmod go-w %s", ErrAnybody, path, info.Mode().Perm(), path)
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid != 0 && int(owner.Uid) != os.Getuid() {
			return fmt.Errorf("%w: %s belongs to user %d, and this is user %d", ErrAnybody, path, owner.Uid, os.Getuid())
		}
	}
	return nil
}

// makePrivate makes a folder that only we may enter. An existing one is closed to others.
func makePrivate(dir string) error {
	if err := files.Folder(dir); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(dir, 0o700)
}

// makeForAnalysts makes the folder of the published file, where it is not the state folder. Only the analysts' group
// may enter. It belongs to one state folder, so that a copy of the configuration elsewhere does not publish into it.
func makeForAnalysts(f config.Folders) error {
	if f.Analysts == f.State {
		return nil
	}
	isNew := !files.Exists(f.Analysts)
	if isNew {
		if err := os.MkdirAll(f.Analysts, 0o750); err != nil {
			return err
		}
	}
	info, err := os.Stat(f.Analysts)
	if err != nil {
		return err
	}
	if isNew || info.Mode().Perm()&0o027 != 0 { // the umask may have narrowed it
		if err := os.Chmod(f.Analysts, 0o750); err != nil {
			return err
		}
	}
	owner := filepath.Join(f.Analysts, "published.by")
	data, err := os.ReadFile(owner)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return files.Write(owner, []byte(f.State+"\n"), files.Private)
	case err != nil:
		return err
	case strings.TrimSpace(string(data)) != f.State:
		return fmt.Errorf("%w: %s belongs to %s, and this is %s; name another folder, or remove %s if that one is gone",
			ErrPlace, f.Analysts, strings.TrimSpace(string(data)), f.State, owner)
	}
	return nil
}

// withoutQuestion refuses paths with a question mark: DuckDB reads options after it, and looks for its log
// elsewhere.
func withoutQuestion(f config.Folders) error {
	for _, x := range [][2]string{{"state", f.State}, {"published", f.Analysts}} {
		if strings.Contains(x[1], "?") {
			return fmt.Errorf("%w: folders.%s has a question mark in its path, %s, where DuckDB can keep no database; "+
				"name another folder", ErrPlace, x[0], x[1])
		}
	}
	return nil
}

// OnOneDisk refuses folders on different file systems, because a rename cannot cross them.
func OnOneDisk(f config.Folders) error {
	var state syscall.Stat_t
	if err := syscall.Stat(f.State, &state); err != nil {
		return err
	}
	for name, path := range map[string]string{"statements": f.Statements, "closed": f.Closed, "published": f.Analysts} {
		var other syscall.Stat_t
		if err := syscall.Stat(path, &other); err != nil {
			return err
		}
		if other.Dev != state.Dev {
			return fmt.Errorf("%w: folders.%s is on another file system than folders.state, "+
				"and what is published is renamed from the one to the other", ErrPlace, name)
		}
	}
	return nil
}
