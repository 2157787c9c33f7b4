-- The levels of the closed months, as stated.
--
-- grain: partner_id, month
-- partner_id, month
-- held_rank  rank of the level from points in the month
-- met_rank
-- next_rank  rank of the level from points in the month after
-- first_month
select
    s.partner_id, s.month, h.rank as held_rank, coalesce(m.rank, 0) as met_rank,
    n.rank as next_rank, s.first_month
from stated.levels as s
join rules.levels as h on h.level = s.computed_level
join rules.levels as n on n.level = s.computed_next
left join rules.levels as m on m.level = s.level_met
