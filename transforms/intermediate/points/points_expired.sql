-- Spendable points that lapsed in the open months. Redemptions and returns use the oldest points
-- first. The unused points of a day lapse a number of months later, at the beginning of the day.
--
-- grain: partner_id, posted_on
-- partner_id
-- posted_on  the day they lapsed
-- points
with used as (
    select partner_id, posted_on, -sum(points) as points
    from intermediate.points_posted
    where balance <> 'status' and points < 0
    group by partner_id, posted_on
),
running as (
    select *, sum(points) over (partition by partner_id order by posted_on) as gained_so_far
    from intermediate.points_lots
),
lapses as (
    select partner_id, lapses_on, max(gained_so_far) as gained_so_far
    from running
    where lapses_on is not null
    group by partner_id, lapses_on
),
usage as (
    select l.partner_id, l.lapses_on, l.gained_so_far,
        coalesce((select sum(u.points) from used as u where u.partner_id = l.partner_id
            and u.posted_on < l.lapses_on), 0) as used_before
    from lapses as l
),
consumed as (
    select a.partner_id, a.lapses_on, coalesce(s.lapsed, 0) as stated,
        greatest(coalesce(s.lapsed, 0), max(a.gained_so_far - a.used_before)
            over (partition by a.partner_id order by a.lapses_on)) as lapsed_so_far
    from usage as a
    cross join rules.programme as p
    left join (select partner_id, -sum(points) as lapsed from stated.points where kind = 'expiry'
        group by partner_id) as s on s.partner_id = a.partner_id
    where a.lapses_on >= p.first_open
),
changes as (
    select partner_id, lapses_on,
        lapsed_so_far - coalesce(lag(lapsed_so_far)
            over (partition by partner_id order by lapses_on), stated) as lapsed
    from consumed
)
select partner_id, lapses_on as posted_on, (-lapsed)::bigint as points
from changes
cross join rules.programme as p
where lapsed > 0 and lapses_on <= last_day(p.through_month)
