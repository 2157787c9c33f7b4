-- The postings of points in the open months that count, without expiry.
--
-- is a view
-- grain: entry
-- entry, origin, partner_id, posted_on
-- kind  purchase, sell_with, certification, bonus or redemption
-- category, points, balance, rules_hash, sale_id, source
-- file_name  null for points by amount
-- file_line
-- status_on  the day it counts from for the level
select moved.*
from intermediate.points_moved as moved
anti join (select origin, partner_id from intermediate.overdrawn_redemptions
    where is_accepted is not true) as overdrawn using (origin, partner_id)
