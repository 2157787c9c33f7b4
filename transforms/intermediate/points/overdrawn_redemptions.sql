-- The redemptions in open months that spend more points than the partner has on that day. They do
-- not count until a person accepts them.
--
-- is a view
-- grain: origin, partner_id
-- origin, partner_id, posted_on, adjusts_month
-- subject    the manual posting
-- change     how many points it spends, and of how many
-- points, change_id
-- is_accepted  it counts; false: refused; null: it waits
select origin, partner_id, posted_on, adjusts_month, subject,
    concat('spends ', points, ' points of ', greatest(available, 0)) as change, points, change_id,
    is_accepted
from intermediate.points_spent
where origin is not null and available < points
