package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tranche/pipeline/schedule"
	"tranche/pipeline/schedule/outbox"
)

func (a *app) outboxCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "outbox",
		Short: "Messages that have not arrived for certain",
		Long: `List the messages that have not arrived for certain. One that is waiting is tried again
by itself. One that is unsure may have arrived, and one that is given up did not in many
attempts: ask the receiver, and then send it again or drop it.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			n, err := printUnsent(a.stdout, c)
			if err == nil && n == 0 {
				fmt.Fprintln(a.stdout, "Every message has arrived.")
			}
			return err
		},
	}
	c.AddCommand(&cobra.Command{
		Use:   "send [ID...]",
		Short: "Send what waits and is due; those named also if they are unsure or given up",
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.forMessages(ids, (*outbox.Outbox).Resend, func(o *outbox.Outbox) error { return o.Flush(cmd.Context(), time.Now()) })
		},
	}, &cobra.Command{
		Use:   "drop ID...",
		Short: "Send those messages no more",
		Args:  arguments(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, ids []string) error {
			return a.forMessages(ids, (*outbox.Outbox).Drop, func(*outbox.Outbox) error { return nil })
		},
	})
	return c
}

// forMessages does something to each message named, then to the outbox, and says what is left.
func (a *app) forMessages(ids []string, each func(*outbox.Outbox, string) error, then func(*outbox.Outbox) error) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	box := schedule.Outbox(c)
	for _, id := range ids {
		if err = each(box, id); errors.Is(err, outbox.ErrUnknown) {
			return usageError{fmt.Errorf("%w; tranche outbox lists them", err)}
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
