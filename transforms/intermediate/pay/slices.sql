-- The part of each credit in each tranche, under the methods marginal and document. Below zero is
-- tranche 0, at the first rate. Margin is rounded cumulatively within the tranche: margin at the
-- fill after, less margin at the fill before.
--
-- grain: credit_id, tranche
-- credit_id, schedule, tranche, from_amount, to_amount
-- rate  fraction, 0.05 is 5 %
-- fill_before, fill_after, base
-- earned  margin before the cap
with paid as not materialized (
    select *
    from intermediate.credit_schedules
    where schedule is not null and method in ('marginal', 'document') and lo <> hi
),
widths as (
    select
        *, (least(lo, hi) * 100)::bigint as low, (greatest(lo, hi) * 100)::bigint as high,
        (width * 100)::bigint as step
    from paid
    where width is not null
),
counted as (
    select credit_id, schedule, lo, hi, width,
        unnest(generate_series(greatest(low, 0) // step, (high - 1) // step)) as k
    from widths
    where high > 0
),
last_tranches as (
    select schedule, max(tranche) as tranche from rules.tranches group by schedule
),
in_widths as (
    select c.credit_id, c.schedule, c.lo, c.hi, (c.k + 1)::integer as tranche,
        (c.width * c.k)::decimal(18,2) as from_amount,
        (c.width * (c.k + 1))::decimal(18,2) as to_amount, t.rate
    from counted as c
    join last_tranches as n using (schedule)
    join rules.tranches as t on t.schedule = c.schedule and t.tranche = least(c.k + 1, n.tranche)
),
in_bounds as (
    select p.credit_id, p.schedule, p.lo, p.hi, t.tranche, t.from_amount, t.to_amount, t.rate
    from paid as p
    join rules.tranches as t
        on t.schedule = p.schedule and t.from_amount < greatest(p.lo, p.hi)
            and (t.to_amount is null or t.to_amount > least(p.lo, p.hi))
    where p.width is null and greatest(p.lo, p.hi) > 0
),
below_zero as (
    select p.credit_id, p.schedule, p.lo, p.hi, 0 as tranche, null::decimal(18,2) as from_amount,
        0::decimal(18,2) as to_amount, t.rate
    from paid as p
    join rules.tranches as t on t.schedule = p.schedule and t.tranche = 1
    where least(p.lo, p.hi) < 0
),
touched as (
    select * from in_widths
    union all
    select * from in_bounds
    union all
    select * from below_zero
),
filled as (
    select *,
        if(tranche = 0, least(lo, 0), least(greatest(lo, from_amount),
            coalesce(to_amount, greatest(lo, from_amount))) - from_amount)::decimal(18,2)
            as fill_before,
        if(tranche = 0, least(hi, 0), least(greatest(hi, from_amount),
            coalesce(to_amount, greatest(hi, from_amount))) - from_amount)::decimal(18,2)
            as fill_after
    from touched
)
select credit_id, schedule, tranche, from_amount, to_amount, rate, fill_before, fill_after,
    (fill_after - fill_before)::decimal(18,2) as base,
    (round(fill_after * rate, 2) - round(fill_before * rate, 2))::decimal(18,2) as earned
from filled
