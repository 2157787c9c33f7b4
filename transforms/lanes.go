package transforms

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// making hands out models to several connections, each model after those it reads. One
// connection gets them in their order; of several each gets the first that can be made.
type making struct {
	mutex sync.Mutex
	news  *sync.Cond // a model was made, or could not be
	left  []Model
	made  map[string]bool
	ended bool
}

func newMaking(models []Model) *making {
	m := &making{left: slices.Clone(models), made: map[string]bool{}}
	m.news = sync.NewCond(&m.mutex)
	return m
}

// next waits for a model that can be made; the second result is false when none is left, or
// one could not be made.
func (m *making) next() (Model, bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for !m.ended && len(m.left) > 0 {
		i := slices.IndexFunc(m.left, func(l Model) bool {
			return !slices.ContainsFunc(l.reads, func(name string) bool { return !m.made[name] })
		})
		if i >= 0 {
			model := m.left[i]
			m.left = slices.Delete(m.left, i, i+1)
			return model, true
		}
		m.news.Wait()
	}
	return Model{}, false
}

// done says what became of a model that was handed out.
func (m *making) done(model Model, err error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.made[model.FullName()] = err == nil
	m.ended = m.ended || err != nil
	m.news.Broadcast()
}

// alongside calls make for every model, on every connection at the same time, and stops at
// the first error.
func alongside(ctx context.Context, dbs []Database, models []Model, make func(context.Context, Database, Model) error) error {
	m := newMaking(models)
	group, ctx := errgroup.WithContext(ctx)
	for _, db := range dbs {
		group.Go(func() error {
			for model, ok := m.next(); ok; model, ok = m.next() {
				err := make(ctx, db, model)
				if m.done(model, err); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}
