package ledger

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tranche/pipeline/ledger/anchor"
	"tranche/pipeline/ledger/audit"
)

// Options are the ledger's place, and what it must agree with.
type Options struct {
	Folder, Log string
	Currency    string
	YearStarts  int           // month in which the programme year begins
	Keys        anchor.Signer // the zero value: any key may have signed
}

// Open reads the decisions and finishes an interrupted one. It starts to prove the closed months and does not wait:
// whoever keeps anything that follows from their files calls Proven first.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	log, hashes, err := audit.ReadHashed(o.Log)
	if err != nil {
		return nil, err
	}
	if err := followLog(o.Folder, log); err != nil {
		return nil, err
	}
	l, err := readMonths(o.Folder, log)
	if err != nil {
		return nil, err
	}
	if err := l.anchors(hashes, o.Keys); err != nil {
		return nil, damaged(err)
	}
	if last := l.Last(); last != nil && last.Currency != o.Currency {
		return nil, fmt.Errorf("%s was stated in %s, and the configuration reckons in %s; "+
			"amounts in two currencies cannot be carried on", last.Month, last.Currency, o.Currency)
	}
	if last := l.Last(); last != nil && last.Year != o.YearStarts {
		return nil, fmt.Errorf("%s was stated in a programme year that begins in %s, and the configuration says %s "+
			"(year_starts); what a year has come to cannot be carried into another kind of year",
			last.Month, time.Month(last.Year), time.Month(o.YearStarts))
	}
	l.proven = sync.OnceValue(func() error {
		err := proveAll(ctx, l.all)
		if err == nil || ctx.Err() != nil {
			return ctx.Err() // an interrupted proof proves nothing
		}
		return damaged(err)
	})
	go l.proven()
	return l, nil
}
