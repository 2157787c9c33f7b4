-- The names of the programme: its levels from the lowest, its modules, and its incentives in the
-- order of the newest version that has them.
--
-- grain: kind, name
-- kind     level, module or incentive
-- name
-- place    number of its place in the order of its kind, from 1
-- credits  buyer, distributor or claims; null for levels and modules
-- base_of  what of a line an incentive counts; null for levels and modules
select 'level' as kind, level as name, rank as place, null as credits, null as base_of
from rules.levels
union all
select 'module', module, place, null, null from rules.modules
union all
select 'incentive', incentive, row_number() over (order by place, incentive), credits, base_of
from rules.incentive_names
