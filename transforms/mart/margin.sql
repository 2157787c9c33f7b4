-- How far each partner has filled each tranche and the margin from it, in the month and in the
-- programme year so far. Methods volume and block have one row per schedule, with tranche 0 and no
-- bounds. What limits and caps change is tranche -1, what is earned for reaching tranches is
-- tranche -2. An adjustment of an earlier programme year is in the month it is stated in, in that
-- year's tranches.
--
-- grain: partner_id, month, incentive, year_start, schedule, tranche
-- partner_id, month, incentive, year_start, schedule, method
-- level  level the schedule is for
-- family
-- valid_from   first day of the programme version
-- tranche      number of the tranche, from 1, and the last one of the schedule stands for all that
--              go on at its rate; 0 below zero, or for the whole base; -1 for limits and caps; -2
--              for reaching tranches
-- from_amount  where the tranche begins, in the programme currency; null for the whole base
--              and what is no tranche
-- to_amount
-- rate          rate as a fraction, 0.05 is 5 %, or the amount for each unit; null for the whole
--               base and what is no tranche
-- month_base    purchases put into the tranche in the month, in the programme currency
-- month_earned  margin earned by them, before any cap, in the programme currency; of tranche -1
--               what limits and caps changed
-- year_base     purchases put into the tranche in the programme year so far, in the programme
--               currency
-- year_earned   margin earned by them, before any cap, in the programme currency; of tranche -1
--               what limits and caps changed
with last_tranches as (
    select t.schedule, max(t.tranche) as last_tranche, max(t.from_amount) as from_amount
    from intermediate.tranches as t
    join intermediate.schedules as s using (schedule)
    where s.width is not null
    group by t.schedule
),
parts as (
    select
        s.partner_id, s.month, s.incentive, s.year_start, s.schedule,
        least(s.tranche, n.last_tranche) as tranche,
        if(s.tranche >= n.last_tranche, n.from_amount, s.from_amount) as from_amount,
        if(s.tranche >= n.last_tranche, null, s.to_amount) as to_amount, s.rate, s.base, s.earned
    from mart.tranche_slices as s
    left join last_tranches as n using (schedule)
    union all
    select partner_id, month, incentive, year_start, schedule, 0, null, null, null, base, by_rate
    from mart.statement_lines
    where method in ('volume', 'block')
    union all
    select
        partner_id, month, incentive, year_start, schedule, -1, null, null, null, 0,
        earned - by_rate - flat
    from mart.statement_lines
    where earned <> by_rate + flat
    union all
    select partner_id, month, incentive, year_start, schedule, -2, null, null, null, 0, amount
    from mart.flat_steps
),
monthly as (
    select
        partner_id, month, incentive, year_start, schedule, tranche, from_amount, to_amount, rate,
        sum(base) as base, sum(earned) as earned
    from parts
    group by all
),
tranches as (
    select
        partner_id, incentive, year_start, schedule, tranche, from_amount, to_amount, rate,
        min(month) as first_month
    from monthly
    group by all
),
running as (
    select
        f.* exclude (first_month), m.month, coalesce(p.base, 0) as month_base,
        coalesce(p.earned, 0) as month_earned,
        sum(p.base) over so_far as year_base, sum(p.earned) over so_far as year_earned,
        m.year_start = f.year_start or p.base is not null as is_shown
    from tranches as f
    join intermediate.months as m on m.month >= f.first_month
    left join monthly as p
        on p.partner_id = f.partner_id and p.incentive = f.incentive and p.year_start = f.year_start
            and p.schedule = f.schedule
        and p.tranche = f.tranche and p.month = m.month
    window so_far as (partition by f.partner_id, f.incentive, f.year_start, f.schedule, f.tranche,
        f.from_amount, f.to_amount, f.rate order by m.month)
)
select
    b.partner_id, b.month, b.incentive, b.year_start, b.schedule, u.method, s.level, s.family,
    v.begins as valid_from, b.tranche, b.from_amount,
    b.to_amount, b.rate, b.month_base::decimal(18,2) as month_base,
    b.month_earned::decimal(18,2) as month_earned,
    b.year_base::decimal(18,2) as year_base, b.year_earned::decimal(18,2) as year_earned
from running as b
join intermediate.schedules as s using (schedule)
join rules.versions as v using (version)
join rules.incentives as u on u.version = s.version and u.incentive = s.incentive
where b.is_shown
