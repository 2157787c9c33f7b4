package main

import (
	"context"
	"encoding/json"
	"errors"
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
					raw_text as text, code, sentence as why, coalesce(waived, '') as waived
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
			"reason": "VARCHAR", "codes": "VARCHAR"}]'), recursive := true)
	),
	coded as (` + codedLines + `),
	by_code as (
		select c.file_id, d.codes, md5(string_agg(c.line_reasons_hash, chr(30) order by c.file_line)) as seen
		from coded as c
		join (select distinct file, codes from decided where codes is not null) as d
			on d.file = c.sha256 and list_has_all(string_split(d.codes, ','), c.codes)
		group by c.file_id, d.codes
	),
	covered as (
		select c.file_id, c.file_line, string_agg(d.reason || ' (' || d.who || ')', '; ' order by d.reason, d.who) as waived
		from coded as c
		join decided as d on d.file = c.sha256 and list_has_all(string_split(d.codes, ','), c.codes)
		join by_code as b on b.file_id = c.file_id and b.codes = d.codes and b.seen = d.seen
		group by c.file_id, c.file_line
	),
	rejected as (
		select r.* replace (coalesce(r.waived, (
			select string_agg(d.reason || ' (' || d.who || ')', '; ' order by d.reason, d.who)
			from decided as d
			where d.file = f.sha256 and (d.line is null and d.codes is null and d.seen = r.reasons_hash
				or d.line = r.file_line and d.seen = r.line_reasons_hash)), c.waived) as waived)
		from mart.rejected_rows as r
		join mart.reconciliation as f using (file_id)
		left join covered as c on c.file_id = r.file_id and c.file_line = r.file_line
	)`

// codedLines are the lines with rejected rows, and the codes of all reasons against each.
const codedLines = `
	select r.file_id, f.sha256, r.file_line, r.line_reasons_hash, list(distinct r.code) as codes
	from mart.rejected_rows as r
	join mart.reconciliation as f using (file_id)
	where r.file_line > 0
	group by all`

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
	c, err := a.config()
	if err != nil {
		return err
	}
	f, err := a.rejectedFile(ctx, name, d.Line)
	if err != nil {
		return err
	}
	if d.Codes != "" {
		if f.reasons, err = a.seenByCode(ctx, f, d.Codes); err != nil {
			return err
		}
	}
	d.Account = account()
	d.At, d.File, d.Seen = time.Now().UTC().Truncate(time.Second), f.sha256, f.reasons
	if err := audit.Append(c.Folders.Audit(), d); err != nil {
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
