-- What the bounds of a schedule can be percents of: a partner's own target, as its file says, or
-- the base of the same period a year before, as it stands at the end of the period's first month.
-- The closing of that month fixes it. What is stated later does not change it, so that it is the
-- same whether months are closed or not. A target that is said anew holds from the first month that
-- is open then.
--
-- grain: kind, partner_id, incentive, period_start, position_family, from_date
-- kind    own or last_year
-- partner_id, incentive, period_start
-- position_family  empty for a target of its own
-- from_date
-- to_date  last day it holds
-- target
with own as (
    select t.partner_id, t.incentive, t.period_start, d.from_date, d.to_date, t.target
    from intermediate.record_days as d
    join staging.targets as t using (file_id, line)
    where d.kind = 'targets'
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
select 'own' as kind, partner_id, incentive, period_start, '' as position_family, from_date,
    to_date, target
from own
union all
select 'last_year', partner_id, incentive, period_start, position_family,
    date '1900-01-01', date '9999-12-31', coalesce(f.target, s.target)::decimal(18,2)
from sums as s
full join stated.targets as f using (partner_id, incentive, period_start, position_family)
