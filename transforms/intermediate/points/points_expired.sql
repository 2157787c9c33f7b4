-- Spendable points that lapsed in the open months, and those that a return does not take back
-- because they had lapsed. Redemptions use the oldest points first. The unused points of a day
-- lapse a number of months later, at the beginning of the day.
--
-- grain: partner_id, posted_on, gained_on
-- partner_id
-- posted_on  the day they lapsed, or of the return
-- gained_on  the day whose points are returned; null for points that lapse
-- points     below zero: they lapse
with running as (
    select partner_id, lapses_on,
        sum(points) over (partition by partner_id order by gained_on) as gained_so_far
    from intermediate.points_gained
),
lapses as (
    select partner_id, lapses_on, max(gained_so_far) as gained_so_far
    from running
    where lapses_on is not null
    group by partner_id, lapses_on
),
usage as (
    select l.partner_id, l.lapses_on, l.gained_so_far,
        coalesce((select sum(u.points) from intermediate.points_used as u
            where u.partner_id = l.partner_id and u.posted_on < l.lapses_on), 0) as used_before
    from lapses as l
),
consumed as (
    select a.partner_id, a.lapses_on, coalesce(s.lapsed, 0) as stated,
        greatest(coalesce(s.lapsed, 0), max(a.gained_so_far - a.used_before)
            over (partition by a.partner_id order by a.lapses_on)) as lapsed_so_far
    from usage as a
    cross join rules.programme as p
    left join (select partner_id, -sum(points) as lapsed from stated.points
        where kind = 'expiry' and points < 0 group by partner_id) as s
        on s.partner_id = a.partner_id
    where a.lapses_on >= p.first_open
),
changes as (
    select partner_id, lapses_on,
        lapsed_so_far - coalesce(lag(lapsed_so_far)
            over (partition by partner_id order by lapses_on), stated) as lapsed
    from consumed
)
select partner_id, lapses_on as posted_on, null::date as gained_on, (-lapsed)::bigint as points
from changes
cross join rules.programme as p
where lapsed > 0 and lapses_on <= last_day(p.through_month)
union all
select partner_id, posted_on, gained_on, points - used
from intermediate.points_spent
where gained_on is not null and used < points
