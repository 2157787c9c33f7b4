package reports

import (
	"context"
	"fmt"
	"time"
)

// Journal is what the accounts book of a month.
type Journal struct {
	Edition
	Month    time.Time
	Earned   []Booked // by incentive
	Entries  []Booked
	Payable  []Booked
	Expected []Booked // what the purchases so far cost besides, at the expected rate, by incentive
}

// Booked is one amount of a partner.
type Booked struct {
	Partner   string `json:"partner_id"`
	Incentive string `json:"incentive"`
	ID        string `json:"entry_id"`
	Reason    string `json:"reason"`
	Amount    Cents  `json:"amount"`
	Currency  string `json:"paid_currency"` // of a payable: in which it is paid
	Paid      string `json:"paid_amount"`   // and how much, an exact decimal; empty: no rate says
}

// ReadJournal reads the journal of one month.
func ReadJournal(ctx context.Context, m Marts, month time.Time) (*Journal, error) {
	r := &rows{ctx: ctx, marts: m}
	j := &Journal{
		Month: month,
		Earned: get[Booked](r, `from (select partner_id, incentive, '' as entry_id, '' as reason, earned as amount,
			'' as paid_currency, '' as paid_amount
			from mart.statements where month = $1 and earned <> 0) order by partner_id, incentive`, month),
		Entries: get[Booked](r, `from (select partner_id, coalesce(incentive, '') as incentive, entry_id, reason, amount,
			'' as paid_currency, '' as paid_amount
			from mart.money_entries where month = $1 and amount <> 0) order by partner_id, entry_id`, month),
		Expected: get[Booked](r, `from (select partner_id, incentive, '' as entry_id, '' as reason,
			sum(true_up - true_up_before)::decimal(18,2) as amount, '' as paid_currency, '' as paid_amount
			from mart.accruals where month = $1 group by partner_id, incentive
			having sum(true_up - true_up_before) <> 0) order by partner_id, incentive`, month),
		Payable: get[Booked](r, `from (select partner_id, '' as incentive, '' as entry_id, '' as reason,
			payable as amount, paid_currency, paid_amount
			from mart.payables where month = $1 and payable <> 0) order by partner_id`, month),
	}
	if r.err != nil {
		return nil, fmt.Errorf("read journal of %s: %w", month.Format("2006-01"), r.err)
	}
	return j, nil
}
