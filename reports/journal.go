package reports

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Journal is what a month's statements mean for the books.
type Journal struct {
	Edition
	Month   time.Time
	Earned  []Booked // by module
	Entries []Booked
	Payable []Booked
}

// Booked is one amount of a partner's.
type Booked struct {
	Partner, Module, ID, Reason string
	Amount                      Cents
}

// ReadJournal reads what of one month belongs into the books.
func ReadJournal(ctx context.Context, m Marts, month time.Time) (*Journal, error) {
	j := &Journal{Month: month}
	add := func(list *[]Booked) func(*row) {
		return func(r *row) {
			*list = append(*list, Booked{Partner: r.text("partner_id"), Module: r.text("module"), ID: r.text("entry_id"), Reason: r.text("reason"), Amount: r.cents("amount")})
		}
	}
	for query, list := range map[string]*[]Booked{
		`select partner_id, module, '' as entry_id, '' as reason, earned as amount from mart.statements
			where month = ? and earned <> 0 order by partner_id, module`: &j.Earned,
		`select partner_id, '' as module, entry_id, reason, amount from mart.money_entries
			where month = ? and amount <> 0 order by partner_id, entry_id`: &j.Entries,
		`select partner_id, '' as module, '' as entry_id, '' as reason, payable as amount from mart.payables
			where month = ? and payable <> 0 order by partner_id`: &j.Payable,
	} {
		if err := scan(ctx, m, query, add(list), month); err != nil {
			return nil, fmt.Errorf("read journal of %s: %w", month.Format("2006-01"), err)
		}
	}
	return j, nil
}

// ParseCents reads what String writes.
func ParseCents(text string) (Cents, error) {
	whole, places, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+places, 10, 64)
	if err != nil || len(places) != 2 {
		return 0, fmt.Errorf("%q is no amount with two places", text)
	}
	return Cents(n), nil
}
