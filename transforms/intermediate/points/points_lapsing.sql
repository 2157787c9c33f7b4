-- The points that lapse within 90 days of the end of each open month if they are not spent.
-- grain: partner_id, month, lapses_on
-- partner_id, month, lapses_on
-- points  points that lapse on that day
with uses as (
    select
        partner_id, date_trunc('month', posted_on)::date as month, sum(points) as used, 0 as lapsed
    from intermediate.points_used
    group by partner_id, date_trunc('month', posted_on)
    union all
    select partner_id, date_trunc('month', posted_on)::date, 0, -sum(points)
    from (
        select partner_id, posted_on, points from stated.points where kind = 'expiry'
        union all
        select partner_id, posted_on, points from intermediate.points_expired
    )
    where points < 0
    group by partner_id, date_trunc('month', posted_on)
),
ends as (
    select
        p.partner_id, m.month, m.month_end, coalesce(sum(s.used), 0) as used,
        coalesce(sum(s.lapsed), 0) as lapsed
    from intermediate.all_partners as p
    join intermediate.months as m on m.is_open
    left join uses as s on s.partner_id = p.partner_id and s.month <= m.month
    group by p.partner_id, m.month, m.month_end
),
lapses as (
    select e.partner_id, e.month, e.month_end, e.used, e.lapsed, l.lapses_on,
        sum(l.points) over (partition by e.partner_id, e.month order by l.lapses_on) as gained
    from ends as e
    join intermediate.points_gained as l
        on l.partner_id = e.partner_id and l.posted_on <= e.month_end
    where l.lapses_on is not null
),
-- The oldest is spent first: what is used or has lapsed by the end of the month counts against the
-- earliest lots.
expiring as (
    select
        partner_id, month, lapses_on, max(greatest(gained - used, lapsed)) as lapsed_by_then,
        min(lapsed) as lapsed
    from lapses
    where lapses_on > month_end and lapses_on <= month_end + 90
    group by partner_id, month, lapses_on
),
changes as (
    select partner_id, month, lapses_on,
        lapsed_by_then - coalesce(lag(lapsed_by_then)
            over (partition by partner_id, month order by lapses_on), lapsed) as points
    from expiring
)
select partner_id, month, lapses_on, points::bigint as points from changes where points > 0
