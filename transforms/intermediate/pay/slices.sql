-- The part of each credit in each tranche, under the methods marginal and document. Below zero is
-- tranche 0, at the first rate. Margin is rounded cumulatively within the tranche: margin at the
-- fill after, less margin at the fill before. Where a credit fills more than a hundred whole
-- tranches at the last rate, these are one row: each earns the same.
--
-- grain: credit_id, tranche
-- credit_id, schedule, tranche, through_tranche, from_amount, to_amount
-- rate  fraction of the base, 0.05 is 5 %; of units, the amount for each
-- fill_before, fill_after, base
-- earned  margin before the cap
with paid as not materialized (
    select *
    from intermediate.credit_schedules
    where schedule is not null and method in ('marginal', 'document') and lo <> hi
),
-- Whole units and cents apart: a decimal of 18 digits times 100 may not fit, and 128 bits are slow.
widths as (
    select
        *, least(lo, hi) as lower, greatest(lo, hi) as upper,
        trunc(lower)::bigint * 100 + ((lower - trunc(lower)) * 100)::bigint as low,
        trunc(upper)::bigint * 100 + ((upper - trunc(upper)) * 100)::bigint as high,
        trunc(width)::bigint * 100 + ((width - trunc(width)) * 100)::bigint as step
    from paid
    where width is not null
),
last_tranches as (
    select schedule, max(tranche) as last_tranche from intermediate.tranches group by schedule
),
spans as (
    select w.*, n.last_tranche, greatest(w.low, 0) // w.step + 1 as first_touched,
        (w.high - 1) // w.step + 1 as last_touched,
        greatest(first_touched + 1, n.last_tranche) as run_from,
        last_touched - run_from > 100 as has_run
    from widths as w
    join last_tranches as n using (schedule)
    where w.high > 0
),
-- A run is the row of its first tranche.
counted as (
    select *,
        unnest(list_concat(generate_series(first_touched, if(has_run, run_from, last_touched)),
            if(has_run, [last_touched], []))) as tranche
    from spans
),
in_widths as (
    select c.credit_id, c.schedule, c.lo, c.hi, c.width, c.tranche,
        if(c.has_run and c.tranche = c.run_from, c.last_touched - 1, c.tranche) as through_tranche,
        (c.width * (c.tranche - 1))::decimal(18,2) as from_amount,
        (c.width * through_tranche)::decimal(18,2) as to_amount, t.rate
    from counted as c
    join intermediate.tranches as t
        on t.schedule = c.schedule and t.tranche = least(c.tranche, c.last_tranche)
),
in_bounds as (
    select p.credit_id, p.schedule, p.lo, p.hi, p.width, t.tranche, t.tranche as through_tranche,
        t.from_amount, t.to_amount, t.rate
    from paid as p
    join intermediate.tranches as t
        on t.schedule = p.schedule and t.from_amount < greatest(p.lo, p.hi)
            and (t.to_amount is null or t.to_amount > least(p.lo, p.hi))
    where p.width is null and greatest(p.lo, p.hi) > 0
),
below_zero as (
    select p.credit_id, p.schedule, p.lo, p.hi, p.width, 0 as tranche, 0 as through_tranche,
        null::decimal(18,2) as from_amount, 0::decimal(18,2) as to_amount, t.rate
    from paid as p
    join intermediate.tranches as t on t.schedule = p.schedule and t.tranche = 1
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
select
    credit_id, schedule, tranche, through_tranche, from_amount, to_amount, rate, fill_before,
    fill_after, (fill_after - fill_before)::decimal(18,2) as base,
    case
        when through_tranche > tranche
            then (round(width::decimal(20,2) * rate, 2)
                * ((through_tranche - tranche + 1) * sign(hi - lo)))::decimal(18,2)
        -- Above this, the products need 128 bits, which are slow.
        when rate > 1 or greatest(abs(fill_before), abs(fill_after)) > 9000000000
            then (round(fill_after::decimal(20,2) * rate, 2)
                - round(fill_before::decimal(20,2) * rate, 2))::decimal(18,2)
        else (round(fill_after * rate, 2) - round(fill_before * rate, 2))::decimal(18,2)
    end as earned
from filled
