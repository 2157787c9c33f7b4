-- The points that each partner has used on a day, of closed and open months: redeemed, or taken
-- back by returns of points that were spent before.
--
-- is a view
-- grain: partner_id, posted_on
-- partner_id, posted_on, points
select partner_id, posted_on, sum(points)::bigint as points
from (
    select partner_id, posted_on, -points as points
    from intermediate.points_posted
    where balance <> 'status' and points < 0
    union all
    select partner_id, posted_on, -cancelled from intermediate.points_returned
    union all
    select partner_id, posted_on, -points from stated.points where kind = 'expiry' and points > 0
    union all
    select partner_id, posted_on, used - points
    from intermediate.points_spent
    where gained_on is not null
)
group by partner_id, posted_on
having sum(points) <> 0
