-- What lapses within 90 days of the end of each month, if nothing is spent until
-- then.
--
-- begins with: stated.expiring
-- grain: partner_id, month, lapses_on
-- partner_id  whose
-- month       first day of the month
-- lapses_on   first day on which the points can no longer be spent
-- points      that lapse
with ends as (
    select p.partner_id, m.month, m.month_end,
        coalesce((select -sum(u.points) from intermediate.points_posted as u
            where u.partner_id = p.partner_id and u.posted_on <= m.month_end and u.balance <> 'status' and u.points < 0), 0) as used,
        coalesce((select -sum(x.points) from mart.points_ledger as x
            where x.partner_id = p.partner_id and x.posted_on <= m.month_end and x.kind = 'expiry'), 0) as lapsed
    from intermediate.everybody as p
    join intermediate.months as m on m.is_open
),
lapses as (
    select e.partner_id, e.month, e.month_end, e.used, e.lapsed, l.lapses_on,
        sum(l.points) over (partition by e.partner_id, e.month order by l.lapses_on) as gained
    from ends as e
    join intermediate.points_lots as l on l.partner_id = e.partner_id and l.posted_on <= e.month_end
    where l.lapses_on is not null
),
-- The oldest is spent first: what is used or has lapsed by the end of the month counts against the earliest lots.
coming as (
    select partner_id, month, lapses_on, max(greatest(gained - used, lapsed)) as lapsed_by_then, min(lapsed) as lapsed
    from lapses
    where lapses_on > month_end and lapses_on <= month_end + 90
    group by partner_id, month, lapses_on
),
changes as (
    select partner_id, month, lapses_on,
        lapsed_by_then - coalesce(lag(lapsed_by_then) over (partition by partner_id, month order by lapses_on), lapsed) as points
    from coming
)
select partner_id, month, lapses_on, points::bigint as points from changes where points > 0
