package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/schedule"
	"tranche/pipeline/schedule/slots"
)

// printPast shows the last runs, the last file of each feed, the timetable and unsent messages.
func printPast(out io.Writer, c *config.Config) error {
	if run, err := pipeline.BeingPublished(c); err != nil {
		return err
	} else if run != "" {
		fmt.Fprintf(out, "Run %s is publishing, or was stopped while it was: what is published can be partly older. The "+
			"next run puts that right.\n\n", run)
	}
	past, err := pipeline.History(c)
	if err != nil {
		return err
	}
	if len(past) > 0 {
		fmt.Fprintf(out, "Last runs, by the clock of %s:\n", c.Serve.Zone)
		t := tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
		for _, p := range past[max(0, len(past)-5):] {
			said, _, _ := strings.Cut(p.Error, "\n")
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%d.%d s\t%s\n", p.At.In(c.Serve.Zone).Format("2006-01-02 15:04"), p.Did, p.Month,
				p.Outcome, p.Took/1000, p.Took%1000/100, said)
		}
		_ = t.Flush()
		fmt.Fprintln(out)
	}
	if err := printFresh(out, c); err != nil {
		return err
	}
	if err := printSlots(out, c); err != nil {
		return err
	}
	_, err = printUnsent(out, c)
	return err
}

// printUnsent shows and counts the messages that may not have arrived.
func printUnsent(out io.Writer, c *config.Config) (int, error) {
	unsent, err := schedule.Outbox(c).Unsent()
	for _, u := range unsent {
		fmt.Fprintf(out, "Message %s by %s is %s after %s: %s\n  %s\n",
			u.ID, u.Channel, u.State, counted(int64(u.Attempts), "attempt"), u.Error, u.Subject)
	}
	return len(unsent), err
}

func printFresh(out io.Writer, c *config.Config) error {
	list, err := pipeline.Fresh(c, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Feeds last came:")
	t := tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
	for _, f := range list {
		last, late := "never", ""
		if !f.Last.IsZero() {
			last = f.Last.In(c.Serve.Zone).Format("2006-01-02 15:04")
		}
		if f.Overdue(time.Now()) {
			late = fmt.Sprintf("OVERDUE: it should send something every %s", f.Often())
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\n", f.Feed, last, late)
	}
	return t.Flush()
}

// printSlots shows the last slot of each job.
func printSlots(out io.Writer, c *config.Config) error {
	table, err := slots.Open(c.Folders.Slots(), c.Serve.Zone)
	if err != nil {
		return err
	}
	last := map[string]slots.Record{}
	for _, r := range table.Last(1000) {
		last[r.Job] = r
	}
	if len(last) == 0 {
		return nil
	}
	fmt.Fprintln(out, "Timetable:")
	t := tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
	for _, j := range c.Serve.Jobs {
		if r, ok := last[j.Name]; ok {
			if r.State == slots.Enrolled {
				r.State = "known since then; nothing was due yet"
			}
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", r.Job, r.Slot, r.State, r.Detail)
		}
	}
	return t.Flush()
}
