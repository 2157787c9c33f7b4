-- What an incentive with a guaranteed minimum owes besides what was earned, for every period that
-- has ended: to partners that may earn by it on the last day, not pro rata.
--
-- grain: partner_id, incentive, period_start
-- partner_id, incentive, period_start
-- ends_on  last day of the period
-- amount   the guaranteed minimum less what was earned in the period
with asked as (
    select version, incentive, module, partner_types, countries, guaranteed,
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
    select distinct e.incentive, e.period_start, e.ends_on, e.guaranteed, p.partner_id
    from ended as e
    join intermediate.partner_days as p on p.from_date <= e.ends_on and e.ends_on <= p.to_date
    join intermediate.held_modules as h
        on h.partner_id = p.partner_id and h.module = e.module and h.version = e.version
        and h.from_date <= e.ends_on and e.ends_on <= h.to_date
    where p.is_active and h.admitted_from <= e.ends_on
        and coalesce(e.partner_types is null or list_contains(e.partner_types, p.partner_type),
            false)
        and coalesce(e.countries is null or list_contains(e.countries, p.country), false)
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
