package pipeline_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tranche/fixtures/machine"
	"tranche/pipeline"
)

var january = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func TestWithoutLibreOfficeAPDFIsRefusedInOneSentence(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	w.run(t)
	c := w.config
	t.Setenv("PATH", t.TempDir())
	if _, err := pipeline.MakePDFs(t.Context(), c, january, nil); !errors.Is(err, pipeline.ErrNoOffice) {
		t.Errorf("without LibreOffice: %v", err)
	}
	if _, err := pipeline.MakePDFs(t.Context(), c, january, []string{"P9"}); err == nil {
		t.Error("a partner without a statement is not named")
	}
}

func TestAPDFStandsBesideItsWorkbookUntilThatChanges(t *testing.T) {
	long(t)
	machine.Works(t, "soffice", "--version")
	w := smallWorld(t, t.TempDir())
	w.run(t)
	c := w.config
	for _, want := range []int{1, 0} {
		done, err := pipeline.MakePDFs(t.Context(), c, january, []string{"P1"})
		if err != nil || len(done.Made) != want || done.Unchanged != 1-want {
			t.Fatalf("%d should be made: %+v (%v)", want, done, err)
		}
	}
	path := filepath.Join(w.dir, "statements", "2024-01", "statement_P1.pdf")
	data, err := os.ReadFile(path)
	if err != nil || len(data) < 1000 || string(data[:5]) != "%PDF-" {
		t.Fatalf("%d bytes are no PDF (%v)", len(data), err)
	}
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nB1,1,2024-01-20,P1,L,50.00\n")
	w.run(t)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the PDF of another workbook stands (%v)", err)
	}
}
