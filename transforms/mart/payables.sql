-- What each partner is paid for each month, with its level and points at the end of the month.
--
-- incremental: stated.pay
-- grain: partner_id, month
-- partner_id, month
-- earned  margin of the month, all modules, in the programme currency
-- money_entries, carried_in
-- payable      what is paid for the month, in the programme currency; below zero: what a partner
--              that has left the programme owes
-- carried_out, carried_months
-- currency     the partner's own currency
-- rate         factor: what one unit of the partner's currency is worth in the programme currency
--              at the month's end; null when no rate is known
-- rate_date    the day that rate was published for; null in the programme currency
-- payable_own  payable in the partner's own currency, rounded half away from zero to the decimals
--              of that currency; null when no rate is known
-- paid_currency  the currency in which it is paid: the programme's, or the partner's own
-- paid_amount    what is paid, in the currency of the row's paid_currency; null when no rate is
--                known
-- level        level held on the last day of the month
-- modules      modules held on the last day of the month, separated by commas
-- status_points, spendable
with converted as (
    -- Units are the smallest of the currency: yen, cents, fils.
    select
        p.*, a.currency, r.rate, nullif(r.rate_date, date '1900-01-01') as rate_date,
        case c.decimals when 0 then 1 when 3 then 1000 when 4 then 10000 else 100 end as units,
        (p.payable::decimal(38,2) * 100)::hugeint as cents,
        (r.rate::decimal(38,9) * 1000000000)::hugeint as ratio,
        (2 * abs(cents) * 10000000 * units + ratio) // (2 * ratio)
            * sign(cents)::hugeint as own
    from intermediate.pay as p
    join mart.partners as a using (partner_id)
    left join rules.currencies as c using (currency)
    left join intermediate.rates as r
        on r.currency = a.currency and r.rate_date <= last_day(p.month)
            and last_day(p.month) < r.to_date
),
priced as (
    select *,
        ((own * (10000 // units))::decimal(30,0) * 0.0001::decimal(5,4))::decimal(38,4)
            as payable_own
    from converted
)
select
    p.partner_id, p.month, p.earned, p.money_entries, p.carried_in, p.payable, p.carried_out,
    p.carried_months, p.currency, p.rate, p.rate_date, p.payable_own,
    if(g.pays_own, p.currency, g.currency) as paid_currency,
    if(g.pays_own, p.payable_own, p.payable::decimal(38,4)) as paid_amount, l.level,
    (select string_agg(distinct m.module, ', ' order by m.module)
        from intermediate.partner_modules as m
        where m.partner_id = p.partner_id and m.from_date <= last_day(p.month)
            and last_day(p.month) <= m.to_date) as modules, b.status_points, b.spendable
from priced as p
join mart.point_balances as b using (partner_id, month)
join mart.partner_levels as l using (partner_id, month)
cross join rules.programme as g
