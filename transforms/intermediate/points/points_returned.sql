-- The points by amount that returns and corrections take back, of the points gained on the day of
-- their sale.
--
-- grain: partner_id, gained_on, posted_on
-- partner_id
-- gained_on  the day of the sale's points
-- posted_on
-- points     taken back
-- cancelled  of them, points that had not lapsed by then: as if they had never been gained
-- is_late    the points of that day had lapsed by then
with returned as (
    select
        partner_id, coalesce(status_on, posted_on) as gained_on, posted_on, -sum(points) as points
    from (
        select partner_id, status_on, posted_on, kind, points from stated.points
        union all
        select partner_id, status_on, posted_on, kind, points from intermediate.points_moved
    )
    where kind in ('purchase', 'sell_with') and points < 0
    group by partner_id, gained_on, posted_on
),
cumulated as (
    select
        r.*, coalesce(l.points, 0) as gained,
        coalesce(l.lapses_on <= r.posted_on, false) as is_late,
        sum(r.points) over (partition by r.partner_id, r.gained_on order by r.posted_on) as so_far
    from returned as r
    left join intermediate.points_lots as l
        on l.partner_id = r.partner_id and l.posted_on = r.gained_on
)
select
    partner_id, gained_on, posted_on, points::bigint as points,
    if(is_late, 0, least(so_far, gained) - least(so_far - points, gained))::bigint as cancelled,
    is_late
from cumulated
