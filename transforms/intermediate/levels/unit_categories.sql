-- The points of each category that the partners who are judged together have, at the end of each
-- open month.
--
-- grain: unit_id, month, category
-- unit_id, month, category, points
select u.unit_id, c.month, c.category, sum(c.points) as points
from intermediate.category_points as c
join intermediate.level_units as u using (partner_id, month)
group by u.unit_id, c.month, c.category
