package pipeline

import (
	"context"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/fetch"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger/audit"
)

// Fetch lands what is new at the sources, and does nothing else. The next run loads it.
func Fetch(ctx context.Context, o Options) (*Summary, error) {
	r, err := begin(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	return r.summary, r.carryOut(ctx, "fetch", []stage{
		{"fetch", func(say facts) error { return r.fetch(ctx, say) }},
	})
}

// fetch lands what is new at the sources. A source that is down fails no run: it is told.
func (r *run) fetch(ctx context.Context, say facts) error {
	options := fetching(r.Config, r.Now, r.ledger.FirstOpen(), r.ledger.Log)
	options.Progress = r.progress("fetch")
	looks, err := fetch.Fetch(ctx, options)
	r.summary.Looks = looks
	for i, l := range looks {
		looks[i].Since = l.Since.In(r.Config.Serve.Zone)
		if l.Down != "" {
			say["down_"+l.Source] = l.Down
		}
		for _, a := range l.Arrivals {
			count, _ := say[string(a.Fate)].(int)
			say[string(a.Fate)] = count + 1
		}
	}
	return err
}

// Connect tries each source, and changes nothing.
func Connect(ctx context.Context, c *config.Config, now time.Time) ([]fetch.Look, error) {
	log, err := audit.Read(c.Folders.Audit())
	if err != nil {
		return nil, err
	}
	return fetch.Try(ctx, fetching(c, now, time.Time{}, log))
}

// fetching is the fetching part of the configuration.
func fetching(c *config.Config, now, firstOpen time.Time, log []audit.Decision) fetch.Options {
	return fetch.Options{Sources: c.Sources, Landing: landingBy(c, now, firstOpen, log), Memory: c.Folders.Sources()}
}

// Outage is a source that the last fetch could not use.
type Outage struct {
	Source, Error string
	Since         time.Time
}

// Outages lists the sources that are down.
func Outages(c *config.Config) (down []Outage) {
	memory := fetch.Recall(c.Folders.Sources())
	for _, s := range c.Sources {
		if seen := memory[s.Name]; len(s.Errands) > 0 && !seen.DownSince.IsZero() {
			down = append(down, Outage{s.Name, seen.Error, seen.DownSince})
		}
	}
	return down
}

// arrived are the files that came by the inbox or from a source.
func (s *Summary) arrived() []landing.Arrival {
	all := s.Arrivals
	for _, l := range s.Looks {
		all = append(all[:len(all):len(all)], l.Arrivals...)
	}
	return all
}
