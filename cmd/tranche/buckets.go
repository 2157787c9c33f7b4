package main

import (
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/config"
)

func (a *app) planCommand() *cobra.Command {
	var dir string
	var buckets int
	c := &cobra.Command{
		Use:   "plan",
		Short: "Divide a run among buckets, for several machines",
		Long: `Take in what has arrived, as run does, and write into a folder which lines go to which bucket. Then
work out each bucket with tranche bucket, on any machine that reaches the folder, and publish
what they say with tranche gather. The figures are those of a run. docs/scale.md says when it is worth it.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if buckets < 1 {
				return usageError{fmt.Errorf("there has to be one bucket at least, not %d", buckets)}
			}
			var at string
			s, err := a.working("plan", func(o pipeline.Options) (*pipeline.Summary, error) {
				at = bucketsDir(o.Config, dir)
				return pipeline.Plan(cmd.Context(), o, buckets, at)
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "Planned %s in %s: buckets 0 to %d. Next: tranche bucket K for each, then tranche gather.\n",
				pipeline.MonthName(s.Month), at, buckets-1)
			return nil
		},
	}
	c.Flags().IntVar(&buckets, "buckets", 16, "how many")
	a.bucketsFlag(c, &dir)
	return a.waits(c)
}

func (a *app) bucketCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "bucket K",
		Short: "Work out one bucket of a plan",
		Long: `Work out bucket K of a plan with the same models as a run, and leave what it says in the folder of the
plan. Buckets can be worked out beside each other, and again where one did not come to its end.`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := strconv.Atoi(args[0])
			if err != nil {
				return usageError{fmt.Errorf("%q is no number of a bucket", args[0])}
			}
			o, err := a.options()
			if err != nil {
				return err
			}
			return pipeline.Bucket(cmd.Context(), o.Config, bucketsDir(o.Config, dir), k)
		},
	}
	a.bucketsFlag(c, &dir)
	return c
}

func (a *app) gatherCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "gather",
		Short: "Unite what the buckets of a plan say, and publish it",
		Long: `Unite what the buckets of a plan say, check it, and publish the database and the statements as run does.
It is refused while a bucket is missing, and where something has landed or has been decided since the plan.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.working("gather", func(o pipeline.Options) (*pipeline.Summary, error) {
				return pipeline.Gather(cmd.Context(), o, bucketsDir(o.Config, dir))
			})
			if err != nil {
				return err
			}
			return a.report(s)
		},
	}
	a.bucketsFlag(c, &dir)
	return a.waits(c)
}

func (a *app) bucketsFlag(c *cobra.Command, dir *string) {
	c.Flags().StringVar(dir, "dir", "", "folder of the plan (default: the folder buckets in that of the state)")
}

func bucketsDir(c *config.Config, dir string) string {
	if dir == "" {
		return filepath.Join(c.Folders.State, "buckets")
	}
	return dir
}
