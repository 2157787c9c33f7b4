package pipeline

import (
	"context"
	"errors"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/lake"
)

// Lake is what came of publishing into the lake.
type Lake struct {
	lake.Done
	Down string // why it was not published into, or not tidied; the next run does it
}

// intoLake is the stage that publishes into the lake what is published in the file; no stage without a lake.
func (r *run) intoLake(ctx context.Context) []stage {
	if r.Config.Lake == nil {
		return nil
	}
	return []stage{{"lake", func(say facts) error {
		closeSession(r.session, r.Config.Folders.Work())
		r.session = nil
		done, err := fill(ctx, r.Config)
		r.summary.Lake = &Lake{Done: done}
		say["written"], say["unchanged"], say["removed"] = done.Written, done.Unchanged, done.Removed
		if err != nil { // what is published stands, so the run has not failed
			r.summary.Lake.Down, say["down"] = err.Error(), err.Error()
		}
		return nil
	}}}
}

// fill brings the lake up to what is published.
func fill(ctx context.Context, c *config.Config) (done lake.Done, err error) {
	s, err := openSession(ctx, c)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := attachPublished(ctx, s, c); err != nil {
		return done, err
	}
	p := lake.Publication{Now: time.Now()} // by the clock of the readers and of the files, not by the run's
	if p.Tables, err = exported(); err != nil {
		return done, err
	}
	if err := s.Row(ctx, "select hash from mart.as_of where part = 'run'", []any{&p.RunID}); err != nil {
		return done, err
	}
	return lake.Publish(ctx, s, *c.Lake, p)
}

// TryLake says whether the lake can be used, and changes nothing in it.
func TryLake(ctx context.Context, c *config.Config) error {
	s, err := openSession(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(lake.Try(ctx, s, *c.Lake), s.Close())
}
