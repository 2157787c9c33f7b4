package pipeline_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranche/pipeline"
)

func TestAFolderMayHaveTheMarksOfAPatternInItsName(t *testing.T) {
	long(t)
	for _, name := range []string{"f[1]", "back\\slash", "a*b", "it's"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		b := newBroken(t, dir)
		first := b.published(t)
		b.goesOn(t, name)
		if _, err := pipeline.Rollback(t.Context(), b.options(), "anna", "a test"); err != nil {
			t.Fatal(name, err)
		}
		if got := b.published(t); !maps.Equal(got, first) {
			t.Errorf("%s: the rollback went elsewhere: %s", name, difference(got, first))
		}
	}
}

func TestAFolderWithAQuestionMarkIsRefusedBeforeAnythingIsDone(t *testing.T) {
	b := newBroken(t, t.TempDir())
	other := *b.config
	other.Folders.State = filepath.Join(t.TempDir(), "what?", "state")
	o := b.options()
	o.Config = &other
	_, err := pipeline.Run(t.Context(), o)
	if !errors.Is(err, pipeline.ErrPlace) ||
		!strings.Contains(err.Error(), "folders.state has a question mark in its path") {
		t.Errorf("it says %v", err)
	}
	if _, err := os.Stat(other.Folders.State); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it made the folder (%v)", err)
	}
}

func TestALandingFolderThatIsEmptyTakesNoStatementAway(t *testing.T) {
	b := newBroken(t, t.TempDir())
	for _, dir := range []string{b.config.Folders.Landing, b.config.Folders.Inbox} {
		if err := errors.Join(os.Rename(dir, dir+".gone"), os.Mkdir(dir, 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pipeline.Run(t.Context(), b.options()); err == nil ||
		!strings.Contains(err.Error(), "is its disk mounted?") {
		t.Errorf("it says %v", err)
	}
	b.stands(t, "an empty landing folder")
}

func TestTwoConfigurationsDoNotWorkOnTheSameLandedFilesAtOnce(t *testing.T) {
	b := newBroken(t, t.TempDir())
	first, said := b.begun(t)
	for said.Scan() && said.Text() != "land" {
	}
	other := *b.config
	other.Folders.State = filepath.Join(b.dir, "other-state")
	other.Folders.Analysts = other.Folders.State
	o := b.options()
	o.Config = &other
	if _, err := pipeline.Run(t.Context(), o); !errors.Is(err, pipeline.ErrLocked) {
		t.Errorf("the second says %v", err)
	}
	_ = first.Process.Kill()
	_ = first.Wait()
}

func TestAFolderOfSomebodyElsesIsRefusedAndSoIsOneBelowWhatAnybodyMayRename(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	outer := t.TempDir()
	b := newBroken(t, outer)
	if err := os.Chown(b.dir, 12345, -1); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Run(t.Context(), b.options()); !errors.Is(err, pipeline.ErrAnybody) ||
		!strings.Contains(err.Error(), b.dir+" belongs to user 12345") {
		t.Errorf("it says %v", err)
	}
	if err := errors.Join(os.Chown(b.dir, 0, -1), os.Chmod(outer, 0o777)); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Run(t.Context(), b.options()); !errors.Is(err, pipeline.ErrAnybody) ||
		!strings.Contains(err.Error(), outer+", above it") {
		t.Errorf("it says %v", err)
	}
	// The file itself lies where anybody may replace it.
	target := filepath.Join(outer, "config.yaml")
	here := filepath.Join(b.dir, "config.yaml")
	if err := errors.Join(os.Rename(here, target), os.Symlink(target, here), os.Chmod(outer, 0o775)); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Run(t.Context(), b.options()); !errors.Is(err, pipeline.ErrAnybody) ||
		!strings.Contains(err.Error(), outer+" is") {
		t.Errorf("it says %v", err)
	}
	if err := os.Chmod(outer, 0o755); err != nil {
		t.Fatal(err)
	}
	b.goesOn(t, "as it was")
}
