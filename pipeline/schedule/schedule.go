// Package night keeps Tranche at work by itself: it asks the table of slots what is due,
// does it, and tells people and programs what came of it.
//
// The clock only wakes it. What is due, and whether it was done, is in the table, so
// that restarts, daylight saving and clocks that jump change nothing. One run at a time
// works in the folders, whoever started it: a lock that a dead holder gives up says so.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/robfig/cron/v3"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/schedule/slots"
	"tranche/pipeline/schedule/web"
)

// Night is a Tranche that serves itself.
type Night struct {
	Read    func() (*config.Config, error) // the configuration, as it is now
	Program string
	Now     func() time.Time
	Stage   func(pipeline.Stage)                      // may be nil
	Log     func(level, what string, facts ...[2]any) // one line
	Plain   func(*pipeline.Summary) string            // what a run came to, for a person
	Began   func(address string)                      // told where the pages are, once they are; may be nil

	alone  *flock.Flock // one of us serves a folder
	guard  sync.Mutex
	config *config.Config // the last one that made sense
	awake  time.Time      // when the table was asked last
}

// Serve does what is due until the context ends, and then lets what is at work finish
// cleanly or be abandoned.
func (n *Night) Serve(ctx context.Context) error {
	c, err := n.Read()
	if err != nil {
		return err
	}
	n.config = c
	if err := n.beAlone(c); err != nil {
		return err
	}
	defer n.alone.Unlock() //nolint:errcheck // the kernel frees it with us
	stop, err := n.watch(c)
	if err != nil {
		return err
	}
	defer stop()
	// In this order: a panic inside must not leave the guard outside shut for good.
	clock := cron.New(cron.WithLocation(time.UTC), cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(said{n})))
	id, err := clock.AddFunc("@every 30s", func() { n.Wake(ctx) })
	if err != nil {
		return err
	}
	if _, err := clock.AddFunc("@every 15s", func() { n.Post(ctx) }); err != nil {
		return err
	}
	n.Log("info", "serving", [2]any{"timezone", c.Serve.Zone.String()}, [2]any{"jobs", len(c.Serve.Jobs)})
	clock.Entry(id).WrappedJob.Run()
	clock.Start()
	<-ctx.Done()
	<-clock.Stop().Done()
	n.Log("info", "stopped")
	return nil
}

// beAlone makes this the one that serves the folder: two would each do every slot.
func (n *Night) beAlone(c *config.Config) error {
	if err := files.Folder(c.Folders.State); err != nil {
		return err
	}
	n.alone = flock.New(filepath.Join(c.Folders.State, "serve.lock"))
	got, err := n.alone.TryLock()
	if err == nil && !got {
		err = fmt.Errorf("%w: tranche serve is at work in this folder already", pipeline.ErrLocked)
	}
	return err
}

// said writes down what the clock recovers from.
type said struct{ *Night }

func (s said) Info(string, ...any) {}
func (s said) Error(err error, what string, _ ...any) {
	s.Log("error", "a job panicked: "+what, [2]any{"error", err.Error()})
}

// Wake asks the table what is due and does it.
func (n *Night) Wake(ctx context.Context) {
	c := n.current()
	if err := files.Folder(c.Folders.State); err != nil {
		n.Log("error", "the folder of the table of slots", [2]any{"error", err.Error()})
		return
	}
	table, err := slots.Open(c.Folders.Slots(), c.Serve.Zone)
	if err != nil {
		n.Log("error", "the table of slots cannot be read", [2]any{"error", err.Error()})
		return
	}
	table.Attended(n.awake)
	n.awake = n.Now()
	for _, job := range c.Serve.Jobs {
		if ctx.Err() != nil {
			return
		}
		slot, given, err := table.Due(job, n.Now())
		for _, s := range given {
			n.Log("error", "a slot was begun again and again and never ended", [2]any{"job", s.Job}, [2]any{"slot", s.Name()})
			err = errors.Join(err, Tell(c, failed(c, s, n.Now(), errors.New("it was begun three times and never ended: the program was killed each time; is there too little memory?"))))
		}
		if err == nil && slot != nil && ctx.Err() == nil {
			err = n.do(ctx, table, *slot)
		}
		if err != nil {
			n.Log("error", "a slot could not be done", [2]any{"job", job.Name}, [2]any{"error", err.Error()})
		}
	}
	if err := Finals(c, n.Now()); err != nil {
		n.Log("error", "the outbox", [2]any{"error", err.Error()})
	}
}

// Post sends what waits to be sent. Servers can take their time, so that no job waits for it.
func (n *Night) Post(ctx context.Context) {
	if err := Box(n.current()).Flush(ctx, n.Now()); err != nil {
		n.Log("error", "the outbox", [2]any{"error", err.Error()})
	}
}

// current is the configuration as it is now. One that makes no sense leaves the last one
// in force for the timetable; the run itself will say what is wrong with it.
func (n *Night) current() *config.Config {
	c, err := n.Read()
	n.guard.Lock()
	defer n.guard.Unlock()
	if err == nil {
		n.config = c
	}
	return n.config
}

// do does a slot and writes down what became of it.
func (n *Night) do(ctx context.Context, table *slots.Table, s slots.Slot) error {
	if err := table.Begin(s, n.Now()); err != nil {
		return err
	}
	n.Log("info", "slot begun", [2]any{"job", s.Job}, [2]any{"slot", s.Name()})
	err := n.jobs()[s.Job](ctx, s)
	state, detail := slots.Done, ""
	switch {
	case errors.Is(err, pipeline.ErrLocked):
		state, detail = slots.PutOff, err.Error()
	case err != nil && ctx.Err() != nil:
		state, detail = slots.PutOff, "the program was stopped"
	case err != nil:
		state, detail = slots.Failed, config.Short(err)
	}
	level := "info"
	if state == slots.Failed {
		level = "error"
	}
	n.Log(level, "slot ended", [2]any{"job", s.Job}, [2]any{"slot", s.Name()}, [2]any{"state", state}, [2]any{"detail", detail})
	return table.End(s, state, n.Now(), detail)
}

func (n *Night) jobs() map[string]func(context.Context, slots.Slot) error {
	return map[string]func(context.Context, slots.Slot) error{
		config.NightlyRun:    func(ctx context.Context, s slots.Slot) error { return n.run(ctx, s, time.Time{}) },
		config.MonthEnd:      n.monthEnd,
		config.FreshnessLook: n.freshness,
		config.Cleanup:       n.cleanup,
	}
}

// run runs, for a month or the newest, and tells what came of it.
func (n *Night) run(ctx context.Context, s slots.Slot, month time.Time) error {
	c, err := n.Read()
	if err != nil {
		n.tell(n.current(), failed(n.current(), s, n.Now(), err))
		return err
	}
	summary, err := pipeline.Run(ctx, pipeline.Options{Config: c, NotBefore: month, Now: n.Now(), Program: n.Program, Stage: n.Stage})
	if errors.Is(err, pipeline.ErrLocked) || err != nil && ctx.Err() != nil {
		return err
	}
	if err != nil {
		n.tell(c, failed(c, s, n.Now(), err))
		return err
	}
	n.tell(c, done(c, s, n.Now(), summary, n.Plain(summary)))
	return nil
}

// tell tells; that nobody could be told is a line of the log, and changes nothing of what
// was done.
func (n *Night) tell(c *config.Config, m news) {
	if err := Tell(c, m); err != nil {
		n.Log("error", "somebody could not be told", [2]any{"error", err.Error()})
	}
}

// monthEnd runs for the month that has ended before the slot, or a later one that has
// begun, so that there are drafts of it even if nothing was sold in it.
func (n *Night) monthEnd(ctx context.Context, s slots.Slot) error {
	return n.run(ctx, s, time.Date(s.At.Year(), s.At.Month()-1, 1, 0, 0, 0, 0, time.UTC))
}

// freshness tells of feeds, and of runs, that should have come by now.
func (n *Night) freshness(context.Context, slots.Slot) error { return Missing(n.current(), n.Now()) }

// cleanup forgets what is old: the table, the history, and messages that were sent.
func (n *Night) cleanup(context.Context, slots.Slot) error {
	c := n.current()
	table, err := slots.Open(c.Folders.Slots(), c.Serve.Zone)
	if err != nil {
		return err
	}
	return errors.Join(table.Tidy(500), Forget(c, n.Now()))
}

// watch opens the pages, if there are to be any.
func (n *Night) watch(c *config.Config) (func(), error) {
	if c.Serve.Listen == "" {
		return func() {}, nil
	}
	server, err := web.New(watched{n}, web.Guard{Address: c.Serve.Listen, Token: c.Serve.Token, Certificate: c.Serve.TLS, Clients: c.Serve.Clients})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", c.Serve.Listen)
	if err != nil {
		return nil, fmt.Errorf("serve.listen: %w", err)
	}
	go func() {
		serve := server.Serve
		if server.TLSConfig != nil {
			serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
		}
		if err := serve(l); !errors.Is(err, http.ErrServerClosed) {
			n.Log("error", "the pages are gone", [2]any{"error", err.Error()})
		}
	}()
	if n.Began != nil {
		n.Began(l.Addr().String())
	}
	return func() {
		ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		_ = server.Shutdown(ctx)
	}, nil
}

// watched is what the pages show of us.
type watched struct{ *Night }

// Ready says why what is published is not to be relied upon.
func (w watched) Ready() error {
	past, err := w.History()
	if err != nil {
		return err
	}
	at, ok := pipeline.LastSuccess(past, w.Now())
	if !ok {
		return errors.New("no run has ended well yet")
	}
	if age := w.Now().Sub(at); age > w.current().Serve.Overdue {
		return fmt.Errorf("no run has ended well for %s", age.Truncate(time.Minute))
	}
	return nil
}

// History is the runs that have ended.
func (w watched) History() ([]pipeline.Past, error) { return pipeline.History(w.current()) }

// Fresh is when each feed last came.
func (w watched) Fresh() ([]pipeline.Freshness, error) { return pipeline.Fresh(w.current(), w.Now()) }

// Unsent counts messages that have not arrived for certain.
func (w watched) Unsent() (int, error) {
	open, err := Box(w.current()).Open()
	return len(open), err
}

// Now is the time.
func (w watched) Now() time.Time { return w.Night.Now() }
