package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tranche/pipeline"
)

func (a *app) landingCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "landing",
		Short: "The files that have landed",
	}
	c.AddCommand(&cobra.Command{
		Use:   "list",
		Short: "List every landed file: number, time, size, hash, name, and who dropped it",
		Args:  arguments(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return a.listLanded() },
	}, a.landingDecision("drop FILE --reason WHY", "Take a landed file out of all figures",
		`Take a landed file out of all figures, from the next run on: as if it had never come.
FILE is its name, its number in tranche landing list, or the beginning of its hash.
The decision is kept in audit.jsonl with your name. The bytes stay in landing/, so that
tranche landing restore can let the file count again. When the same bytes come again,
they stay in the inbox and wait for a person.

It is refused when a closed month was worked out from the file: what is stated changes
only by what the sender corrects, or by what somebody enters by hand.`,
		"dropping a file", "dropped", func(cmd *cobra.Command, d decision) (pipeline.LandedFile, error) {
			return pipeline.Drop(cmd.Context(), d.Options, d.name, d.who, d.reason)
		}),
		a.landingDecision("restore FILE --reason WHY", "Let a dropped file count again",
			`Let a dropped file count again, from the next run on, in the place in which it landed:
rows of files that landed after it stand before its own.`,
			"restoring a file", "restored", func(cmd *cobra.Command, d decision) (pipeline.LandedFile, error) {
				return pipeline.Restore(cmd.Context(), d.Options, d.name, d.who, d.reason)
			}))
	return c
}

// decision is a person's decision on a file.
type decision struct {
	pipeline.Options
	name, who, reason string
}

func (a *app) landingDecision(
	use, short, long, what, done string, decide func(*cobra.Command, decision) (pipeline.LandedFile, error),
) *cobra.Command {
	var reason, who string
	c := &cobra.Command{
		Use:   use,
		Short: short,
		Long:  long,
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(reasoned(what, &reason), a.decided(what, &who)); err != nil {
				return err
			}
			o, err := a.options()
			if err != nil {
				return err
			}
			f, err := decide(cmd, decision{o, args[0], who, reason})
			if errors.Is(err, pipeline.ErrNoFile) {
				return usageError{err}
			}
			if err == nil {
				a.say("%s (%s) is %s. It shows from the next run on.", f.Name, f.SHA256[:12], done)
			}
			return err
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	decider(c, &who, "who decides")
	return c
}

func (a *app) listLanded() error {
	c, err := a.config()
	if err != nil {
		return err
	}
	list, err := pipeline.Landed(c)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "file_no\tlanded\tbytes\tsha256\tname\t")
	for _, f := range list {
		dropped := ""
		if d := f.Dropped; d.Who != "" {
			dropped = fmt.Sprintf("dropped by %s: %s", d.Who, d.Reason)
		}
		fmt.Fprintf(t, "%d\t%s\t%d\t%s\t%s\t%s\n", f.Sequence, f.LandedAt.In(c.Serve.Zone).Format("2006-01-02 15:04"),
			f.Size, f.SHA256[:12], f.Name, dropped)
	}
	return t.Flush()
}
