package main

import (
	"bytes"
	"cmp"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/files"
	"tranche/reports"
)

func (a *app) compareCommand() *cobra.Command {
	var path, month, workbook string
	c := &cobra.Command{
		Use:   "compare --programme other.yaml [--month M] [--xlsx FILE]",
		Short: "Work the same sales out under another programme",
		Long: `Work what has been loaded out under the programme of another file, and show for
each partner and in total what it would change. The other file is a configuration,
or only its programme: what it leaves out (currency, year_starts, fx, pay) is as
configured. Nothing is written to the store, and nothing is published.`,
		Example: "  tranche compare --programme old_regime.yaml --month 2024-08 --xlsx comparison.xlsx",
		Args:    arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if path == "" {
				return usagef("say which other programme: --programme other.yaml")
			}
			o, err := a.options()
			if err != nil {
				return err
			}
			if o.Month, err = parseMonth(month); err != nil {
				return err
			}
			other, err := pipeline.OtherProgramme(o.Config, path)
			if err != nil {
				return usageError{err}
			}
			result, err := pipeline.Compare(cmd.Context(), o, other)
			if err != nil {
				return err
			}
			a.showComparison(result)
			if workbook == "" {
				return nil
			}
			var data bytes.Buffer
			if err := pipeline.WriteComparison(&data, result); err != nil {
				return err
			}
			return files.Write(workbook, data.Bytes(), files.Private)
		},
	}
	c.Flags().StringVar(&path, "programme", "", "the file with the other programme")
	c.Flags().StringVar(&month, "month", "", "one month, as 2024-08 (default: all months up to the newest)")
	c.Flags().StringVar(&workbook, "xlsx", "", "also write a workbook")
	return c
}

func (a *app) showComparison(c *reports.Comparison) {
	months := "All months up to " + c.To.Format("2006-01")
	if c.From.Equal(c.To) {
		months = c.To.Format("2006-01")
	}
	a.say("%s, %s\n  now    %s (%s)\n  other  %s (%s)\n",
		months, c.Currency, c.NowName, c.NowHash, c.OtherName, c.OtherHash)
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "incentive\tearned now\tearned other\tdifference\tpercent\tpoints now\tpoints other\t")
	for _, d := range c.ByIncentive() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t\n", nameIn(c.Names, d.Incentive), d.Now.Earned, d.Other.Earned,
			d.Other.Earned-d.Now.Earned, d.Percent(), d.Now.Points, d.Other.Points)
	}
	_ = w.Flush()
	a.say("")
	fmt.Fprintln(w, "partner\tincentive\tearned now\tearned other\tdifference\tpoints now\tpoints other\t"+
		"level now\tlevel other\t")
	now, other := c.Totals()
	for _, d := range c.Rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t\n",
			d.Partner, nameIn(c.Names, d.Incentive), d.Now.Earned, d.Other.Earned, d.Other.Earned-d.Now.Earned,
			d.Now.Points, d.Other.Points,
			nameIn(c.Names, d.LevelNow), nameIn(c.Names, d.LevelOther))
	}
	fmt.Fprintf(w, "together\t\t%s\t%s\t%s\t%d\t%d\t\t\t\n",
		now.Earned, other.Earned, other.Earned-now.Earned, now.Points, other.Points)
	_ = w.Flush()
	if caution := c.Caution(); caution != "" {
		fmt.Fprintln(a.stdout, "\n"+caution)
	}
}

// nameIn writes a name as statements in English do.
func nameIn(names reports.Names, name string) string { return cmp.Or(names.In("en", name), name) }
