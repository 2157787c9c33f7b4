-- The spendable points of each day: what it gained, and what was cancelled of it before it lapsed.
--
-- is a view
-- grain: partner_id, gained_on, posted_on, points
-- partner_id
-- gained_on  the day of the sale, certification or bonus
-- posted_on  day of the gain, or of the return
-- points     below zero: cancelled
-- lapses_on
select partner_id, posted_on as gained_on, posted_on, points, lapses_on
from intermediate.points_lots
union all
select r.partner_id, r.gained_on, r.posted_on, -r.cancelled, l.lapses_on
from intermediate.points_returned as r
join intermediate.points_lots as l
    on l.partner_id = r.partner_id and l.posted_on = r.gained_on
where r.cancelled > 0
