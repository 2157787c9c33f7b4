package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tranche/pipeline"
)

func (a *app) exportTablesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "export [DIR]",
		Short: "Write the published tables as Parquet, only what changed",
		Long: `Write the published tables as Parquet, for tools that read no DuckDB: a folder for
each table, with a file for each month (month=2024-08-01/data.parquet) or one
(data.parquet). DIR is by default the folder export beside the published file.

Only what changed since the last export into DIR is written; what is gone is
removed. manifest.json names every file with its SHA-256 and is written last.
Other files in DIR are left alone.`,
		Example: "  tranche export /srv/lake/partners",
		Args:    arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			dir := pipeline.ExportFolder(c)
			if len(args) == 1 {
				dir = args[0]
			}
			done, err := pipeline.Export(cmd.Context(), c, dir)
			if err != nil {
				return err
			}
			for _, name := range done.Written {
				fmt.Fprintln(a.stdout, "written ", name)
			}
			for _, name := range done.Removed {
				fmt.Fprintln(a.stdout, "removed ", name)
			}
			a.say("%s: %d written, %d unchanged, %d removed", dir, len(done.Written), done.Unchanged,
				len(done.Removed))
			return nil
		},
	}
}
