-- What each partner's next tranche needs, and what comes of it at the partner's pace. The pace is
-- the mean month of the last three closed months, or of fewer. What is to come is worked out by the
-- models themselves, run to the end of the programme year. There are rows where the configuration
-- asks to look ahead, for the month of the run and partners that bought in those months.
--
-- grain: partner_id, month, incentive, position_family
-- partner_id
-- month  first day of the month of the run
-- incentive, position_family
-- position    the partner's base in the period so far, in the programme currency or in units
-- schedule
-- tranche     number of the next tranche
-- reached_at  position at which it is reached, in the programme currency or in units
-- needed      base that is still needed for it, in the programme currency or in units
-- reached_in  first day of the month in which it is reached at the pace; null: not in this period
-- would_earn  what the partner earns up to there, with what reaching it brings, in the programme
--             currency; null where it is not reached in this period
with first_lines as (
    select partner_id, incentive, position_family, arg_min(period_start, sequence) as period_start,
        arg_min(lo, sequence) as position, arg_min(schedule, sequence) as schedule
    from (select *, min(period_start) over (partition by partner_id, incentive, position_family)
        as nearest from expected.lines)
    where period_start = nearest and schedule is not null and method <> 'document'
    group by partner_id, incentive, position_family
),
steps as (
    select f.*, t.tranche, t.reached_at, t.step
    from first_lines as f
    join intermediate.tranches as t on t.schedule = f.schedule and t.reached_at > f.position
        and t.tranche > 1
    qualify row_number() over (
        partition by f.partner_id, f.incentive, f.position_family order by t.tranche) = 1
),
reached as (
    select s.partner_id, s.incentive, s.position_family, min(l.month) as reached_in,
        min(l.sequence) as sequence
    from steps as s
    join expected.lines as l using (partner_id, incentive, position_family, period_start)
    where l.hi >= s.reached_at
    group by s.partner_id, s.incentive, s.position_family
),
whole as (
    select r.partner_id, r.incentive, r.position_family, sum(l.earned) as earned
    from reached as r
    join steps as s using (partner_id, incentive, position_family)
    join expected.lines as l using (partner_id, incentive, position_family, period_start)
    where l.sequence <= r.sequence and l.method <> 'marginal'
    group by r.partner_id, r.incentive, r.position_family
),
parts as (
    select r.partner_id, r.incentive, r.position_family, sum(p.earned) as earned
    from reached as r
    join steps as s using (partner_id, incentive, position_family)
    join expected.slices as p using (partner_id, incentive, position_family, period_start)
    where p.tranche < s.tranche
    group by r.partner_id, r.incentive, r.position_family
)
select
    s.partner_id, g.month, s.incentive, s.position_family, s.position, s.schedule, s.tranche,
    s.reached_at, (s.reached_at - s.position)::decimal(18,2) as needed, r.reached_in,
    if(r.reached_in is null, null, coalesce(p.earned + s.step, w.earned))::decimal(18,2)
    as would_earn
from steps as s
cross join expected.pace as g
left join reached as r using (partner_id, incentive, position_family)
left join parts as p using (partner_id, incentive, position_family)
left join whole as w using (partner_id, incentive, position_family)
