-- Every posting of points without expiry, of closed and open months.
--
-- is a view
-- grain: entry
-- entry, partner_id, posted_on
-- kind  purchase, sell_with, certification, bonus or redemption
-- category, points, balance
select entry, partner_id, posted_on, kind, category, points, balance
from stated.points
where kind <> 'expiry'
union all
select entry, partner_id, posted_on, kind, category, points, balance from intermediate.points_earned
