package pipeline

import (
	"fmt"
	"slices"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger/audit"
)

// land moves complete files out of the inbox, and lists everything that has landed.
func (r *run) land(say facts) ([]landing.File, error) {
	f := r.Config.Folders
	if !files.Exists(f.Inbox) { // it belongs to the senders, so we do not make it
		return nil, fmt.Errorf("the inbox %s is not there; make it, or correct folders.inbox in %s", f.Inbox, r.Config.Path)
	}
	arrivals, err := landing.Land(landingBy(r.Config, r.Now, r.ledger.FirstOpen(), r.ledger.Log))
	if err != nil {
		return nil, err
	}
	for i, a := range arrivals {
		arrivals[i].Whole = a.Whole.In(r.Config.Serve.Zone)
		count, _ := say[string(a.Fate)].(int)
		say[string(a.Fate)] = count + 1
	}
	r.summary.Arrivals = arrivals
	return r.landed()
}

// landed lists the landed files that count.
func (r *run) landed() ([]landing.File, error) {
	f := r.Config.Folders
	all, err := landing.List(f.Landing)
	if err == nil && len(all) == 0 {
		err = nothingWasMade(f)
	}
	if err != nil {
		return nil, err
	}
	return counted(f.Landing, r.ledger.Log)
}

// nothingWasMade refuses an empty landing folder beside existing statements: another disk may be mounted, and the
// run would remove every statement.
func nothingWasMade(f config.Folders) error {
	made, err := files.Glob(f.Statements, "*/statement_*.xlsx")
	if err == nil && len(made) > 0 {
		err = fmt.Errorf("%s is empty, and the statements in %s were made from it: is its disk mounted? "+
			"Restore it from a copy; to begin again, remove the statements as well", f.Landing, f.Statements)
	}
	return err
}

// landingBy is the landing part of the configuration.
func landingBy(c *config.Config, now, firstOpen time.Time, log []audit.Decision) landing.Options {
	return landing.Options{
		Inbox:       c.Folders.Inbox,
		Landing:     c.Folders.Landing,
		Settle:      c.Settle,
		ReadyMarker: c.Ready,
		Now:         now,
		FirstOpen:   firstOpen,
		Dropped:     whyDropped(log),
		Feeds: func(name, from string) (names []string) {
			for _, f := range feed.Of(c.Feeds, name, from) {
				names = append(names, f.Name)
			}
			return names
		},
		Most: func(name string) (most int64) {
			for _, f := range feed.Of(c.Feeds, name, "") {
				most = max(most, f.Most())
			}
			return most
		},
		Complete: func(name string) bool {
			return slices.ContainsFunc(c.Feeds, func(f feed.Feed) bool { return f.Name == name && f.Replace })
		},
	}
}
