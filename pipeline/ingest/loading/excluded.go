package loading

import (
	"context"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
)

// excluded is the rows that meet one condition of a feed's exclude.
type excluded struct {
	rows     int64
	readable int64      // rows that read as records
	amount   feed.Total // of those whose amount can be read
	unread   int64
	first    int64 // line
}

// exclude counts a row that is no sale. The heading of a group gives its value to the rows below.
func (r *result) exclude(condition int, rec *framing.Record, t *feed.Typer) {
	r.count(rec)
	if r.excluded == nil {
		r.excluded = make([]excluded, t.Excludes())
	}
	e := &r.excluded[condition]
	if e.rows == 0 {
		e.first = rec.Line
	}
	e.rows++
	t.Heading(condition, rec)
	switch {
	case rec.Sort == framing.Broken:
		e.unread++
		return
	case t.ReadsRow(rec):
		e.readable++
	}
	if t.HasAmount {
		e.amount.Add(t.Amount)
	} else {
		e.unread++
	}
}

func (t *tally) addExcluded(list []excluded) {
	if t.excluded == nil {
		t.excluded = list
		return
	}
	for i := range list {
		mine, o := &t.excluded[i], &list[i]
		if mine.rows == 0 {
			mine.first = o.first
		}
		mine.rows += o.rows
		mine.readable += o.readable
		mine.unread += o.unread
		mine.amount.Merge(&o.amount)
	}
}

// judged is how many rows are loaded or rejected.
func (t *tally) judged() int64 {
	excluded, _ := t.allExcluded()
	return t.records - excluded
}

// allExcluded is how many rows are excluded, and the sum of their amounts.
func (t *tally) allExcluded() (rows int64, amount feed.Total) {
	for i := range t.excluded {
		rows += t.excluded[i].rows
		amount.Merge(&t.excluded[i].amount)
	}
	return rows, amount
}

// storeExcluded stores what each condition excludes.
func (l *Loader) storeExcluded(ctx context.Context, r *reading) error {
	for i := range r.excluded {
		e := &r.excluded[i]
		if e.rows == 0 {
			continue
		}
		words := printable(r.feed.Exclude[i].String())
		err := l.Session.Exec(ctx, "insert into store.raw.excluded values (?, ?, ?, ?, ?, ?::decimal(38,6), ?, ?)",
			r.file.Sequence, i+1, words, e.rows, e.readable, e.amount.String(), e.unread, e.first)
		if err != nil {
			return err
		}
	}
	return nil
}
