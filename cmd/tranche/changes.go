package main

import (
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/ledger/audit"
)

func (a *app) changesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "changes",
		Short: "Changes that wait for a person, because stated money would move",
		Long: `Changes that wait for a person. What a sender corrects on its own lines moves by itself,
within the limits of its feed. Anything else that would move stated money waits here: a
complete file that no longer holds stated lines, a document number that is used again, a
change of master data about closed months, a line that could be another one sent again.
Until somebody decides, the old version counts and a new line is held.`,
	}
	c.AddCommand(a.changesListCommand(),
		a.decideChangesCommand("accept", audit.Accept, "Let changes count: what they move belongs to the first open month",
			"Accepted. It counts from the next run on."),
		a.decideChangesCommand("refuse", audit.Refuse, "Let changes never count: the old version goes on counting",
			"Refused. It waits no longer from the next run on."))
	return c
}

func (a *app) changesListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List what waits, with the money that it would move, by partner and month",
		Args:  arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.query(cmd.Context(), `select left(change_id, 8) as id, kind, subject, change,
				coalesce(partner_id, '') as partner, coalesce(strftime(month, '%Y-%m'), '') as month, lines, base, amount, points
				from mart.pending_changes order by kind, subject, change_id, partner_id, month`, newChanges(a.stdout))
		},
	}
}

// newChanges is a table with kinds and changes, in its second and fourth column, in words.
func newChanges(out io.Writer) resultWriter {
	table := newTable(out).(textRows)
	line := table.line
	table.line = func(row []string) error {
		row[1], row[3] = strings.ReplaceAll(row[1], "_", " "), pipeline.Changed(row[1], row[3])
		return line(row)
	}
	return table
}

func (a *app) decideChangesCommand(name, act, short, done string) *cobra.Command {
	var reason, who, kind string
	c := &cobra.Command{
		Use:   name + " ID... --reason WHY | --kind KIND --reason WHY",
		Short: short,
		Long: short + `. ID is as tranche changes list
shows it, or the beginning of it. The decision is kept in audit.jsonl with your name. It holds for
what changes and to what: a later file that says the same keeps it, and another value waits anew.`,
		Example: "  tranche changes " + name + " 3f2a91c0 --reason \"confirmed by the distributor\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(reasoned("a decision on a change", &reason), a.decided("a change", &who)); err != nil {
				return err
			}
			if (len(args) == 0) == (kind == "") {
				return usageError{errors.New("name one ID or more, or --kind KIND")}
			}
			o, err := a.options()
			if err != nil {
				return err
			}
			all, err := pipeline.PendingChanges(cmd.Context(), o.Config)
			if err != nil {
				return err
			}
			chosen, err := chosenChanges(all, args, kind)
			if err != nil {
				return err
			}
			if err := pipeline.DecideChanges(o, chosen, act, who, reason); err != nil {
				return err
			}
			for _, c := range chosen {
				a.say("%s  %s", c.Short(), c.What())
			}
			a.say("%s", done)
			return nil
		},
	}
	c.Flags().StringVar(&kind, "kind", "", "every waiting change of this kind")
	c.Flags().StringVar(&reason, "reason", "", "why")
	decider(c, &who, "who decides")
	return c
}

// chosenChanges finds the changes with these ids, or of this kind.
func chosenChanges(all []pipeline.Change, ids []string, kind string) (chosen []pipeline.Change, err error) {
	kind = strings.ReplaceAll(kind, " ", "_")
	for _, c := range all {
		if kind != "" && c.Kind == kind {
			chosen = append(chosen, c)
		}
	}
	if kind != "" && len(chosen) == 0 {
		return nil, usagef("no change of the kind %q waits; tranche changes list names them", kind)
	}
	for _, id := range ids {
		var found []pipeline.Change
		for _, c := range all {
			if len(id) >= 4 && strings.HasPrefix(c.ID, strings.ToLower(id)) {
				found = append(found, c)
			}
		}
		switch len(found) {
		case 0:
			return nil, usagef("no waiting change has the id %q; tranche changes list names them", id)
		case 1:
			chosen = append(chosen, found[0])
		default:
			return nil, usagef("%d waiting changes begin with %q; write more of the id", len(found), id)
		}
	}
	return chosen, nil
}
