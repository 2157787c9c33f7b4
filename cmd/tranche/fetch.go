package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/ingest/fetch"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/schedule"
)

func (a *app) fetchCommand() *cobra.Command {
	return a.waits(&cobra.Command{
		Use:   "fetch",
		Short: "Take new files from the sources",
		Long: `Take what is new at the sources of the configuration into landing/. Each version of a
file is taken once. The next run loads it; tranche run fetches by itself.

It ends with 3 where a source cannot be used or a file waits for a person: what could be
fetched has landed, and the next fetch goes on.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.working("fetch", func(o pipeline.Options) (*pipeline.Summary, error) {
				return pipeline.Fetch(cmd.Context(), o)
			})
			if err != nil {
				return err
			}
			if len(s.Looks) == 0 {
				a.say("The configuration names no source.")
			}
			printLooks(a.stdout, s.Looks)
			if !s.Waits() {
				return nil
			}
			fmt.Fprintln(a.stdout, "Waiting for a person:")
			printWaitingSources(a.stdout, s.Looks)
			return errWaiting
		},
	})
}

// printLooks shows what came of each source.
func printLooks(out io.Writer, looks []fetch.Look) {
	for _, l := range looks {
		said := fates(l.Arrivals)
		switch {
		case l.Down != "" && said == "":
			said = "it cannot be used"
		case l.Down != "":
			said += ", and then it could not be used any more"
		case said == "":
			said = "nothing new"
		}
		fmt.Fprintf(out, "From %s: %s\n", l.Source, said)
		for _, a := range l.Arrivals {
			if a.Fate.Taken() && a.Detail != "" || a.Fate == landing.Growing {
				fmt.Fprintf(out, "  %s: %s\n", a.Source, a.Detail)
			}
		}
	}
	if len(looks) > 0 {
		fmt.Fprintln(out)
	}
}

// printWaitingSources shows what a person has to look at.
func printWaitingSources(out io.Writer, looks []fetch.Look) {
	for _, l := range looks {
		for _, a := range l.Arrivals {
			if a.Fate.Waits() {
				fmt.Fprintf(out, "  %s: %s\n", a.Source, a.Detail)
			}
		}
		for _, left := range l.Left {
			fmt.Fprintf(out, "  %s/%s\n", l.Source, left)
		}
		if l.Down != "" {
			fmt.Fprintf(out, "  the source %s cannot be used since %s: %s\n", l.Source, moment(l.Since), l.Down)
		}
	}
}

// printOutages shows the sources that are down.
func printOutages(out io.Writer, c *config.Config) {
	for _, o := range pipeline.Outages(c) {
		fmt.Fprintf(out, "The source %s cannot be used since %s: %s\n\n",
			o.Source, o.Since.In(c.Serve.Zone).Format("2006-01-02 15:04"), o.Error)
	}
}

// connect tries each source, each way out, and the lake, and says what it saw.
func (a *app) connect(ctx context.Context, c *config.Config) error {
	return worst(a.connectSources(ctx, c), a.connectWays(ctx, c), a.connectLake(ctx, c))
}

func (a *app) connectLake(ctx context.Context, c *config.Config) error {
	if c.Lake == nil {
		return nil
	}
	if err := pipeline.TryLake(ctx, c); err != nil {
		a.say("The lake cannot be used: %v", err)
		return errWaiting
	}
	a.say("The lake (%s) can be used.", c.Lake.Data)
	return nil
}

func (a *app) connectWays(ctx context.Context, c *config.Config) (down error) {
	for _, w := range schedule.TryWays(ctx, c) {
		if w.Error != "" {
			a.say("out by %s (%s) cannot be used: %s", w.Name, w.Address, w.Error)
			down = errWaiting
			continue
		}
		a.say("out by %s (%s): it lets us in", w.Name, w.Address)
	}
	return down
}

func (a *app) connectSources(ctx context.Context, c *config.Config) error {
	looks, err := pipeline.Connect(ctx, c, time.Now())
	if err != nil {
		return err
	}
	var down error
	if len(looks) == 0 {
		a.say("The configuration names no source.")
	}
	for _, l := range looks {
		if l.Down != "" {
			a.say("%s (%s) cannot be used: %s", l.Source, l.Address, l.Down)
			down = errWaiting
			continue
		}
		a.say("%s (%s): %s for our feeds, %d of them new", l.Source, l.Address, counted(int64(l.Found), "file"), l.New)
		if l.Others > 0 {
			a.say("  %s fit no feed's glob, such as %s", counted(int64(l.Others), "other"), strings.Join(l.Other, ", "))
		}
	}
	return down
}
