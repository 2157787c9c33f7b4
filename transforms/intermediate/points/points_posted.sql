-- Every posting of points without expiry, of closed and open months.
--
-- is a view
-- grain: entry
-- entry, partner_id, posted_on
-- kind  purchase, sell_with, certification, bonus or redemption
-- category, points, balance
-- status_on  the day it counts from for the level
select entry, partner_id, posted_on, kind, category, points, balance,
    coalesce(status_on, posted_on) as status_on
from stated.points
where kind <> 'expiry'
union all
select entry, partner_id, posted_on, kind, category, points, balance, status_on
from intermediate.points_earned
