-- The level of each partner in each month, and the way to the next.
--
-- grain: partner_id, month
-- partner_id       the partner
-- month            first day of the month
-- level            held on the last day of the month
-- level_met        the highest whose requirements were met at the month's end; null: none
-- level_next       held from the first of the next month
-- next_level       the level above the one held; null at the top
-- points_needed    status points it asks for
-- points_missing   status points still missing for it
select b.partner_id, b.month, h.level, met.level as level_met, n.level as level_next, up.level as next_level,
    q.points as points_needed, if(q.points is null, null, greatest(0, q.points - b.status_points))::bigint as points_missing
from mart.point_balances as b
join intermediate.months as m on m.month = b.month
join rules.versions as v on v.version = m.version
join intermediate.levels_held as h
    on h.partner_id = b.partner_id and h.is_computed = v.levels_computed and h.from_date <= m.month_end and m.month_end < h.to_date
join intermediate.levels_held as n
    on n.partner_id = b.partner_id and n.is_computed = v.levels_computed and n.from_date <= m.month_end + 1 and m.month_end + 1 < n.to_date
join rules.levels as r on r.level = h.level
left join intermediate.levels_met as k on k.partner_id = b.partner_id and k.month = b.month
left join rules.levels as met on met.rank = k.rank
left join rules.levels as up on up.rank = r.rank + 1
left join rules.requirements as q on q.version = m.version and q.level = up.level
