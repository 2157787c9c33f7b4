-- The schedules of every programme version, one row per tranche.
--
-- grain: schedule, tranche
-- schedule  the schedule in words: programme version, incentive, level and family
-- rules_hash
-- version_name  name of the programme version
-- from_date, to_date, incentive, method
-- period  over which purchases accumulate: month, quarter, half or year
-- cap     most that is earned in a programme year, in the programme currency; null: no cap
-- level, family
-- tranche  number of the tranche, from 1
-- from_amount, to_amount
-- width  width of each tranche, where the last rate goes on in tranches of that width, in the
--        programme currency
-- rate   rate as a fraction, 0.05 is 5 %, or the amount for each unit
-- flat   amount for reaching the tranche, in the programme currency
-- reached_at  lowest position that has reached the tranche, in the programme currency or in units;
--             zero has reached the first
-- left_at     lowest position that has reached the next tranche, in the programme currency or in
--             units; null: there is none
select
    s.schedule, v.hash as rules_hash, v.name as version_name, v.begins as from_date,
    coalesce(v.to_date, i.to_date) as to_date, s.incentive, m.method, m.period, m.cap, s.level,
    s.family,
    t.tranche, t.from_amount, t.to_amount, s.width, t.rate,
    t.flat, t.reached_at, t.left_at
from intermediate.schedules as s
join rules.versions as v using (version)
left join (select version, max(to_date) as to_date from rules.in_force group by version) as i
    on i.version = s.version
join rules.incentives as m on m.version = s.version and m.incentive = s.incentive
join intermediate.tranches as t using (schedule)
