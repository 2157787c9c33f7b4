package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ledger"
	"tranche/pipeline/publish"
	"tranche/pipeline/store"
)

// run is the state that stages share. All else they get as arguments and return.
type run struct {
	Options
	lock      *lock
	ledger    *ledger.Ledger
	session   *store.Session // nil before load
	summary   *Summary
	took      map[string]int64 // milliseconds of each stage that has ended
	damaged   error            // why the caches were set aside as this run went on
	takenBack string           // the run whose unfinished publication was taken back as this one began
}

// begin takes the lock, undoes an unfinished publication, and opens the ledger. The files of closed months are still
// being proved when it returns; a stage waits for that before it keeps anything that follows from them.
func begin(ctx context.Context, o Options) (*run, error) {
	f := o.Config.Folders
	r := &run{Options: o, summary: &Summary{Folders: f, Currency: o.Config.Programme.Currency}}
	if err := publish.Prepare(o.Config.Path, f); err != nil {
		return nil, err
	}
	var err error
	if r.lock, err = takeLock(ctx, f, o); err != nil {
		return nil, err
	}
	began := time.Now()
	var unfinished, unread error
	misplaced := publish.OnOneDisk(f)
	r.takenBack, unfinished = publish.TakeBackUnfinished(target(o.Config))
	r.ledger, unread = ledger.Open(ctx, ledger.Options{
		Folder:     f.Closed,
		Log:        f.Audit(),
		Currency:   o.Config.Programme.Currency,
		YearStarts: o.Config.Programme.YearStarts,
		Keys:       o.Config.Signing,
	})
	if err := errors.Join(misplaced, unfinished, unread); err != nil {
		r.release()
		return nil, r.remember("begin", began, err)
	}
	return r, nil
}

// beginProven begins, and waits until every closed month is proved.
func beginProven(ctx context.Context, o Options) (*run, error) {
	began := time.Now()
	r, err := begin(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := r.ledger.Proven(); err != nil {
		r.release()
		return nil, r.remember("begin", began, err)
	}
	return r, nil
}

func (r *run) release() {
	closeSession(r.session, r.Config.Folders.Work())
	r.lock.release()
}

// facts are the log fields of a stage.
type facts map[string]any

// stage is one step of a run.
type stage struct {
	name string
	work func(facts) error
}

// carryOut runs the stages in order, and records the result.
func (r *run) carryOut(ctx context.Context, did string, list []stage) error {
	began := time.Now()
	r.took = map[string]int64{}
	attempt := fmt.Sprintf("%s-%d", began.UTC().Format("20060102T150405"), os.Getpid())
	for _, s := range list {
		start, say := time.Now(), facts{}
		if err := s.work(say); err != nil {
			return r.remember(did, began, failure(ctx, r.ledger, s.name, err))
		}
		took := time.Since(start)
		r.took[s.name] = took.Milliseconds()
		if r.Stage != nil {
			r.Stage(Stage{Name: s.name, Attempt: attempt, RunID: r.summary.RunID, Took: took, Facts: say})
		}
	}
	return r.remember(did, began, nil)
}

// failure is the error of a stage, and any damage in closed months, which may be its cause.
func failure(ctx context.Context, l *ledger.Ledger, stage string, err error) error {
	if damage := l.Proven(); damage != nil && ctx.Err() == nil && !errors.Is(err, damage) {
		err = errors.Join(damage, err)
	}
	if o := new(Obstacles); errors.As(err, &o) {
		return o // no stage has failed
	}
	return fmt.Errorf("%s: %w", stage, err)
}

// progress reports how far a stage is.
func (o Options) progress(stage string) func(done, total int) {
	return func(done, total int) {
		if o.Progress != nil {
			o.Progress(stage, done, total)
		}
	}
}

// target is the publishing part of the configuration.
func target(c *config.Config) publish.Target {
	return publish.Target{
		Database:   c.Folders.Published(),
		Statements: c.Folders.Statements,
		Replaced:   filepath.Join(c.Folders.State, "previous"),
		Keep:       c.Keep,
	}
}
