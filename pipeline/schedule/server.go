// Package schedule runs Tranche unattended: it starts each job when its slot is due, and sends the result to people
// and programs.
//
// The clock only triggers a check. The table of slots says what is due and what is done, so that restarts, daylight
// saving and clock jumps neither repeat nor lose a job. A lock lets one run at a time work in the folders.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/robfig/cron/v3"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/schedule/slots"
)

// Server runs the timetable of one configuration.
type Server struct {
	Read      func() (*config.Config, error) // reads the current configuration
	Program   string
	Now       func() time.Time
	Stage     func(pipeline.Stage)                        // may be nil
	Warn      func(sentence string)                       // may be nil
	Log       func(err error, event string, facts ...any) // one line; keys and values take turns
	Summarize func(*pipeline.Summary) string              // a run's result, for a person
	Link      func(address string)                        // says the one-time link of the console; may be nil

	config  atomic.Pointer[config.Config] // the last valid one
	checked time.Time                     // when the table was last read
}

// Serve runs due jobs until the context ends, and then waits for the current job.
func (s *Server) Serve(ctx context.Context) error {
	c, err := s.Read()
	if err != nil {
		return err
	}
	s.config.Store(c)
	// Two servers of one folder would each run every slot.
	if err := files.Folder(c.Folders.State); err != nil {
		return err
	}
	alone := flock.New(filepath.Join(c.Folders.State, "serve.lock"))
	if got, err := alone.TryLock(); err != nil {
		return err
	} else if !got {
		return fmt.Errorf("%w: tranche serve is at work in this folder already", pipeline.ErrLocked)
	}
	defer alone.Unlock() //nolint:errcheck // the kernel frees it at exit
	closePages, err := s.openPages(c)
	if err != nil {
		return err
	}
	defer closePages()
	// The order matters: a panic inside must not leave the outer guard locked.
	clock := cron.New(cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(panicLog{s})))
	first := clock.Schedule(cron.Every(30*time.Second), cron.FuncJob(func() { s.RunDue(ctx) }))
	clock.Schedule(cron.Every(15*time.Second), cron.FuncJob(func() { s.SendMessages(ctx) }))
	s.Log(nil, "serving", "timezone", c.Serve.Zone.String(), "jobs", len(c.Serve.Jobs))
	clock.Entry(first).WrappedJob.Run()
	clock.Start()
	<-ctx.Done()
	<-clock.Stop().Done()
	s.Log(nil, "stopped")
	return nil
}

// panicLog logs the panics that the clock recovers from.
type panicLog struct{ *Server }

func (panicLog) Info(string, ...any)                   {}
func (p panicLog) Error(err error, _ string, _ ...any) { p.Log(err, "a job panicked") }

// RunDue runs the due slots.
func (s *Server) RunDue(ctx context.Context) {
	c := s.current()
	err := files.Folder(c.Folders.State)
	var table *slots.Table
	if err == nil {
		table, err = slots.Open(c.Folders.Slots(), c.Serve.Zone)
	}
	if err != nil {
		s.Log(err, "the table of slots cannot be read")
		return
	}
	attended := s.checked
	s.checked = s.Now()
	for _, job := range c.Serve.Jobs {
		if ctx.Err() != nil {
			return
		}
		due, givenUp, err := table.Due(job, attended, s.Now())
		for _, slot := range givenUp {
			killed := errors.New("it was begun three times and never ended: " +
				"the program was killed each time; is there too little memory?")
			s.Log(killed, "a slot is given up", "job", slot.Job, "slot", slot.Name())
			err = errors.Join(err, notify(c, ended(c, slot, s.Now(), nil, "", killed), nil))
		}
		if err == nil && due != nil && ctx.Err() == nil {
			err = s.runSlot(ctx, table, *due)
		}
		if err != nil {
			s.Log(err, "a slot could not be done", "job", job.Name)
		}
	}
	if err := errors.Join(Finals(ctx, c, s.Now()), Deliver(ctx, c, s.Now())); err != nil {
		s.Log(err, "a message could not be stored")
	}
}

// SendMessages sends due messages, on its own clock, so that no job waits for a mail server.
func (s *Server) SendMessages(ctx context.Context) {
	if err := Outbox(s.current()).Flush(ctx, s.Now()); err != nil {
		s.Log(err, "messages could not be sent")
	}
}

// current is the current configuration, or the last valid one. A run itself reports the faults of an invalid one.
func (s *Server) current() *config.Config {
	if c, err := s.Read(); err == nil {
		s.config.Store(c)
	}
	return s.config.Load()
}

// runSlot runs a slot's job and records the result.
func (s *Server) runSlot(ctx context.Context, table *slots.Table, slot slots.Slot) error {
	if err := table.Record(slot, slots.Begun, s.Now(), ""); err != nil {
		return err
	}
	s.Log(nil, "slot begun", "job", slot.Job, "slot", slot.Name())
	err := s.runJob(ctx, table, slot)
	state, detail := slots.Done, ""
	switch {
	case errors.Is(err, pipeline.ErrLocked):
		state, detail, err = slots.PutOff, err.Error(), nil
	case err != nil && ctx.Err() != nil:
		state, detail, err = slots.PutOff, "the program was stopped", nil
	case err != nil:
		state, detail = slots.Failed, config.Short(err)
	}
	s.Log(err, "slot ended", "job", slot.Job, "slot", slot.Name(), "state", state, "detail", detail)
	return table.Record(slot, state, s.Now(), detail)
}

func (s *Server) runJob(ctx context.Context, table *slots.Table, slot slots.Slot) error {
	switch slot.Job {
	case config.NightlyRun:
		return s.runPipeline(ctx, slot, time.Time{})
	case config.MonthEnd:
		// Drafts of the month that has just ended, even without sales in it.
		return s.runPipeline(ctx, slot, time.Date(slot.At.Year(), slot.At.Month()-1, 1, 0, 0, 0, 0, time.UTC))
	case config.FreshnessLook:
		return notifyOverdue(s.current(), s.Now())
	default: // config.Cleanup
		return errors.Join(table.Tidy(500), removeOld(s.current(), s.Now()))
	}
}

// runPipeline runs for the newest month, at least the given one, and sends the result.
func (s *Server) runPipeline(ctx context.Context, slot slots.Slot, month time.Time) error {
	var summary *pipeline.Summary
	text := ""
	c, err := s.Read()
	if err != nil {
		c = s.current()
	} else {
		options := pipeline.Options{Config: c, NotBefore: month, Now: s.Now(), Program: s.Program, Stage: s.Stage,
			Warn: s.Warn}
		summary, err = pipeline.Run(ctx, options)
		if errors.Is(err, pipeline.ErrLocked) || err != nil && ctx.Err() != nil {
			return err
		}
	}
	if err == nil {
		text = s.Summarize(summary)
	}
	failed := errors.Join(notify(c, ended(c, slot, s.Now(), summary, text, err), nil), notifyOutages(c, s.Now()))
	if failed != nil {
		s.Log(failed, "a message could not be stored") // the run itself is unaffected
	}
	return err
}
