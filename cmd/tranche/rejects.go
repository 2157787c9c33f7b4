package main

import (
	"github.com/spf13/cobra"
)

func (a *app) rejectsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "rejects",
		Short: "Rows that were not believed, with the reason",
	}
	c.AddCommand(&cobra.Command{
		Use:   "list",
		Short: "List every rejected row: file, line, column, what stands there, why, and what to do",
		Args:  arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.query(cmd.Context(), `select file_name as file, file_line as line, coalesce(column_name, '') as "column", raw_text as text, sentence as why
				from mart.rejected_rows order by file_id, problem`, newTable(a.stdout))
		},
	})
	return c
}
