-- The bases of last year that the periods beginning in the month are measured by, now fixed.
--
-- grain: partner_id, incentive, period_start, position_family
select partner_id, incentive, period_start, position_family, target,
    getvariable('closing_month') as month
from mart.targets
where kind = 'last_year' and period_start = getvariable('closing_month')
order by partner_id, incentive, period_start, position_family
