-- The margin of each movement, before and after the cap of the programme year, with its positions
-- and points.
--
-- grain: credit_id
-- credit_id, level, schedule, method, lo, hi, running_lo, running_hi, sequence
-- points  by amount
-- before_cap, earned
with sliced as (
    select credit_id, sum(earned) as earned
    from intermediate.slices
    group by credit_id
),
gross as (
    select
        s.credit_id, s.level, s.schedule, s.method, s.lo, s.hi, s.running_lo, s.running_hi,
        s.sequence,
        s.points,
        coalesce(p.earned, w.earned, 0)::decimal(18,2) as before_cap
    from intermediate.credit_schedules as s
    left join sliced as p using (credit_id)
    left join intermediate.volume_and_block_earnings as w using (credit_id)
),
stated_years as (
    select partner_id, incentive, year_start, sum(before_cap) as before_cap
    from stated.lines
    group by partner_id, incentive, year_start
),
capping as (
    select g.credit_id, m.cap, g.before_cap,
        coalesce(y.before_cap, 0) + sum(g.before_cap)
        over (partition by c.partner_id, c.incentive, c.year_start order by g.sequence) as after_it
    from intermediate.movements as c
    join gross as g using (credit_id)
    left join stated_years as y using (partner_id, incentive, year_start)
    left join rules.incentives as m using (version, incentive)
    where c.incentive in (select incentive from rules.incentives where cap is not null)
)
select
    g.credit_id, g.level, g.schedule, g.method, g.lo, g.hi, g.running_lo, g.running_hi, g.sequence,
    g.points,
    g.before_cap,
    if(k.cap is null, g.before_cap, least(k.cap, k.after_it) - least(k.cap,
        k.after_it - k.before_cap))::decimal(18,2) as earned
from gross as g
left join capping as k using (credit_id)
