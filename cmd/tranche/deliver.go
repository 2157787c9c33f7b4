package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/schedule"
	"tranche/pipeline/schedule/outbox"
)

func (a *app) deliverCommand() *cobra.Command {
	var month string
	var dry bool
	c := &cobra.Command{
		Use:   "deliver [--month MONTH] [--dry-run]",
		Short: "Send a final month's statements to partners, and say what went where",
		Long: `Send what leaves of a final month to each partner, to finance and to distributors, as
deliver in the configuration says, and say what went where and what came back. Each leaves
once, however often this is asked; what left before stays as it is. Closing and approving a
month, tranche serve and tranche run --notify do this by themselves for months that became
final since deliver was configured.
With --dry-run, say who would get what, also of a month that is still open. Nothing leaves.
It ends with 3 where something did not arrive for certain, or an address is missing.`,
		Example: "  tranche deliver --month 2024-08 --dry-run",
		Args:    arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.options()
			if err != nil {
				return err
			}
			if o.Config.Deliver == nil {
				return usagef("the configuration does not say how statements leave: deliver")
			}
			first, err := a.delivered(o.Config, month)
			if err != nil {
				return err
			}
			if dry {
				return a.wouldDeliver(cmd.Context(), o, first)
			}
			parcels, err := schedule.DeliverMonth(cmd.Context(), o.Config, o.Now, first)
			if errors.Is(err, schedule.ErrNotFinal) {
				return worst(a.printDelivered(o.Config, first, nil), err)
			}
			if err != nil {
				return err
			}
			if err := schedule.Outbox(o.Config).Flush(cmd.Context(), time.Now()); err != nil {
				return err
			}
			return a.printDelivered(o.Config, first, parcels)
		},
	}
	c.Flags().StringVar(&month, "month", "", "the month, as 2024-08 (default: the newest final one)")
	c.Flags().BoolVar(&dry, "dry-run", false, "say who would get what, and send nothing")
	return c
}

// delivered is the month that is asked for, or the newest final one.
func (a *app) delivered(c *config.Config, text string) (time.Time, error) {
	month, err := parseMonth(text)
	if err != nil || text != "" {
		return month, err
	}
	months, err := pipeline.Finals(c, time.Time{})
	if err == nil && len(months) == 0 {
		err = usagef("no month is final yet; with --dry-run and --month MONTH an open one can be asked for")
	}
	if err != nil {
		return month, err
	}
	return months[len(months)-1], nil
}

func (a *app) wouldDeliver(ctx context.Context, o pipeline.Options, month time.Time) error {
	parcels, err := schedule.Parcels(ctx, o.Config, o.Now, month)
	if err != nil {
		return err
	}
	went := map[string]outbox.Sending{}
	list, err := schedule.Deliveries(o.Config)
	for _, s := range list {
		went[s.ID] = s
	}
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "what\tfor\tname\tway\taddress\tnow")
	missing := false
	for _, p := range parcels {
		now := "would be sent"
		if p.Missing != "" {
			now, missing = p.Missing, true
		} else if s, ok := went[p.ID]; ok {
			now = s.State
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Delivery.Kind, p.Delivery.Receiver, p.Name, p.Delivery.Way,
			p.Delivery.Address, now)
	}
	_ = t.Flush()
	if err == nil && missing {
		err = errWaiting
	}
	return err
}

// printDelivered shows what went where of a month, and what could not.
func (a *app) printDelivered(c *config.Config, month time.Time, parcels []schedule.Parcel) error {
	list, err := schedule.Deliveries(c)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b outbox.Sending) int {
		return cmp.Or(strings.Compare(a.Delivery.Kind, b.Delivery.Kind),
			strings.Compare(a.Delivery.Receiver, b.Delivery.Receiver))
	})
	waits := false
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "what\tfor\tway\taddress\tstate\tanswer")
	for _, s := range list {
		if s.Delivery.Month != pipeline.MonthName(month) {
			continue
		}
		said := s.Answer
		if s.Error != "" {
			said = strings.Join(strings.Fields(s.Error), " ")
		}
		waits = waits || s.IsOpen()
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Delivery.Kind, s.Delivery.Receiver, s.Delivery.Way,
			s.Delivery.Address, s.State, said)
	}
	for _, p := range parcels {
		if p.Missing != "" {
			waits = true
			fmt.Fprintf(t, "%s\t%s\t%s\t\tnot sent\t%s\n", p.Delivery.Kind, p.Delivery.Receiver, p.Delivery.Way, p.Missing)
		}
	}
	_ = t.Flush()
	if waits {
		return errWaiting
	}
	return nil
}

// printDeliveries shows, for the newest month of which something left, what became of it, and whose address is missing.
// It says whether a person has to look.
func printDeliveries(ctx context.Context, out io.Writer, c *config.Config) (waits bool, err error) {
	list, err := schedule.Deliveries(c)
	if err != nil {
		return false, err
	}
	states, newest := map[string]int{}, ""
	for _, s := range list {
		newest = max(newest, s.Delivery.Month)
	}
	for _, s := range list {
		waits = waits || s.Waits()
		if s.Delivery.Month == newest {
			states[s.State]++
		}
	}
	if newest != "" {
		var parts []string
		for _, state := range slices.Sorted(maps.Keys(states)) {
			parts = append(parts, fmt.Sprintf("%d %s", states[state], state))
		}
		fmt.Fprintf(out, "Deliveries of %s: %s; tranche deliver --month %s shows each.\n", newest, strings.Join(parts, ", "),
			newest)
	}
	missing, err := schedule.MissingAddresses(ctx, c, time.Now())
	for _, p := range missing {
		waits = true
		fmt.Fprintf(out, "The statement of %s (%s) was not sent: %s\n", p.Delivery.Receiver, p.Name, p.Missing)
	}
	if newest != "" || len(missing) > 0 {
		fmt.Fprintln(out)
	}
	return waits, err
}
