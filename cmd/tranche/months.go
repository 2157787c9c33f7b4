package main

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/schedule"
)

func (a *app) closeCommand() *cobra.Command {
	var by, reason, through string
	var without []string
	var accept, pending bool
	c := &cobra.Command{
		Use:   "close MONTH | --through MONTH",
		Short: "State a month for good",
		Long: `Run once more and state the first open month for good: its figures, its workbooks
and the rules it was made under go to the closed folder and never change again. What
comes later for it are adjustments of the first open month.

It is refused, with the reasons, while an earlier month is open, the month is not over,
a check fails, files are left in the inbox, or more is held or rejected than the
configuration allows. --accept-held leaves that for later, with your --reason;
--accept-pending does so with changes that wait for a person. It is
refused, too, while what a partner is paid cannot be told in its currency, because no
rate is there for the month's end; --without-rate GBP closes without that of GBP.

--through closes every open month up to that one, in their order, each as if it were
closed by itself, and stops at the first that is refused.`,
		Example: "  tranche close 2024-08 --by anna\n  tranche close --through 2024-08 --by anna\n  tranche close 2024-08 " +
			"--accept-held --reason \"two codes still unknown\"",
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (through != "") {
				return usageError{errors.New("name one MONTH, or --through MONTH")}
			}
			if err := a.decided("closing a month", &by); err != nil {
				return err
			}
			if reason = strings.TrimSpace(reason); (accept || pending) != (reason != "") {
				return usagef("--accept-held or --accept-pending and --reason go together: say why that may stay behind")
			}
			c := pipeline.Closing{By: by, WithoutRate: without}
			if accept {
				c.Accepted = reason
			}
			if pending {
				c.Pending = reason
			}
			if through != "" {
				return a.closeThrough(cmd.Context(), through, c)
			}
			return a.close(cmd.Context(), args[0], c)
		},
	}
	decider(c, &by, "who prepared it")
	c.Flags().StringVar(&through, "through", "", "close every open month up to this one")
	c.Flags().BoolVar(&accept, "accept-held", false, "close although something is held or rejected")
	c.Flags().BoolVar(&pending, "accept-pending", false, "close although changes wait for a person")
	c.Flags().StringVar(&reason, "reason", "", "why that may stay behind")
	c.Flags().StringSliceVar(&without, "without-rate", nil, "close although this currency has no rate at the month's end")
	return a.waits(c)
}

// closing is the name of the work that states a month.
const closing = "closing"

func (a *app) close(ctx context.Context, month string, c pipeline.Closing) error {
	return a.decide(closing, month, func(o pipeline.Options, month time.Time) (*pipeline.Summary, error) {
		c.Month = month
		s, err := pipeline.Close(ctx, o, c)
		return a.nowFinal(ctx, o, s, err)
	}, func(s *pipeline.Summary, month time.Time) {
		name := pipeline.MonthName(month)
		if s.AwaitsApproval {
			a.say("%s is closed. Its statements stay drafts until somebody other than %s approves it:\n  "+
				"tranche approve %s", name, c.By, name)
		} else {
			a.say("%s is closed, and its statements are final.", name)
		}
		if len(s.Absent) > 0 {
			a.say("%s sent no line of %s, and had sent some of %s. What comes of it later is an adjustment "+
				"of a later month.",
				strings.Join(s.Absent, ", "), name, pipeline.MonthName(month.AddDate(0, -1, 0)))
		}
	})
}

// closeThrough closes the open months in order, up to the first that is refused.
func (a *app) closeThrough(ctx context.Context, text string, c pipeline.Closing) error {
	through, err := parseMonth(text)
	if err != nil {
		return err
	}
	o, err := a.options()
	if err != nil {
		return err
	}
	open, err := pipeline.Unclosed(ctx, o, through)
	if err != nil {
		return a.failed(a.log(), closing, err, time.Since(o.Now))
	}
	if len(open) == 0 {
		a.say("No month up to %s is open; nothing was closed.", pipeline.MonthName(through))
	}
	for i, month := range open {
		if err := a.close(ctx, pipeline.MonthName(month), c); err != nil {
			a.say("Stopped: of %s up to %s, %d closed, and %s is the next.",
				counted(int64(len(open)), "open month"), pipeline.MonthName(through), i, pipeline.MonthName(month))
			return err
		}
	}
	return nil
}

func (a *app) approveCommand() *cobra.Command {
	var by string
	c := &cobra.Command{
		Use:   "approve MONTH",
		Short: "Make a closed month's statements final, as a second person",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.decided("an approval", &by); err != nil {
				return err
			}
			return a.decide("approval", args[0], func(o pipeline.Options, month time.Time) (*pipeline.Summary, error) {
				s, err := pipeline.Approve(cmd.Context(), o, month, by)
				return a.nowFinal(cmd.Context(), o, s, err)
			}, func(_ *pipeline.Summary, month time.Time) {
				a.say("%s is approved, and its statements are final.", pipeline.MonthName(month))
			})
		},
	}
	decider(c, &by, "who approves; not who closed it")
	return a.waits(c)
}

func (a *app) reopenCommand() *cobra.Command {
	var by, reason string
	c := &cobra.Command{
		Use:   "reopen MONTH --reason WHY",
		Short: "Take back the last closed month",
		Long: `Take back the last closed month, and only that one. What it had stated is kept beside,
and when it is closed again its statements are version 2 and say what differs.`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(reasoned("taking a month back", &reason), a.decided("taking a month back", &by)); err != nil {
				return err
			}
			return a.decide("reopening", args[0], func(o pipeline.Options, month time.Time) (*pipeline.Summary, error) {
				s, err := pipeline.Reopen(cmd.Context(), o, month, by, reason)
				return a.nowFinal(cmd.Context(), o, s, err) // tells those who had received it
			}, func(_ *pipeline.Summary, month time.Time) {
				a.say("%s is open again; its statements are drafts.", pipeline.MonthName(month))
			})
		},
	}
	decider(c, &by, "who takes it back")
	c.Flags().StringVar(&reason, "reason", "", "why")
	return a.waits(c)
}

// decide carries out a decision on a month and reports it.
func (a *app) decide(name, text string, decision func(pipeline.Options, time.Time) (*pipeline.Summary, error),
	say func(*pipeline.Summary, time.Time)) error {
	month, err := parseMonth(text)
	if err != nil {
		return err
	}
	s, err := a.working(name, func(o pipeline.Options) (*pipeline.Summary, error) { return decision(o, month) })
	if err != nil {
		return err
	}
	say(s, month)
	return a.lakeStands(s)
}

// lakeStands says where the lake does not hold what is published.
func (a *app) lakeStands(s *pipeline.Summary) error {
	if s.Lake == nil || s.Lake.Down == "" {
		return nil
	}
	printLakeDown(a.stdout, s)
	return errWaiting
}

// nowFinal sends what has become final to finance and partners, if the configuration says how.
func (a *app) nowFinal(
	ctx context.Context, o pipeline.Options, s *pipeline.Summary, err error,
) (*pipeline.Summary, error) {
	if err == nil {
		a.spread(ctx, o.Config, errors.Join(schedule.Finals(ctx, o.Config, o.Now), schedule.Deliver(ctx, o.Config, o.Now)))
	}
	return s, err
}

func (a *app) rebuildCommand() *cobra.Command {
	var month string
	c := &cobra.Command{
		Use:   "rebuild",
		Short: "Make the databases and the statements again from the files",
		Long: `Make the databases and the statements again from what has landed, what is closed, the
audit log and the configuration. Nothing is taken from the inbox. The old store is set
aside; the old published file stays until the new one has passed every check.

With --month only the files of that month are made again, aside, and nothing is published:
the command says whether they are byte for byte what was published. A closed month is made
from what had landed and had been decided when it was closed.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if month != "" {
				return a.makeAgain(cmd.Context(), month)
			}
			s, err := a.working("rebuild", func(o pipeline.Options) (*pipeline.Summary, error) {
				return pipeline.Rebuild(cmd.Context(), o)
			})
			if err != nil {
				return err
			}
			return a.report(s)
		},
	}
	c.Flags().StringVar(&month, "month", "", "make only the files of one month again, as 2024-08, and compare them")
	return a.waits(c)
}

// makeAgain says whether the files of a month are what was published.
func (a *app) makeAgain(ctx context.Context, text string) error {
	o, err := a.options()
	if err != nil {
		return err
	}
	month, err := parseMonth(text)
	if err != nil {
		return err
	}
	again, err := pipeline.MakeAgain(ctx, o, month)
	if err != nil {
		return err
	}
	all := again.Same + len(again.Differing)
	if len(again.Locked) > 0 {
		a.say("%d workbooks have a password, so that their bytes differ each time; they are not compared.",
			len(again.Locked))
	}
	if len(again.Differing) == 0 {
		a.say("%s: %d files, made again from %d landed files, are byte for byte what was published.", again.Month, all,
			again.Landed)
		return nil
	}
	a.say("%s: %d of %d files, made again from %d landed files, are not what was published: %s.", again.Month,
		len(again.Differing), all, again.Landed, strings.Join(again.Differing, ", "))
	if len(again.Changed) > 0 {
		a.say("Since then: %s.", strings.Join(again.Changed, "; "))
	}
	a.say("What was made again is in %s.", again.Folder)
	return errWaiting
}

func (a *app) logCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "log",
		Short: "Every decision that people took, in order",
		Long: `Every decision that people took, in order: when, from which account of the operating
system, who as named with --by, and what. A decision that came in a file has no account.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			o, err := a.options()
			if err != nil {
				return err
			}
			list, err := pipeline.Log(o)
			if err == nil && len(list) == 0 {
				a.say("Nobody has decided anything yet.")
			}
			for _, d := range list {
				a.say("%s  %-10s %-14s %-8s %s", d.At.Format("2006-01-02 15:04 UTC"), cmp.Or(d.Account, "-"), d.Who, d.Act,
					described(d))
			}
			return err
		},
	}
}

// described says what a decision was about, and why.
func described(d audit.Decision) string {
	text := pipeline.Subject(d)
	switch {
	case d.Reason == "":
		return text
	case d.Act == audit.Close:
		return text + ", what is held, rejected or refused may stay behind: " + d.Reason
	}
	return text + ": " + d.Reason
}
