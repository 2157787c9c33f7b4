-- Every posting of points before any expire: stated, then open.
--
-- is a view
-- grain: entry
-- entry     what the posting is, in a form that never repeats
-- partner_id, posted_on
-- kind      purchase, sell_with, certification, bonus or redemption
-- category  of a certification
-- points    may be negative
-- balance
select entry, partner_id, posted_on, kind, category, points, balance
from stated.points
where kind <> 'expiry'
union all
select entry, partner_id, posted_on, kind, category, points, balance from intermediate.points_earned
