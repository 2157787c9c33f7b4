-- The margin of each movement, before and after the cap of the programme year or the period, with
-- its positions and points.
--
-- grain: credit_id
-- credit_id, level, schedule, method, lo, hi, running_lo, running_hi, sequence
-- points   by amount
-- by_rate  earned by rates and amounts per unit, before any limit
-- limited  the same after the limits of the line or document
-- cut      of that, because all incentives of the line together may earn no more than it costs
-- flat     earned for reaching tranches, less what falling below them takes back
-- before_cap, earned
with flats as (
    select credit_id, sum(amount) as flat from intermediate.flat_steps group by credit_id
),
gross as (
    select e.*, coalesce(c.cut, 0)::decimal(18,2) as cut,
        coalesce(f.flat, 0)::decimal(18,2) as flat,
        (e.limited - coalesce(c.cut, 0) + coalesce(f.flat, 0))::decimal(18,2) as before_cap
    from intermediate.line_earnings as e
    left join intermediate.line_cuts as c using (credit_id)
    left join flats as f using (credit_id)
),
stated as (
    select partner_id, incentive, year_start, period_start, before_cap
    from stated.lines
    where incentive in (select incentive from rules.incentives where cap is not null)
),
stated_sums as (
    select partner_id, incentive, year_start, null as period_start, sum(before_cap) as before_cap
    from stated
    group by partner_id, incentive, year_start
    union all
    select partner_id, incentive, year_start, period_start, sum(before_cap)
    from stated
    group by partner_id, incentive, year_start, period_start
),
capping as (
    select g.credit_id, i.cap, g.before_cap,
        if(i.cap_each = 'period',
            coalesce(q.before_cap, 0) + sum(g.before_cap) over of_period,
            coalesce(y.before_cap, 0) + sum(g.before_cap) over of_year) as after_it
    from intermediate.movements as c
    join gross as g using (credit_id)
    left join rules.incentives as i using (version, incentive)
    left join stated_sums as y
        on y.partner_id = c.partner_id and y.incentive = c.incentive
        and y.year_start = c.year_start and y.period_start is null
    left join stated_sums as q
        on q.partner_id = c.partner_id and q.incentive = c.incentive
        and q.year_start = c.year_start and q.period_start = c.period_start
    where c.incentive in (select incentive from rules.incentives where cap is not null)
    window
        of_year as (
            partition by c.partner_id, c.incentive, c.year_start order by g.sequence),
        of_period as (
            partition by c.partner_id, c.incentive, c.year_start, c.period_start
            order by g.sequence)
)
select
    g.credit_id, g.level, g.schedule, g.method, g.lo, g.hi, g.running_lo, g.running_hi, g.sequence,
    g.points, g.by_rate, g.limited, g.cut, g.flat, g.before_cap,
    if(k.cap is null, g.before_cap, least(k.cap, k.after_it) - least(k.cap,
        k.after_it - k.before_cap))::decimal(18,2) as earned
from gross as g
left join capping as k using (credit_id)
