-- The tranches of every schedule. Bounds that are percents of a target are rounded to the cent.
--
-- grain: schedule, tranche
-- schedule, tranche, from_amount, to_amount
-- rate        fraction of the base, 0.05 is 5 %; of units, the amount for each
-- flat        amount for reaching it
-- reached_at  lowest position that has reached it
-- left_at     lowest position that has reached the next one; null: there is none
-- step        what is gained by reaching it
with measured as (
    select s.schedule, t.tranche, t.rate, t.flat, t.step,
        (round((t.from_amount * 100)::bigint::decimal(18,0) * s.target::decimal(20,2)
            * 0.0001::decimal(5,4), 2))::decimal(18,2) as from_amount,
        t.reached_at - t.from_amount as behind
    from intermediate.schedules as s
    join rules.tranches as t on t.schedule = s.of_schedule
    where s.target is not null
)
select schedule, tranche, from_amount, to_amount, rate, flat, reached_at, left_at, step
from rules.tranches
union all
select schedule, tranche, from_amount,
    lead(from_amount) over in_order, rate, flat, (from_amount + behind)::decimal(18,2),
    lead((from_amount + behind)::decimal(18,2)) over in_order, step
from measured
window in_order as (partition by schedule order by tranche)
