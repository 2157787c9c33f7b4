-- How well closed months were accrued: what each stated at the rate it expected, against the rate
-- that has come of it by the last closed month of the same period.
--
-- grain: partner_id, month, incentive, period_start
-- partner_id
-- month  the closed month that is tested
-- incentive, period_start
-- accrued     what it stated as accrued, in the programme currency
-- through     first day of the last closed month of the period
-- comes_to    what the accrued base earns at the rate of the period so far, in the programme
--             currency
-- difference  comes_to less accrued, in the programme currency
with last_months as (
    select partner_id, incentive, period_start, max(month) as through,
        arg_max(base, month) as base, arg_max(earned, month) as earned
    from stated.accruals
    group by partner_id, incentive, period_start
),
rated as (
    select a.*, l.through, (a.base * 100)::hugeint * (l.earned * 100)::hugeint as product,
        (l.base * 100)::hugeint as cents, l.earned as earned_since
    from stated.accruals as a
    join last_months as l using (partner_id, incentive, period_start)
),
tested as (
    select *,
        if(cents <= 0, earned, ((2 * abs(product) + cents) // (2 * cents)
            * sign(product)::hugeint)::decimal(20,0) * 0.01::decimal(3,2))::decimal(18,2)
            as comes_to
    from rated
)
select partner_id, month, incentive, period_start, accrued, through, comes_to,
    (comes_to - accrued)::decimal(18,2) as difference
from tested
