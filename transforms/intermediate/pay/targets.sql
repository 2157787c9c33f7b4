-- What the bounds of a schedule can be percents of: a partner's own target, as its file says, or
-- the base of the same period a year before, as it stands at the end of the period's first month.
-- The closing of that month fixes it. What is stated later does not change it, so that it is the
-- same whether months are closed or not.
--
-- grain: kind, partner_id, incentive, period_start, position_family
-- kind    own or last_year
-- partner_id, incentive, period_start
-- position_family  empty for a target of its own
-- target
with own as (
    select partner_id, incentive, period_start, max(target) as target
    from staging.targets
    semi join intermediate.standing_records using (file_id, line)
    group by partner_id, incentive, period_start
),
grown as (
    select incentive from rules.incentives where target = 'last_year'
),
bases as (
    select partner_id, incentive, period_start, position_family, base, month
    from stated.lines
    where incentive in (select incentive from grown)
    union all
    select partner_id, incentive, period_start, position_family, base, posting_month
    from intermediate.credits
    where incentive in (select incentive from grown)
),
sums as (
    select partner_id, incentive, (period_start + to_months(12))::date as period_start,
        position_family, sum(base) as target
    from bases
    where month <= period_start + to_months(12)
    group by partner_id, incentive, period_start, position_family
)
select 'own' as kind, partner_id, incentive, period_start, '' as position_family, target
from own
union all
select 'last_year', partner_id, incentive, period_start, position_family,
    coalesce(f.target, s.target)::decimal(18,2)
from sums as s
full join stated.targets as f using (partner_id, incentive, period_start, position_family)
