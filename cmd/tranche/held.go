package main

import "github.com/spf13/cobra"

func (a *app) heldCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "held",
		Short: "What was loaded and waits for something that is missing",
	}
	c.AddCommand(&cobra.Command{
		Use:   "list",
		Short: "List what waits: file, line, why, for what, and how much",
		Long: `List what was loaded and waits for something that is missing: a partner's code, a
product, an exchange rate, a line or a deal. It counts by itself in the first run after
that is there. What was not believed at all is in tranche rejects list.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.query(cmd.Context(), `select file_name as file, file_line as line, replace(held_reason, '_', ' ') as why,
				coalesce(what, '') as what, strftime(month, '%Y-%m') as month,
				coalesce(partner_id, '') as partner, coalesce(distributor, '') as distributor,
				coalesce(document_no, '') as document,
				rtrim(regexp_replace(net_amount::varchar, '0{1,' || 6 - coalesce(decimals, 2) || '}$', ''), '.')
					as amount,
				coalesce(currency, '') as currency
				from mart.held_lines left join mart.currencies using (currency)
				order by month, kind, file_id, file_line`, newTable(a.stdout))
		},
	})
	return c
}
