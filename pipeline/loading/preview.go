package loading

import (
	"errors"
	"maps"
	"slices"
	"strconv"

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

	fixed []string // what every row holds in the last columns
}

// Preview reads a file as a feed would and keeps the first rows.
func Preview(path string, declared feed.Feed, rows int) (*Understood, error) {
	u := &Understood{}
	r, err := open(path, declared)
	defer r.close()
	if err == nil {
		u.name(r)
		err = r.all(func(b *feed.Batch) error {
			u.keep(b, rows)
			return nil
		})
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
	return u, nil
}

// name lists the columns: those that differ from row to row, then those that
// are the same in each.
func (u *Understood) name(r *reading) {
	u.Columns = []string{"line"}
	for _, c := range r.typer.NewBatch().Columns {
		u.Columns = append(u.Columns, c.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(r.fixed)) {
		if value := r.fixed[name]; value != "" {
			u.Columns, u.fixed = append(u.Columns, name), append(u.fixed, value)
		}
	}
}

// keep takes the first rows of a file.
func (u *Understood) keep(b *feed.Batch, most int) {
	for row := 0; row < len(b.Lines) && len(u.Rows) < most; row++ {
		texts := []string{strconv.FormatInt(b.Lines[row], 10)}
		for i := range b.Columns {
			texts = append(texts, b.Columns[i].Show(row))
		}
		u.Rows = append(u.Rows, append(texts, u.fixed...))
	}
}
