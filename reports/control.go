package reports

import (
	"context"
	"time"
)

// RegisterMonth is what a month came to.
type RegisterMonth struct {
	Month                                                     time.Time
	Status                                                    string // open, closed or final
	Distribution, Resell, SellWith, Entries, Payable, Carried Cents
}

// Margin is what the modules earned together.
func (m RegisterMonth) Margin() Cents { return m.Distribution + m.Resell + m.SellWith }

// RegisterCause is what moved in the month for one cause, of a month that was closed.
type RegisterCause struct {
	Cause, Module string // the module, or what else moved: a manual adjustment, a certification, a bonus, a redemption
	Mends         time.Time
	Rows, Points  int64
	Base, Amount  Cents
}

// RegisterDistributor is what a distributor's lines of the month came to: exact
// decimals in the documents' currency, the base in the programme's.
type RegisterDistributor struct {
	Distributor, Currency                  string
	Lines, Counted, Uncounted, Held        int64
	Net, CountedNet, UncountedNet, HeldNet string
	CountedBase                            string
}

// RegisterControl holds a statement against what it is made of.
type RegisterControl struct {
	Partner                         string
	Lines                           int64
	LinesEarned, Earned             Cents // line by line, and as stated
	EntriesSum, Entries             Cents // one by one, and as stated
	CarriedIn, Payable, CarriedOut  Cents
	PointsBefore, Posted, Spendable int64
}

func (g *Register) months(ctx context.Context, m Marts) error {
	return scan(ctx, m, `with earned as (
			select month, coalesce(sum(earned) filter (where module = 'distribution'), 0) as distribution,
				coalesce(sum(earned) filter (where module = 'resell'), 0) as resell, coalesce(sum(earned) filter (where module = 'sell_with'), 0) as sell_with
			from mart.statements group by month),
		paid as (
			select month, sum(money_entries) as entries, sum(payable) as payable, sum(carried_out) as carried from mart.payables group by month)
		select m.month, m.status, coalesce(e.distribution, 0)::decimal(18,2) as distribution, coalesce(e.resell, 0)::decimal(18,2) as resell,
			coalesce(e.sell_with, 0)::decimal(18,2) as sell_with, coalesce(p.entries, 0)::decimal(18,2) as entries,
			coalesce(p.payable, 0)::decimal(18,2) as payable, coalesce(p.carried, 0)::decimal(18,2) as carried
		from mart.months as m
		left join earned as e on e.month = m.month
		left join paid as p on p.month = m.month
		where m.month <= $1::date and m.month >= $1::date - to_months(12)
		order by m.month`, func(r *row) {
		g.Months = append(g.Months, RegisterMonth{Month: r.day("month"), Status: r.text("status"), Distribution: r.cents("distribution"), Resell: r.cents("resell"),
			SellWith: r.cents("sell_with"), Entries: r.cents("entries"), Payable: r.cents("payable"), Carried: r.cents("carried")})
	}, g.Month)
}

func (g *Register) causes(ctx context.Context, m Marts) error {
	return scan(ctx, m, `with moved as (
			select mends_month, module, cause, base, earned as amount, points from mart.statement_lines where month = $1::date and mends_month is not null
			union all
			select mends_month, 'money_entry', cause, 0, amount, 0 from mart.money_entries where month = $1::date and mends_month is not null
			union all
			select mends_month, kind, cause, 0, 0, points from mart.points_ledger
			where date_trunc('month', posted_on)::date = $1::date and mends_month is not null and kind not in ('purchase', 'sell_with'))
		select mends_month, module, cause, count(*) as rows, sum(base)::decimal(18,2) as base, sum(amount)::decimal(18,2) as amount, sum(points)::bigint as points
		from moved group by mends_month, module, cause order by mends_month, module, cause`, func(r *row) {
		g.Causes = append(g.Causes, RegisterCause{Mends: r.day("mends_month"), Module: r.text("module"), Cause: r.text("cause"), Rows: r.number("rows"),
			Base: r.cents("base"), Amount: r.cents("amount"), Points: r.number("points")})
	}, g.Month)
}

func (g *Register) distributors(ctx context.Context, m Marts) error {
	return scan(ctx, m, `select distributor, currency, lines, net_amount::varchar as net_amount, counted_lines, counted_amount::varchar as counted_amount,
			counted_base::varchar as counted_base, uncounted_lines, uncounted_amount::varchar as uncounted_amount, held_lines, held_amount::varchar as held_amount
		from mart.distributor_months where month = ? order by distributor, currency`, func(r *row) {
		g.Distributors = append(g.Distributors, RegisterDistributor{Distributor: r.text("distributor"), Currency: r.text("currency"), Lines: r.number("lines"),
			Counted: r.number("counted_lines"), Uncounted: r.number("uncounted_lines"), Held: r.number("held_lines"), Net: r.text("net_amount"),
			CountedNet: r.text("counted_amount"), UncountedNet: r.text("uncounted_amount"), HeldNet: r.text("held_amount"), CountedBase: r.text("counted_base")})
	}, g.Month)
}

func (g *Register) controls(ctx context.Context, m Marts) error {
	return scan(ctx, m, `with lines as (
			select partner_id, count(*) as lines, sum(earned)::decimal(18,2) as earned from mart.statement_lines where month = $1::date group by partner_id),
		entries as (
			select partner_id, sum(amount)::decimal(18,2) as amount from mart.money_entries where month = $1::date group by partner_id),
		postings as (
			select partner_id, sum(points)::bigint as points from mart.points_ledger
			where date_trunc('month', posted_on)::date = $1::date and balance <> 'status' group by partner_id)
		select y.partner_id, coalesce(l.lines, 0) as lines, coalesce(l.earned, 0)::decimal(18,2) as lines_earned, y.earned,
			coalesce(e.amount, 0)::decimal(18,2) as entries_sum, y.money_entries, y.carried_in, y.payable, y.carried_out,
			coalesce(b.spendable, 0) as before, coalesce(t.points, 0) as posted, y.spendable
		from mart.payables as y
		left join lines as l on l.partner_id = y.partner_id
		left join entries as e on e.partner_id = y.partner_id
		left join postings as t on t.partner_id = y.partner_id
		left join mart.point_balances as b on b.partner_id = y.partner_id and b.month = $1::date - to_months(1)
		where y.month = $1::date order by y.partner_id`, func(r *row) {
		g.Controls = append(g.Controls, RegisterControl{Partner: r.text("partner_id"), Lines: r.number("lines"), LinesEarned: r.cents("lines_earned"),
			Earned: r.cents("earned"), EntriesSum: r.cents("entries_sum"), Entries: r.cents("money_entries"), CarriedIn: r.cents("carried_in"),
			Payable: r.cents("payable"), CarriedOut: r.cents("carried_out"), PointsBefore: r.number("before"), Posted: r.number("posted"), Spendable: r.number("spendable")})
	}, g.Month)
}
