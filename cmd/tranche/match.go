package main

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"tranche/pipeline"
)

func (a *app) matchCommand() *cobra.Command {
	var deals bool
	var format string
	c := &cobra.Command{
		Use:   "match",
		Short: "Propose who unknown partner codes could be, and which deals sales belong to",
		Long: `List the partner codes that distributors use and the directory does not know, and
propose whom they could mean, by name, town and country. Nothing is accepted by
itself: tranche match accept says whose a code is, or the partner file does. There,
aliases are separated by |; one in a code is doubled. The lines that wait then count in the next run.
The alias of a buyer who is no partner goes to a row whose status is outside: its lines then count for the
distributor and for claims, and wait for nobody.

With --deals, list sales that name no deal, or one that nobody claims, and look like
a registered one: the same end customer, the same family, a day inside the window of
an approved claim. Whether a claim then counts is judged once the sale belongs to the
deal. tranche match deal accepts one. To accept many, save them with --format csv, keep the
lines you agree with, add who accepts, and drop the file into the inbox of the feed of kind
links. In that CSV every value is as its sender wrote it: in a spreadsheet, import the columns
as text, or a text that begins with = + - or @ is taken for a formula.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if deals {
				return a.matchDeals(cmd.Context(), format)
			}
			err := a.query(cmd.Context(), `select u.distributor, u.partner_code as code, coalesce(u.partner_name, '') as called,
				u.lines,
					coalesce(p.partner_id, '') as "could be", coalesce(p.name, '') as name, coalesce(p.score::varchar, '') as score,
					case
						when regexp_matches(u.distributor, '[=|]')
							then 'none: a distributor with = or | in its name cannot stand in an alias; name it otherwise in the feed'
						else u.distributor || '=' || replace(u.partner_code, '|', '||')
					end as "alias to add"
				from mart.unknown_codes as u
				left join mart.match_proposals as p on p.distributor = u.distributor and p.partner_code = u.partner_code
				order by u.distributor, u.partner_code, p.score desc, p.partner_id`, newTable(a.stdout))
			if err == nil {
				a.say("\nA proposal counts for nothing; a code counts as soon as its alias stands in the " +
					"partner file. The alias of a buyer\nwho is no partner goes to a row there whose status is outside.")
			}
			return err
		},
	}
	c.AddCommand(a.acceptMatchCommand(), a.withdrawMatchCommand(), a.matchDealCommand())
	c.Flags().BoolVar(&deals, "deals", false, "sales that look like a registered deal")
	c.Flags().StringVarP(&format, "format", "f", "table", "with --deals: table or csv")
	return c
}

func (a *app) matchDeals(ctx context.Context, format string) error {
	switch format {
	case "csv":
		return a.query(ctx, `select distributor, document_no, line_no, line_key, deal_id, '' as accepted_by,
			'score ' || score || ', claimed by ' || claimants as reason
			from mart.sell_with_suggestions order by score desc, distributor, document_no, line_no, line_key, deal_id`,
			newCSV(a.stdout))
	case "table":
		err := a.query(ctx, `select distributor, document_no as document, line_no as line, line_key as key,
			document_date as "on", end_customer as customer, family, amount,
				deal_id as deal, deal_customer as "its customer", claimants as "claimed by", score
			from mart.sell_with_suggestions order by score desc, distributor, document_no, line_no, line_key, deal_id`,
			newTable(a.stdout))
		if err == nil {
			a.say("\nA suggestion counts for nothing until it stands in a file of links.")
		}
		return err
	}
	return usagef("unknown format %q; write table or csv", format)
}

func (a *app) acceptMatchCommand() *cobra.Command {
	var m pipeline.Match
	var reason, who string
	c := &cobra.Command{
		Use:   "accept DISTRIBUTOR CODE PARTNER --reason WHY",
		Short: "Say which partner a distributor means by an unknown code",
		Long: `Say which partner a distributor means by a code that the directory does not know. The
decision is a line of audit.jsonl with your name, and outlives complete partner files. It
holds for all time, so that the lines that wait count in the next run. Where the partner
file names the code for another partner, too, it is ambiguous, and its lines are held.`,
		Example: "  tranche match accept NORDWIND K-1099 P1011 --reason \"confirmed by mail\"",
		Args:    arguments(cobra.ExactArgs(3)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(reasoned("a match", &reason), a.decided("a match", &who)); err != nil {
				return err
			}
			o, err := a.options()
			if err != nil {
				return err
			}
			m.Distributor, m.Code, m.Partner = args[0], args[1], args[2]
			if err := pipeline.AcceptMatch(cmd.Context(), o, m, who, reason); err != nil {
				return err
			}
			a.say("Accepted. The lines that wait count in the next run.")
			return nil
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	decider(c, &who, "who decides")
	return c
}

func (a *app) withdrawMatchCommand() *cobra.Command {
	var reason, who string
	c := &cobra.Command{
		Use:   "withdraw DISTRIBUTOR CODE --reason WHY",
		Short: "Take back what tranche match accept has said of a code",
		Long: `Take back what tranche match accept has said of a code. Its lines of open months are held again
from the next run on. What closed months have stated of them is a change that waits for a
person (tranche changes).`,
		Args: arguments(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := errors.Join(reasoned("a match", &reason), a.decided("a match", &who)); err != nil {
				return err
			}
			o, err := a.options()
			if err != nil {
				return err
			}
			if err := pipeline.WithdrawMatch(o, args[0], args[1], who, reason); err != nil {
				return err
			}
			a.say("Taken back. It shows from the next run on.")
			return nil
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	decider(c, &who, "who decides")
	return c
}

func (a *app) matchDealCommand() *cobra.Command {
	var x pipeline.Suggestion
	var reason, who string
	c := &cobra.Command{
		Use:   "deal DISTRIBUTOR DOCUMENT LINE DEAL --reason WHY",
		Short: "Say that a sale belongs to a registered deal that it does not name",
		Long: `Say that a sale belongs to a registered deal that it does not name, one that tranche match
--deals lists. A file of the feed of links with your name says so: it lands in the next run
and counts from then on. A later file of that feed can say otherwise.`,
		Example: "  tranche match deal NORDWIND 510267 1 D-2406 --reason \"confirmed by mail\"",
		Args:    arguments(cobra.ExactArgs(4)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(reasoned("a match", &reason), a.decided("a match", &who)); err != nil {
				return err
			}
			line, err := strconv.ParseInt(args[2], 10, 64)
			if err != nil {
				return usagef("%q is no line of a document", args[2])
			}
			o, err := a.options()
			if err != nil {
				return err
			}
			x.Distributor, x.Document, x.Line, x.Deal = args[0], args[1], line, args[3]
			name, err := pipeline.AcceptDeal(cmd.Context(), o, x, who, reason)
			if err == nil {
				a.say("%s lies in the inbox, and lands in the next run.", name)
			}
			return err
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	c.Flags().StringVar(&x.Key, "key", "", "of the line, where its feed declares one")
	decider(c, &who, "who decides")
	return c
}
