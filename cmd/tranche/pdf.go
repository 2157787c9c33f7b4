package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tranche/pipeline"
)

func (a *app) pdfCommand() *cobra.Command {
	var partners []string
	c := &cobra.Command{
		Use:   "pdf MONTH",
		Short: "Make a PDF beside each workbook of a month",
		Long: `Make a PDF beside each published workbook of a month, or of some partners. LibreOffice
makes them, with the decimal marks of the partner's language. A PDF of the same workbook
stands; one of a workbook that has changed is removed by the run that changes it.

A workbook with a password has no PDF, because anybody could open that.`,
		Example: "  tranche pdf 2024-08 --partner P1002",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			month, err := parseMonth(args[0])
			if err != nil {
				return err
			}
			c, err := a.config()
			if err != nil {
				return err
			}
			done, err := pipeline.MakePDFs(cmd.Context(), c, month, partners)
			if err != nil {
				return err
			}
			for _, name := range done.Made {
				fmt.Fprintln(a.stdout, "made ", name)
			}
			for _, name := range done.Locked {
				a.say("%s has a password, so no PDF of it is made", name)
			}
			a.say("%s: %d made, %d unchanged", done.Folder, len(done.Made), done.Unchanged)
			return nil
		},
	}
	c.Flags().StringArrayVar(&partners, "partner", nil, "only of this partner; may be given several times")
	return c
}
