package main

import (
	"errors"

	"github.com/spf13/cobra"

	"tranche/pipeline"
)

func (a *app) publishCommand() *cobra.Command {
	var rollback bool
	var by, reason string
	c := &cobra.Command{
		Use:   "publish --rollback",
		Short: "Put back what the last run replaced",
		Long: `Put back what the last run replaced: the published database, the workbooks and their
manifests, all as they were before it. Given again, it goes back one more, as far as
publish.keep in the configuration allows. What closed months have stated is not touched.

The next run publishes again. Correct the mistake, or stop the schedule, before it.
Who went back, and why, is in the audit log (tranche log).`,
		Example: "  tranche publish --rollback --reason \"the price list of July was loaded twice\"",
		Args:    arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !rollback {
				return usagef("a run publishes what has passed every check by itself; --rollback takes the last " +
					"publication back")
			}
			if err := errors.Join(reasoned("going back", &reason), a.decided("going back", &by)); err != nil {
				return err
			}
			s, err := a.working("rollback", func(o pipeline.Options) (*pipeline.Summary, error) {
				return pipeline.Rollback(cmd.Context(), o, by, reason)
			})
			if err != nil {
				return err
			}
			a.say("What run %s had published is taken back; what stood before it is published again.", s.RunID)
			return a.lakeStands(s)
		},
	}
	c.Flags().BoolVar(&rollback, "rollback", false, "go back one publication")
	decider(c, &by, "who goes back")
	c.Flags().StringVar(&reason, "reason", "", "why")
	return a.waits(c)
}
