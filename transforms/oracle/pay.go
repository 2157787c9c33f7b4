package oracle

import (
	"time"

	"github.com/cockroachdb/apd/v3"
)

const adjustment = "money_adjustment"

type payKey struct {
	partner string
	month   time.Time
}

// pays carries every partner's balance from month to month until it is worth
// paying.
func (w *work) pays() []Pay {
	due := w.due()
	var out []Pay
	for _, partner := range w.everyone {
		carried, waited := whole(0), 0
		for _, month := range w.months {
			balance := add(carried, due[payKey{partner.ID, month}])
			payable := whole(0)
			carried = balance
			if w.settles(partner, month, balance, waited) {
				payable, carried = balance, whole(0)
			}
			waited++
			if !less(whole(0), carried) {
				waited = 0
			}
			out = append(out, Pay{
				Partner:    partner.ID,
				Month:      month,
				Payable:    payable,
				CarriedOut: carried,
				Currency:   partner.Currency,
				Own:        w.own(payable, partner.Currency, month),
			})
		}
	}
	return out
}

// settles says whether a balance is paid: it is worth it, it has waited long enough, or the partner has left, who is
// paid everything and owes what is below zero.
func (w *work) settles(partner Partner, month time.Time, balance apd.Decimal, waited int) bool {
	hasLeft := !partner.Left.IsZero() && !partner.Left.After(lastDay(month))
	waitedEnough := w.programme.SettleAfter > 0 && waited >= w.programme.SettleAfter && less(whole(0), balance)
	return hasLeft || waitedEnough || !less(balance, w.programme.MinPayable)
}

// own is an amount in a partner's currency at the rate of the month's last day, rounded to the decimals of that
// currency.
func (w *work) own(amount apd.Decimal, currency string, month time.Time) *apd.Decimal {
	rate, known := w.rate(currency, lastDay(month))
	if !known {
		return nil
	}
	var quotient, rounded apd.Decimal
	_, err := rounding.Quo(&quotient, &amount, &rate)
	must("divide", err)
	_, err = rounding.Quantize(&rounded, &quotient, -decimals(currency))
	must("round", err)
	return &rounded
}

// decimals are those of ISO 4217, for the currencies of the tests.
func decimals(currency string) int32 {
	switch currency {
	case "JPY":
		return 0
	case "KWD":
		return 3
	case "CLF":
		return 4
	}
	return 2
}

// due is what each month adds: what its credits earned and what was posted by
// hand since the programme began.
func (w *work) due() map[payKey]apd.Decimal {
	due := map[payKey]apd.Decimal{}
	for _, c := range w.credits {
		key := payKey{c.partner, monthOf(c.line.sale.Date)}
		due[key] = add(due[key], c.earned)
	}
	w.guarantee(due)
	for _, e := range w.facts.Entries {
		if e.Kind == adjustment && !e.Date.Before(w.first) {
			key := payKey{e.Partner, monthOf(e.Date)}
			due[key] = add(due[key], e.Amount)
		}
	}
	return due
}

// guarantee adds what is missing of guaranteed minimums in the last month of each period.
func (w *work) guarantee(due map[payKey]apd.Decimal) {
	for _, month := range w.months {
		day := lastDay(month)
		v := w.version(day)
		for i := range v.Incentives {
			in := &v.Incentives[i]
			start := periodStart(day, w.programme.YearStarts, in.Period)
			if in.Guaranteed == nil || periodStart(addDays(day, 1), w.programme.YearStarts, in.Period).Equal(start) {
				continue
			}
			for _, partner := range w.everyone {
				earned := w.earnedIn(partner.ID, in.Name, start)
				if w.entitled(partner.ID, in, &line{terms: day}, v) && less(earned, *in.Guaranteed) {
					key := payKey{partner.ID, month}
					due[key] = add(due[key], sub(*in.Guaranteed, earned))
				}
			}
		}
	}
}

// earnedIn is what a partner earned by an incentive in a period.
func (w *work) earnedIn(partner, incentive string, period time.Time) apd.Decimal {
	sum := whole(0)
	for _, c := range w.credits {
		if c.partner == partner && c.incentive.Name == incentive && c.period.Equal(period) {
			sum = add(sum, c.earned)
		}
	}
	return sum
}
