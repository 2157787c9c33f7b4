-- What waits at the end of each open month, and of the last closed one, by partner: held rows with
-- an amount, of the month or before, and what changes that wait for a person would move in it or
-- before. A held line that belongs to such a change is counted with the change.
--
-- grain: month, partner_id
-- month
-- partner_id      the partner; null where nobody knows it yet
-- held_rows       how many held rows
-- held_amount     their net amounts without signs, at the rates of the month's last day, in the
--                 programme currency
-- unvalued_rows   how many of them have no rate, and are in no amount
-- changes         how many changes would move something
-- pending_amount  by how much they would move margin and money entries, in the programme currency
-- pending_points  by how many points they would move
with months as (
    select m.month, m.month_end, p.currency
    from intermediate.months as m
    cross join rules.programme as p
    where m.month >= p.first_open - to_months(1)
),
held as (
    select m.month, h.partner_id, count(*) as held_rows,
        sum(round(abs(h.net_amount) * r.rate, 2)) as held_amount,
        count(*) filter (r.rate is null) as unvalued_rows
    from mart.held_lines as h
    join months as m on h.month <= m.month
    left join intermediate.rates as r
        on r.currency = coalesce(h.currency, m.currency) and r.rate_date <= m.month_end
        and m.month_end < r.to_date
    where h.net_amount is not null and h.change_id is null
    group by m.month, h.partner_id
),
pending as (
    select m.month, c.partner_id, count(distinct c.change_id) as changes, sum(c.amount) as amount,
        sum(c.points) as points
    from mart.pending_changes as c
    join months as m on coalesce(c.month, m.month) <= m.month
    group by m.month, c.partner_id
),
waiting as (
    select month, partner_id, held_rows, held_amount, unvalued_rows, 0 as changes, 0 as amount,
        0 as points
    from held
    union all
    select month, partner_id, 0, 0, 0, changes, amount, points from pending
)
select month, partner_id, sum(held_rows)::bigint as held_rows,
    coalesce(sum(held_amount), 0)::decimal(38,2) as held_amount,
    sum(unvalued_rows)::bigint as unvalued_rows, sum(changes)::bigint as changes,
    sum(amount)::decimal(38,2) as pending_amount, sum(points)::bigint as pending_points
from waiting
group by month, partner_id
