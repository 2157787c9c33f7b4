-- When each partner loses the level it holds and does not meet at the end of an open month, if
-- nothing changes from then on: after the first review at which the level was met at none of the
-- last month-ends of the grace period.
--
-- grain: partner_id, month
-- partner_id, month
-- falls_on   first day without the level
-- falls_to   level held from that day on
-- keep_from  first day of the month at whose end the level can be met in time; null where it is
--            lost already
with lacking as (
    select
        c.partner_id, c.month, c.held_rank, c.met_rank, c.first_month, v.grace_months,
        (c.month + to_months((v.review_month - month(c.month) + 12) % 12))::date as review
    from intermediate.computed_levels as c
    join intermediate.months as m on m.month = c.month and m.is_open
    join rules.versions as v on v.version = m.version and v.levels_computed
    where c.met_rank < c.held_rank and c.held_rank > 1
),
-- The second review is for a level that was met within the grace period of the first.
reviews as (
    select * from lacking
    union all
    select * replace ((review + to_months(12))::date as review) from lacking
),
judged as (
    select
        r.partner_id, r.month, r.held_rank, r.review, r.grace_months, r.first_month,
        greatest(coalesce(max(b.rank), 0), if(r.review > r.month, r.met_rank, 0), 1) as rank
    from reviews as r
    left join intermediate.levels_met as b
        on b.partner_id = r.partner_id and b.month <= r.month
            and b.month > r.review - to_months(r.grace_months) and b.month >= r.first_month
    group by r.partner_id, r.month, r.held_rank, r.met_rank, r.review, r.grace_months, r.first_month
),
lost as (
    select partner_id, month, min(review) as review, arg_min(rank, review) as rank,
        any_value(grace_months) as grace_months
    from judged
    where rank < held_rank and first_month <= review - to_months(grace_months - 1)
    group by partner_id, month
)
select
    l.partner_id, l.month, (l.review + to_months(1))::date as falls_on, t.level as falls_to,
    if(l.review = l.month, null,
        greatest(l.month + to_months(1), l.review - to_months(l.grace_months - 1))::date)
        as keep_from
from lost as l
join rules.levels as t using (rank)
