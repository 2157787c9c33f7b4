-- The level of each partner in each month, and what the next level needs.
--
-- incremental: stated.levels
-- grain: partner_id, month
-- partner_id, month
-- level       level held on the last day of the month
-- level_met   the highest level whose requirements were met at the month's end; null: none
-- level_next  level held from the first of the next month
-- next_level
-- computed_level  the level that points give it in the month, whichever source counts; null before
--                 its first month
-- computed_next   the level that points give it in the next month, whichever source counts
-- first_month
-- points_needed   status points that the next level asks for; null at the top, and where the
--                 programme asks for none
-- points_missing  status points still missing for the next level, 0 when there are enough; null at
--                 the top, and where the programme asks for none
-- falls_on   first day without the level, if it is not met again in time; null where nothing is to
--            be lost
-- falls_to   level held from that day on
-- keep_from  first day of the month from whose end on meeting the level again keeps it; null where
--            nothing is to be lost, or it is lost already
with computed as (
    select c.partner_id, c.month, c.first_month, h.level as held, n.level as next_held
    from intermediate.computed_levels as c
    join intermediate.computed_levels as x
        on x.partner_id = c.partner_id and x.month = c.month + to_months(1)
    join rules.levels as h on h.rank = c.held_rank
    join rules.levels as n on n.rank = x.held_rank
)
select
    b.partner_id, b.month, h.level, met.level as level_met, n.level as level_next,
    up.level as next_level, c.held as computed_level,
    c.next_held as computed_next, c.first_month, q.points as points_needed,
    if(q.points is null, null, greatest(0, q.points - b.status_points))::bigint as points_missing,
    f.falls_on, f.falls_to, f.keep_from
from mart.point_balances as b
join intermediate.months as m on m.month = b.month and m.is_open
join rules.versions as v using (version)
left join intermediate.levels_held as h
    on h.partner_id = b.partner_id and h.is_computed = v.levels_computed
        and h.from_date <= m.month_end and m.month_end < h.to_date
left join intermediate.levels_held as n
    on n.partner_id = b.partner_id and n.is_computed = v.levels_computed
        and n.from_date <= m.month_end + 1 and m.month_end + 1 < n.to_date
left join rules.levels as r on r.level = h.level
left join intermediate.levels_met as k on k.partner_id = b.partner_id and k.month = b.month
left join rules.levels as met on met.rank = k.rank
left join rules.levels as up on up.rank = r.rank + 1
left join rules.requirements as q on q.version = m.version and q.level = up.level
left join computed as c on c.partner_id = b.partner_id and c.month = b.month
left join intermediate.level_losses as f on f.partner_id = b.partner_id and f.month = b.month
