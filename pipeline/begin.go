package pipeline

import (
	"context"
	"errors"
	"time"
)

// begin takes the lock and reads what has been decided and stated.
func begin(o Options) (*run, error) {
	began := time.Now()
	r, err := beginUnproven(context.Background(), o)
	if err != nil {
		return nil, err
	}
	if err := r.proven(); err != nil {
		r.release()
		return nil, r.remember("begin", began, err)
	}
	return r, nil
}

// beginUnproven does so while the files of closed months are still being hashed, for which a
// night has time while it makes the models. Who begins so has to wait for proven before
// anything that follows from those files is kept.
func beginUnproven(ctx context.Context, o Options) (*run, error) {
	r := &run{Options: o, facts: map[string]any{}, summary: &Summary{Folders: o.Config.Folders, Currency: o.Config.Programme.Currency}}
	f := o.Config.Folders
	if err := errors.Join(Guarded(o.Config), withoutQuestion(f)); err != nil {
		return nil, err
	}
	for _, dir := range []string{f.State, f.Landing, f.Statements, f.Closed, f.Work()} {
		if err := makePrivate(dir); err != nil {
			return nil, err
		}
	}
	if err := makeForAnalysts(f); err != nil {
		return nil, err
	}
	if err := r.takeLock(); err != nil {
		return nil, err
	}
	began := time.Now()
	if err := errors.Join(onOneDisk(f), r.takeBackUnfinished(), r.readLedger(ctx)); err != nil {
		r.release()
		return nil, r.remember("begin", began, err)
	}
	return r, nil
}
