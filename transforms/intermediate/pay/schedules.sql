-- The schedules of the rules, and those whose bounds are percents of a target, for each target. The
-- name of such a one has the target, so a changed target is another schedule.
--
-- grain: schedule
-- schedule, version, incentive, level, family
-- width        null where bounds are given
-- of_schedule  the schedule of the rules
-- target       null where its bounds are amounts
with stated as (
    select distinct schedule from stated.lines where schedule is not null
),
measured as (
    select s.schedule as of_schedule, t.target
    from rules.schedules as s
    join rules.incentives as i using (version, incentive)
    join intermediate.targets as t on t.incentive = s.incentive and t.kind = i.target
    where t.target > 0
    union
    select regexp_extract(schedule, '^(.*) of ([0-9.]+)$', 1),
        regexp_extract(schedule, '^(.*) of ([0-9.]+)$', 2)::decimal(18,2)
    from stated
    where schedule not in (select schedule from rules.schedules)
)
select *, schedule as of_schedule, null::decimal(18,2) as target
from rules.schedules
union all
select concat(m.of_schedule, ' of ', m.target), s.version, s.incentive, s.level, s.family, s.width,
    m.of_schedule, m.target
from measured as m
join rules.schedules as s on s.schedule = m.of_schedule
