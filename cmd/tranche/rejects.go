package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/audit"
)

func (a *app) rejectsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "rejects",
		Short: "Rows that were not believed, with the reason",
	}
	var all bool
	list := &cobra.Command{
		Use:   "list",
		Short: "List what waits: file, line, column, what stands there, why, and what to do",
		Args:  arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			where := "where waived is null"
			if all {
				where = ""
			}
			return a.query(cmd.Context(), `select file_name as file, file_line as line, coalesce(column_name, '') as "column", raw_text as text, sentence as why,
				coalesce(waived, '') as waived from mart.rejected_rows `+where+` order by file_id, problem`, newTable(a.stdout))
		},
	}
	list.Flags().BoolVar(&all, "all", false, "also what has been waived")
	c.AddCommand(list, a.exportCommand(), a.waiveCommand())
	return c
}

func (a *app) exportCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "export FILE",
		Short:   "Write a file's rejected rows as CSV, to send back to its sender",
		Example: "  tranche rejects export NW_2024-07.csv > to_nordwind.csv",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := a.landedFile(cmd.Context(), args[0]); err != nil {
				return err
			}
			return a.query(cmd.Context(), `select file_name as file, file_line as line, coalesce(column_name, '') as "column", raw_text as text, sentence as why
				from mart.rejected_rows where file_name = $1 and waived is null order by file_id, problem`, newCSV(a.stdout), args[0])
		},
	}
}

func (a *app) waiveCommand() *cobra.Command {
	var line int64
	var reason, who string
	c := &cobra.Command{
		Use:   "waive FILE --reason WHY [--line N]",
		Short: "Decide that a file's rejected rows wait for nobody any more",
		Long: `Decide that the rejected rows of a file, or of one line in it, wait for nobody any
more. They stay rejected. The decision is kept in audit.jsonl with your name.`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" {
				return usageError{fmt.Errorf("a waiver needs a --reason")}
			}
			return a.waive(cmd.Context(), args[0], line, reason, who)
		},
	}
	c.Flags().Int64Var(&line, "line", 0, "one line only (default: all of the file)")
	c.Flags().StringVar(&reason, "reason", "", "why")
	c.Flags().StringVar(&who, "by", userName(), "who decides")
	return c
}

func (a *app) waive(ctx context.Context, name string, line int64, reason, who string) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	sum, err := a.landedFile(ctx, name)
	if err != nil {
		return err
	}
	if err := audit.Append(c.Folders.Audit(), audit.Decision{At: time.Now().UTC().Truncate(time.Second), Who: who, Act: audit.Waive, File: sum, Line: line, Reason: reason}); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "Waived. It shows from the next run on.\n")
	return nil
}

// landedFile finds the newest landed file of that name which has rejects.
func (a *app) landedFile(ctx context.Context, name string) (sha256 string, err error) {
	c, err := a.config()
	if err != nil {
		return "", err
	}
	s, err := pipeline.OpenPublished(ctx, c)
	if err != nil {
		return "", err
	}
	defer s.Close()
	rows, err := s.Query(ctx, "select f.sha256 from mart.reconciliation as f where f.file_name = ? and (f.rejected > 0 or not f.is_loaded) order by f.file_id desc limit 1", name)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	if !rows.Next() {
		return "", usageError{fmt.Errorf("no landed file %q has rejected rows; tranche rejects list names them", name)}
	}
	return sha256, rows.Scan(&sha256)
}

func userName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return os.Getenv("USER")
}
