package console

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/console/accounts"
)

// work is something that takes longer than a request: a run, a closing, a comparison.
type work struct {
	id, title string
	act       accounts.Act
	account   string // of whoever asked for it
	began     time.Time
	stage     string
	ended     bool
	err       error
	show      func(*visit) (*sheet, error) // its result; nil: it is said
	said      string
	next      string
}

// works are the works of this process, one at a time.
type works struct {
	sync.Mutex
	list    []*work
	waiting sync.WaitGroup
	stop    context.CancelFunc
	ctx     context.Context //nolint:containedctx // it outlives every request
}

// mostWorks is how many ended works can still be looked at.
const mostWorks = 20

// errBusy says that another work is going on.
var errBusy = errors.New("another work is going on here")

// start begins a work, and leads to its page.
func (v *visit) start(w *work, do func(ctx context.Context, o pipeline.Options) error) error {
	c := v.Console
	c.works.Lock()
	defer c.works.Unlock()
	if n := len(c.works.list); n > 0 && !c.works.list[n-1].ended {
		return wrongf("%s", v.t("Something is at work here already. Wait until it has ended."))
	}
	if c.works.ctx == nil {
		c.works.ctx, c.works.stop = context.WithCancel(context.Background())
	}
	w.id, w.began, w.account = rand.Text(), v.Now(), v.person.Account
	c.works.list = append(c.works.list, w)
	if len(c.works.list) > mostWorks {
		c.works.list = c.works.list[1:]
	}
	o := v.options()
	o.Stage = func(s pipeline.Stage) {
		c.works.Lock()
		w.stage = s.Name
		c.works.Unlock()
		if c.Stage != nil {
			c.Stage(s)
		}
	}
	ctx := c.works.ctx
	c.works.waiting.Go(func() {
		err := do(ctx, o)
		if err != nil && !errors.As(err, new(*pipeline.Obstacles)) && !errors.Is(err, pipeline.ErrDecision) {
			c.Log(err, "what somebody asked for in the console failed", "what", string(w.act))
		}
		c.works.Lock()
		w.ended, w.err = true, err
		c.works.Unlock()
	})
	return redirect{"/work/" + w.id}
}

// end stops what is at work, and waits for it.
func (w *works) end() {
	w.Lock()
	stop := w.stop
	w.Unlock()
	if stop != nil {
		stop()
	}
	w.waiting.Wait()
}

// find is a work as it is now.
func (w *works) find(id string) (work, bool) {
	w.Lock()
	defer w.Unlock()
	for _, x := range w.list {
		if x.id == id {
			return *x, true
		}
	}
	return work{}, false
}

// workPage shows how far a work is, and what came of it. Only who asked for it sees it.
func workPage(v *visit) (*sheet, error) {
	w, ok := v.works.find(v.r.PathValue("work"))
	if !ok || w.account != v.person.Account || !v.person.May(w.act) {
		return nil, errNotThere
	}
	switch {
	case !w.ended:
		s := &sheet{Title: w.title, Refresh: 1, Lead: v.t("At work for %d seconds. This page loads itself again.",
			int(v.Now().Sub(w.began).Seconds()))}
		if w.stage != "" {
			s.add(facts{Rows: []fact{{Label: v.t("Last stage that ended"), Value: w.stage}}})
		}
		return s, nil
	case w.err != nil:
		status, made := v.sorry(w.err)
		if status == http.StatusInternalServerError {
			made.Points = []string{sentence(w.err)}
		}
		made.Status = status
		return made, nil
	case w.show != nil:
		return w.show(v)
	}
	v.sessions.Put(v.r.Context(), "said", w.said)
	return nil, redirect{w.next}
}
