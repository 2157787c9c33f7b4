package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) matchCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "match",
		Short: "Propose who the unknown partner codes could be",
		Long: `List the partner codes that distributors use and the directory does not know, and
propose whom they could mean, by name, town and country. Nothing is accepted by
itself: add the alias to the partner in the partner file, and drop the new file
into the inbox. The lines that wait then count in the next run.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := a.query(cmd.Context(), `select u.distributor, u.partner_code as code, coalesce(u.partner_name, '') as called, u.lines,
					coalesce(p.partner_id, '') as "could be", coalesce(p.name, '') as name, coalesce(p.score::varchar, '') as score, coalesce(p.alias, '') as "alias to add"
				from mart.unknown_codes as u
				left join mart.match_proposals as p on p.distributor = u.distributor and p.partner_code = u.partner_code
				order by u.distributor, u.partner_code, p.score desc, p.partner_id`, newTable(a.stdout))
			if err == nil {
				fmt.Fprintln(a.stdout, "\nA proposal counts for nothing until its alias stands in the partner file.")
			}
			return err
		},
	}
}
