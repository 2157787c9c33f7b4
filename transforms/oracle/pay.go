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
		carried := whole(0)
		for _, month := range w.months {
			balance := add(carried, due[payKey{partner.ID, month}])
			payable := whole(0)
			carried = balance
			if !less(balance, w.programme.MinPayable) {
				payable, carried = balance, whole(0)
			}
			out = append(out, Pay{
				Partner:    partner.ID,
				Month:      month,
				Payable:    payable,
				CarriedOut: carried,
			})
		}
	}
	return out
}

// due is what each month adds: what its credits earned and what was posted by
// hand since the programme began.
func (w *work) due() map[payKey]apd.Decimal {
	due := map[payKey]apd.Decimal{}
	for _, c := range w.credits {
		key := payKey{c.partner, monthOf(c.line.sale.Date)}
		due[key] = add(due[key], c.earned)
	}
	for _, e := range w.facts.Entries {
		if e.Kind == adjustment && !e.Date.Before(w.first) {
			key := payKey{e.Partner, monthOf(e.Date)}
			due[key] = add(due[key], e.Amount)
		}
	}
	return due
}
