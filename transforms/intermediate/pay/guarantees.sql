-- What an incentive with a guaranteed minimum owes besides what was earned, for every period that
-- has ended: to partners that may earn by it on the last day, not pro rata.
--
-- grain: partner_id, incentive, period_start
-- partner_id, incentive, period_start
-- ends_on  last day of the period
-- amount   the guaranteed minimum less what was earned in the period
with asked as (
    select version, incentive, who, guaranteed,
        case period when 'year' then 12 when 'half' then 6 when 'quarter' then 3 else 1 end
        as months
    from rules.incentives
    where guaranteed is not null
),
ended as (
    select a.*, m.month_end as ends_on,
        (m.month - to_months(a.months - 1))::date as period_start
    from intermediate.months as m
    join asked as a using (version)
    where datediff('month', m.year_start, m.month) % a.months = a.months - 1
),
entitled as (
    select e.incentive, e.period_start, e.ends_on, e.guaranteed, d.partner_id
    from ended as e
    join intermediate.entitled_days as d
        on d.who = e.who and d.version = e.version and d.terms_date = e.ends_on
    where d.reason is null
),
earned as (
    select partner_id, incentive, period_start, earned
    from stated.lines
    where incentive in (select incentive from asked)
    union all
    select c.partner_id, c.incentive, c.period_start, e.earned
    from intermediate.credits as c
    join intermediate.earnings as e using (credit_id)
    where c.incentive in (select incentive from asked)
),
sums as (
    select partner_id, incentive, period_start, sum(earned) as earned
    from earned
    group by partner_id, incentive, period_start
)
select e.partner_id, e.incentive, e.period_start, e.ends_on,
    (e.guaranteed - coalesce(s.earned, 0))::decimal(18,2) as amount
from entitled as e
left join sums as s using (partner_id, incentive, period_start)
where coalesce(s.earned, 0) < e.guaranteed
