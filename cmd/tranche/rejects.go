package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"time"

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
			decided, err := a.waived()
			if err != nil {
				return err
			}
			return a.query(cmd.Context(), rejected+`
				select file_id as file_no, file_name as file, file_line as line, coalesce(column_name, '') as "column",
					raw_text as text, sentence as why, coalesce(waived, '') as waived
				from rejected where $2 or waived is null order by file_id, problem`, newTable(a.stdout), decided, all)
		},
	}
	list.Flags().BoolVar(&all, "all", false, "also what has been waived, with who decided and why")
	c.AddCommand(list, a.exportCommand(), a.waiveCommand())
	return c
}

// rejected has every rejected row, with why it was waived and by whom. $1 are the decisions of the log: those since the
// last run are in no mart yet.
const rejected = `
	with decided as (
		select unnest(from_json($1, '[{"file": "VARCHAR", "line": "BIGINT", "seen": "VARCHAR", "who": "VARCHAR",
			"reason": "VARCHAR"}]'), recursive := true)
	),
	rejected as (
		select r.* replace (coalesce(r.waived, (
			select string_agg(d.reason || ' (' || d.who || ')', '; ' order by d.reason, d.who)
			from decided as d
			where d.file = f.sha256 and (d.line is null and d.seen = r.reasons_hash
				or d.line = r.file_line and d.seen = r.line_reasons_hash))) as waived)
		from mart.rejected_rows as r
		join mart.reconciliation as f using (file_id)
	)`

// waived is every waiver of the log, as JSON.
func (a *app) waived() (string, error) {
	o, err := a.options()
	if err != nil {
		return "", err
	}
	log, err := pipeline.Log(o)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(slices.DeleteFunc(log, func(d audit.Decision) bool { return d.Act != audit.Waive }))
	return string(text), err
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
			f, err := a.rejectedFile(cmd.Context(), args[0], 0)
			if err != nil {
				return err
			}
			decided, err := a.waived()
			if err != nil {
				return err
			}
			return a.query(cmd.Context(), rejected+`
				select file_name as file, file_line as line, coalesce(record_key, '') as "key",
					coalesce(column_name, '') as "column", raw_text as text, code, sentence as why
				from rejected where file_id = $2 and waived is null order by problem`, newSheetCSV(a.stdout), decided, f.number)
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
more. They stay rejected. The decision is kept in audit.jsonl with your name. It covers
what is rejected today, for today's reasons: when the file is read again and other
rows are, or for others, they wait.
FILE is its name, or its number in tranche rejects list where several have one name.`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(reasoned("a waiver", &reason), a.decided("a waiver", &who)); err != nil {
				return err
			}
			if line < 0 {
				return usagef("lines are counted from 1, and --line is %d", line)
			}
			return a.waive(cmd.Context(), args[0], audit.Decision{Act: audit.Waive, Line: line, Reason: reason, Who: who})
		},
	}
	c.Flags().Int64Var(&line, "line", 0, "one line only (default: all of the file)")
	c.Flags().StringVar(&reason, "reason", "", "why")
	decider(c, &who, "who decides")
	return c
}

func (a *app) waive(ctx context.Context, name string, d audit.Decision) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	f, err := a.rejectedFile(ctx, name, d.Line)
	if err != nil {
		return err
	}
	d.Account = account()
	d.At, d.File, d.Seen = time.Now().UTC().Truncate(time.Second), f.sha256, f.reasons
	if err := audit.Append(c.Folders.Audit(), d); err != nil {
		return err
	}
	a.say("Waived. The tables and the register show it from the next run on.")
	return nil
}

// rejectedFile is a landed file with rejected rows.
type rejectedFile struct {
	number                        int64
	name, sha256, landed, reasons string // reasons: the hash of those of the file, or of the line
}

// rejectedFile finds the one landed file of that name or number with rejected rows; with a
// line, with rejected rows on it.
func (a *app) rejectedFile(ctx context.Context, name string, line int64) (f rejectedFile, err error) {
	found, err := a.rejectedFiles(ctx, name, line)
	switch {
	case err != nil:
		return f, err
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var list []string
		for _, f := range found {
			list = append(list, fmt.Sprintf("%d (landed %s)", f.number, f.landed))
		}
		return f, usagef("%d landed files are called %q; give the number of one: %s", len(found), name,
			strings.Join(list, ", "))
	case line > 0:
		return f, usagef("line %d of %q is no rejected row; tranche rejects list names them", line, name)
	}
	return f, usagef("no landed file %q has rejected rows; tranche rejects list names them", name)
}

func (a *app) rejectedFiles(ctx context.Context, name string, line int64) ([]rejectedFile, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	s, err := pipeline.OpenPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := pipeline.OfThisVersion(ctx, s); err != nil {
		return nil, err
	}
	rows, err := s.Query(ctx, `select distinct r.file_id, f.file_name, f.sha256, strftime(f.landed_at, '%Y-%m-%d %H:%M'),
		if($2 = 0, r.reasons_hash, r.line_reasons_hash)
		from mart.rejected_rows as r join mart.reconciliation as f on f.file_id = r.file_id
		where (f.file_name = $1 or f.file_id::varchar = $1) and ($2 = 0 or r.file_line = $2) order by r.file_id`, name, line)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []rejectedFile
	for rows.Next() {
		var f rejectedFile
		if err := rows.Scan(&f.number, &f.name, &f.sha256, &f.landed, &f.reasons); err != nil {
			return nil, err
		}
		if f.name == name { // a name wins over a number
			found = slices.DeleteFunc(found, func(o rejectedFile) bool { return o.name != name })
		} else if slices.ContainsFunc(found, func(o rejectedFile) bool { return o.name == name }) {
			continue
		}
		found = append(found, f)
	}
	return found, rows.Err()
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
