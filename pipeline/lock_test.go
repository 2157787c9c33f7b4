package pipeline_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/gofrs/flock"

	"tranche/pipeline"
)

func TestAClosingWaitsForAnotherRunWhereThatIsAskedFor(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	if _, err := pipeline.Run(t.Context(), w.options()); err != nil {
		t.Fatal(err)
	}
	other := flock.New(w.config.Folders.State, flock.SetFlag(os.O_RDONLY))
	if got, err := other.TryLock(); !got || err != nil {
		t.Fatal(got, err)
	}
	closing := pipeline.Closing{Month: day("2024-01-01"), By: "anna"}
	if _, err := pipeline.Close(t.Context(), w.options(), closing); !errors.Is(err, pipeline.ErrLocked) {
		t.Fatalf("beside another run it says %v", err)
	}
	o, waited := w.options(), ""
	o.Wait = func(holder string) { // the other run ends
		waited = holder
		if err := other.Unlock(); err != nil {
			t.Error(err)
		}
	}
	if _, err := pipeline.Close(t.Context(), o, closing); err != nil || !strings.Contains(waited, "process") {
		t.Errorf("it has waited for %q, and says %v", waited, err)
	}
}
