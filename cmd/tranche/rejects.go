package main

import (
	"context"
	"errors"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/ledger/audit"
)

func (a *app) rejectsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "rejects",
		Short: "Rows that were not believed, with the reason",
	}
	var all bool
	list := &cobra.Command{
		Use:   "list",
		Short: "List what waits: file, line, column, what stands there, and why",
		Args:  arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			decided, err := pipeline.Waivers(c)
			if err != nil {
				return err
			}
			return a.query(cmd.Context(), pipeline.Rejected+`
				select file_id as file_no, file_name as file, file_line as line, coalesce(column_name, '') as "column",
					raw_text as text, code, sentence as why, coalesce(waived, '') as waived
				from rejected where $2 or waived is null order by file_id, problem`, newTable(a.stdout), decided, all)
		},
	}
	list.Flags().BoolVar(&all, "all", false, "also what has been waived, with who decided and why")
	c.AddCommand(list, a.exportCommand(), a.waiveCommand())
	return c
}

func (a *app) exportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "export FILE",
		Short: "Write a file's rejected rows as CSV, to send back to its sender",
		Long: `Write a file's rejected rows as CSV, to send back to its sender: the line each begins
on, its key where that can be read, what stands in which column, and the reason. It is a
report and no file to load: the sender corrects the rows and sends them in a new file.
A text that a spreadsheet takes for a formula, such as =A1 or -614,2O, stands as
="-614,2O": a spreadsheet shows it, and saves it, as the text that the sender wrote.
FILE is its name, or its number in tranche rejects list where several have one name.`,
		Example: "  tranche rejects export NW_2024-07.csv > to_nordwind.csv",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := a.options()
			if err != nil {
				return err
			}
			f, err := pipeline.FindRejectedFile(cmd.Context(), o.Config, args[0], 0)
			if err != nil {
				return err
			}
			decided, err := pipeline.Waivers(o.Config)
			if err != nil {
				return err
			}
			return a.query(cmd.Context(), pipeline.Rejected+`
				select file_name as file, file_line as line, coalesce(record_key, '') as "key",
					coalesce(column_name, '') as "column", raw_text as text, code, sentence as why
				from rejected where file_id = $2 and waived is null order by problem`, newSheetCSV(a.stdout), decided, f.Number)
		},
	}
}

func (a *app) waiveCommand() *cobra.Command {
	var line int64
	var codes []string
	var reason, who string
	c := &cobra.Command{
		Use:   "waive FILE --reason WHY [--line N | --code CODE]",
		Short: "Decide that a file's rejected rows wait for nobody any more",
		Long: `Decide that the rejected rows of a file, or of one line in it, wait for nobody any
more. They stay rejected. The decision is kept in audit.jsonl with your name. It covers
what is rejected today, for today's reasons: when the file is read again and other
rows are, or for others, they wait.
With --code, only the rows are waived that are rejected for that reason, or for those
reasons, and for no other. tranche rejects list shows the code of each reason.
FILE is its name, or its number in tranche rejects list where several have one name.`,
		Example: `  tranche rejects waive NW_2024-07.csv --line 17 --reason "corrected in August"
  tranche rejects waive NW_2024-07.csv --code bad_number,missing_value --reason "no sales"`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(reasoned("a waiver", &reason), a.decided("a waiver", &who)); err != nil {
				return err
			}
			if line < 0 {
				return usagef("lines are counted from 1, and --line is %d", line)
			}
			if line > 0 && len(codes) > 0 {
				return usagef("give --line or --code: a line is waived with all its reasons")
			}
			slices.Sort(codes)
			return a.waive(cmd.Context(), args[0], audit.Decision{Act: audit.Waive, Line: line,
				Codes: strings.Join(slices.Compact(codes), ","), Reason: reason, Who: who})
		},
	}
	c.Flags().Int64Var(&line, "line", 0, "one line only (default: all of the file)")
	c.Flags().StringSliceVar(&codes, "code", nil, "rows with no other reasons than this, or these (default: all)")
	c.Flags().StringVar(&reason, "reason", "", "why")
	decider(c, &who, "who decides")
	return c
}

func (a *app) waive(ctx context.Context, name string, d audit.Decision) error {
	o, err := a.options()
	if err != nil {
		return err
	}
	if err := pipeline.Waive(ctx, o, name, d); err != nil {
		return err
	}
	a.say("Waived. The tables and the register show it from the next run on.")
	return nil
}

// reasoned trims the reason of a decision. It must not be blank.
func reasoned(what string, reason *string) error {
	if *reason = strings.TrimSpace(*reason); *reason == "" {
		return usagef("%s needs a --reason", what)
	}
	return nil
}

// decided reads the name of whoever decides. It must be one of the configuration's people, where those are listed.
func (a *app) decided(what string, who *string) error {
	name, err := audit.Person(*who)
	if err != nil {
		return usagef("%s: %w", what, err)
	}
	c, err := a.config()
	if err != nil {
		return err
	}
	if *who, err = c.Decider(name, account()); err != nil {
		return usagef("%s: %w", what, err)
	}
	return nil
}

// decider adds the flag that names who decides: by default the user who is logged in. The
// manual does not show that default, or it would name whoever made the page.
func decider(c *cobra.Command, who *string, usage string) {
	c.Flags().StringVar(who, "by", account(), usage+" (usually: you)")
	c.Flags().Lookup("by").DefValue = ""
}

// account is the name of the operating-system account that runs the program. The environment cannot change it.
func account() string {
	id := strconv.Itoa(os.Getuid())
	if u, err := user.LookupId(id); err == nil && u.Username != "" {
		return u.Username
	}
	return "uid " + id
}
