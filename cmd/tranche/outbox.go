package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"tranche/pipeline/schedule"
	"tranche/pipeline/schedule/outbox"
)

func (a *app) outboxCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "outbox",
		Short: "Messages that may not have arrived",
		Long: `List the messages that may not have arrived. A waiting message is tried again by itself.
An unsure one may have arrived, and one that is given up failed in every attempt: ask the
receiver, and then send it again or drop it.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			n, err := printUnsent(a.stdout, c)
			if err == nil && n == 0 {
				a.say("Every message has arrived.")
			}
			return err
		},
	}
	c.AddCommand(&cobra.Command{
		Use:   "send [ID...]",
		Short: "Send what is due; named messages also if they are unsure or given up",
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.forMessages(ids, (*outbox.Outbox).Resend, func(box *outbox.Outbox) error {
				return box.Flush(cmd.Context(), time.Now())
			})
		},
	}, &cobra.Command{
		Use:   "drop ID...",
		Short: "Do not send these messages any more",
		Args:  arguments(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, ids []string) error {
			return a.forMessages(ids, (*outbox.Outbox).Drop, func(*outbox.Outbox) error { return nil })
		},
	})
	return c
}

// forMessages calls each for every ID and then once then, and prints what is unsent.
func (a *app) forMessages(
	ids []string, each func(*outbox.Outbox, string) error, then func(*outbox.Outbox) error,
) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	box := schedule.Outbox(c)
	for _, id := range ids {
		if err = each(box, id); errors.Is(err, outbox.ErrUnknown) {
			return usagef("%w; tranche outbox lists them", err)
		}
		if err != nil {
			return err
		}
	}
	if err := then(box); err != nil {
		return err
	}
	_, err = printUnsent(a.stdout, c)
	return err
}
