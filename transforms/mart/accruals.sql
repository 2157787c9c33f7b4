-- What each partner's purchases so far cost at the rate that is expected for the whole period,
-- where the configuration asks to look ahead: for each open month, and as closed months stated it.
-- The expected rate is what is earned to the end of the period by its base, so far and at the
-- partner's pace.
--
-- incremental: stated.accruals
-- grain: partner_id, month, incentive, period_start
-- partner_id, month, incentive
-- period_start
-- base           base in the period so far, in the programme currency or in units
-- earned         earned in the period so far, in the programme currency
-- period_base    base to the end of the period, in the programme currency or in units
-- period_earned  earned to the end of the period, in the programme currency
-- accrued        base x period_earned / period_base, rounded half away from zero, in the programme
--                currency
-- true_up        accrued less earned: what is to be accrued besides what is stated, in the
--                programme currency
-- true_up_before   true-up of the month before, in the programme currency; 0 in a period's first
with periods as (
    select
        m.month,
        (m.month - to_months((((month(m.month) - month(m.year_start) + 12) % 12)
            % case i.period when 'half' then 6 when 'quarter' then 3 when 'month' then 1
            else 12 end)::integer))::date as period_start, i.incentive
    from intermediate.months as m
    join rules.incentives as i using (version)
    cross join expected.pace as g
    where m.is_open and m.month <= g.month
),
so_far as (
    select l.partner_id, p.incentive, p.period_start, p.month, sum(l.base) as base,
        sum(l.earned) as earned
    from periods as p
    join mart.statement_lines as l
        on l.incentive = p.incentive and l.period_start = p.period_start and l.month <= p.month
    group by l.partner_id, p.incentive, p.period_start, p.month
),
all_lines as (
    select partner_id, incentive, period_start, base, earned from mart.statement_lines
    union all
    select partner_id, incentive, period_start, base, earned from expected.lines
),
totals as (
    select partner_id, incentive, period_start, sum(base)::decimal(18,2) as period_base,
        sum(earned)::decimal(18,2) as period_earned
    from all_lines
    semi join periods using (incentive, period_start)
    group by partner_id, incentive, period_start
),
-- Cents times cents by cents: (2ab + c) // 2c rounds half away from zero for what is above it.
rated as (
    select *,
        (base * 100)::hugeint * (period_earned * 100)::hugeint as product,
        (period_base * 100)::hugeint as cents
    from so_far
    join totals using (partner_id, incentive, period_start)
),
accrued as (
    select *,
        if(cents <= 0, earned, ((2 * abs(product) + cents) // (2 * cents)
            * sign(product)::hugeint)::decimal(20,0) * 0.01::decimal(3,2))::decimal(18,2) as accrued
    from rated
)
select
    a.partner_id, a.month, a.incentive, a.period_start, a.base::decimal(18,2) as base,
    a.earned::decimal(18,2) as earned, a.period_base, a.period_earned, a.accrued,
    (a.accrued - a.earned)::decimal(18,2) as true_up,
    coalesce(b.true_up, lag(a.accrued - a.earned) over (
        partition by a.partner_id, a.incentive, a.period_start order by a.month), 0)::decimal(18,2)
        as true_up_before
from accrued as a
left join stated.accruals as b
    on b.partner_id = a.partner_id and b.incentive = a.incentive
        and b.period_start = a.period_start and b.month = a.month - to_months(1)
