-- The programme in force, as the figures were worked out under it: one row per
-- tranche of every schedule.
--
-- grain: schedule, tranche
-- schedule      number of the schedule
-- rules_hash    of the programme version
-- version_name  of the programme version
-- from_date     first day it holds
-- to_date       the day the next one begins
-- module        distribution, resell or sell_with
-- method        marginal, block, document or volume
-- period        over which purchases accumulate
-- cap           most that is earned in a programme year; null: none
-- level         ready, advanced or premier
-- family        of products; null: every other family
-- tranche       from 1
-- from_amount   where it begins, in the programme currency
-- to_amount     where it ends; null: nowhere
-- width         of each tranche, where the last rate goes on in tranches of that width
-- rate          fraction, 0.05 is 5 %
select s.schedule, v.hash as rules_hash, v.name as version_name, v.begins as from_date, coalesce(v.to_date, i.to_date) as to_date, s.module, m.method, m.period, m.cap, s.level, s.family,
    t.tranche, t.from_amount, t.to_amount, s.width, t.rate
from rules.schedules as s
join rules.versions as v on v.version = s.version
left join (select version, max(to_date) as to_date from rules.in_force group by version) as i on i.version = s.version
join rules.modules as m on m.version = s.version and m.module = s.module
join rules.tranches as t on t.schedule = s.schedule
