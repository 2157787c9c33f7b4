package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger"
	"tranche/pipeline/programme"
	"tranche/pipeline/store"
)

// Obstacles is why a month cannot be closed.
type Obstacles struct {
	Month   string
	Reasons []string
}

// Error lists every reason.
func (o *Obstacles) Error() string {
	return o.Month + " cannot be closed:\n  - " + strings.Join(o.Reasons, "\n  - ")
}

func (o *Obstacles) unlessOver(month, now time.Time) {
	if end := month.AddDate(0, 1, 0); now.Before(end) {
		o.say("it is not over before %s", end.Format(time.DateOnly))
	}
}

func (o *Obstacles) say(format string, args ...any) {
	o.Reasons = append(o.Reasons, fmt.Sprintf(format, args...))
}

func (o *Obstacles) orNil() error {
	if len(o.Reasons) == 0 {
		return nil
	}
	return o
}

// closable reports the reasons that no run could change.
func closable(l *ledger.Ledger, next, month, now time.Time) error {
	o := &Obstacles{Month: ledger.Folder(month)}
	if last := l.Last(); last != nil && last.Approved == "" {
		o.say("%s waits for somebody other than %s to approve it: tranche approve %s", last.Month, last.Prepared, last.Month)
	}
	switch {
	case month.Before(next):
		o.say("it is closed already, or lies before the programme; the first open month is %s", ledger.Folder(next))
	case month.After(next):
		o.say("%s is still open; close it first", ledger.Folder(next))
	}
	o.unlessOver(month, now)
	return o.orNil()
}

// obstacles gathers the reasons that a run has found against closing a month. Without any, it returns the
// distributors that sent lines of the month before and none of this one, and the currencies that it goes without.
func obstacles(
	ctx context.Context, s *store.Session, c *config.Config, arrivals []landing.Arrival, k Closing,
) (absent, without []string, err error) {
	o := &Obstacles{Month: ledger.Folder(k.Month)}
	for _, a := range arrivals {
		if !a.Fate.Taken() {
			o.say("%s is in the inbox (%s: %s)", a.Source, a.Fate, a.Detail)
		}
	}
	if c.Unfilled() {
		o.say("the configuration still says %s: `tranche validate` names the lines", config.FillIn)
	}
	if k.Accepted == "" {
		if err := o.held(ctx, s, k.Month, c.Closing.MaxHeld.String(), c.Programme.Currency); err != nil {
			return nil, nil, err
		}
		if err := o.rejected(ctx, s, c.Closing.MaxRejected.String()); err != nil {
			return nil, nil, err
		}
	}
	if k.Pending == "" {
		if err := o.pending(ctx, s, c.Closing.MaxPending.String()); err != nil {
			return nil, nil, err
		}
	}
	without, err = o.unrated(ctx, s, c.Programme, k)
	if err != nil {
		return nil, nil, err
	}
	if err := o.orNil(); err != nil {
		return nil, nil, err
	}
	absent, err = s.Texts(ctx, `select distinct distributor from mart.distributor_months
		where month = $1::date - to_months(1)
			and distributor not in (select distributor from mart.distributor_months where month = $1::date)
		order by distributor`, k.Month) // they may have sold nothing
	return absent, without, err
}

// accept is the option that closes a month with waiting amounts.
const accept = "or say --accept-held --reason WHY"

// held compares the amount held up to the month with its limit.
func (o *Obstacles) held(ctx context.Context, s *store.Session, month time.Time, limit, currency string) error {
	var held, unknown int64
	var amount string
	var tooMuch bool
	err := s.Row(ctx, `
		select coalesce(sum(held_rows), 0)::bigint, coalesce(sum(unvalued_rows), 0)::bigint,
			coalesce(sum(held_amount), 0)::decimal(38,2)::varchar, coalesce(sum(held_amount), 0) > $2::decimal(18,2)
		from mart.waiting_amounts where month = $1::date`, []any{&held, &unknown, &amount, &tooMuch}, month, limit)
	if err == nil && (unknown > 0 || tooMuch) {
		o.say("%s held, of the month or before, together %s %s at the rates of the month's last day%s, "+
			"and closing.max_held is %s: tranche held list says why; let them count, %s, "+
			"and they are adjustments when they count",
			plural(held, "line"), amount, currency, some(unknown, "whose value is not known, which no limit covers"),
			limit, accept)
	}
	return err
}

// rejected compares the rejected amount with its limit. Rejected rows have no month; their amounts are as in the
// files.
func (o *Obstacles) rejected(ctx context.Context, s *store.Session, limit string) error {
	var rows, unread, refused int64
	var amount string
	var tooMuch bool
	err := s.Row(ctx, `
		select
			coalesce(sum(waiting) filter (where is_loaded), 0)::bigint,
			coalesce(sum(unread_amounts) filter (where is_loaded), 0)::bigint,
			count(*) filter (where not is_loaded),
			coalesce(sum(abs(rejected_amount)) filter (where is_loaded), 0)::decimal(38,2)::varchar,
			coalesce(sum(abs(rejected_amount)) filter (where is_loaded), 0) > $1::decimal(18,2)
		from mart.reconciliation
		where waiting > 0 and (kind in ('sales', 'entries') or not is_loaded)`,
		[]any{&rows, &unread, &refused, &amount, &tooMuch}, limit)
	if err != nil {
		return err
	}
	if unread > 0 || tooMuch {
		o.say("%s rejected, together %s%s, and closing.max_rejected is %s: tranche rejects list names them; "+
			"when the sender has corrected them, or never will, tranche rejects waive, %s",
			plural(rows, "row"), amount, some(unread, "whose amount cannot be read, which no limit covers"), limit, accept)
	}
	if refused > 0 {
		o.say("%s refused whole, and nothing in there is counted: tranche status names them; "+
			"when the sender has sent them again, or never will, tranche rejects waive, %s", plural(refused, "file"), accept)
	}
	return nil
}

// unrated names the currencies without a rate at the month's end, and returns those that the closing goes without.
// Nothing can be paid in a currency without a rate.
func (o *Obstacles) unrated(
	ctx context.Context, s *store.Session, p programme.Programme, k Closing,
) (without []string, err error) {
	all, err := unrated(ctx, s, k.Month.AddDate(0, 1, 0))
	for _, u := range all {
		way := "or say --without-rate " + u.Currency + ", and the statements say that it cannot be told"
		switch {
		case !u.Month.Equal(k.Month):
			continue
		case p.PaysOwn:
			way = "it is paid in that currency (pay.currency), so it cannot be closed without"
		case slices.Contains(k.WithoutRate, u.Currency):
			without = append(without, u.Currency)
			continue
		}
		o.say("there is no rate of %s at the end of the month, or it is older than fx.max_age_days (%d): "+
			"what is paid cannot be told in it, %s %s in all, to %s; send the rate, %s",
			u.Currency, p.FXMaxAge, u.Amount, p.Currency, u.Partners, way)
	}
	return without, err
}

// plural is a number of things and the verb.
func plural(n int64, word string) string {
	if n == 1 {
		return "1 " + word + " is"
	}
	return fmt.Sprintf("%d %ss are", n, word)
}

func some(n int64, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d %s", n, what)
}
