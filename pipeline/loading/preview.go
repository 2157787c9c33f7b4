package loading

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"tranche/pipeline/feed"
)

// Understood is how a file would be read, without loading it.
type Understood struct {
	Columns  []string
	Rows     [][]string // the first few
	Records  int64
	Rejected int64
	Amount   string // of the typed records of a sales file, in the documents' currencies
	Problems []feed.Problem
	Ignored  []string
	Refused  *feed.Problem
}

// Preview reads a file as a feed would and keeps the first rows.
func Preview(path string, declared feed.Feed, rows int) (*Understood, error) {
	work, err := os.MkdirTemp("", "tranche-preview-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	l := Loader{Work: work}
	r := &reading{canonical: filepath.Join(work, "canonical")}
	r.kind, _ = feed.KindNamed(declared.Kind)
	u := &Understood{}
	t, err := openText(path, declared)
	if err == nil {
		defer t.file.Close()
		err = l.readText(t, declared, r)
	}
	if err == nil {
		err = judge(declared, r)
	}
	if err != nil && !errors.As(err, &u.Refused) {
		return nil, err
	}
	u.Records, u.Rejected, u.Problems, u.Ignored = r.records, r.rejected, r.problems, r.notes
	if r.kind.Name == feed.Sales {
		u.Amount = r.amount.String()
	}
	return u, u.read(r, rows)
}

// read takes the first rows out of the canonical lines.
func (u *Understood) read(r *reading, rows int) error {
	u.Columns = []string{"line"}
	var fixed []string
	for _, c := range columnsOf(r.kind) {
		if _, left := r.fixed[c[0]]; !left {
			u.Columns = append(u.Columns, c[0])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.fixed)) {
		if value := r.fixed[name]; value != "" {
			u.Columns, fixed = append(u.Columns, name), append(fixed, value)
		}
	}
	f, err := os.Open(r.canonical)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	in := csv.NewReader(bufio.NewReader(f))
	for len(u.Rows) < rows {
		row, err := in.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		u.Rows = append(u.Rows, append(row, fixed...))
	}
	return nil
}
