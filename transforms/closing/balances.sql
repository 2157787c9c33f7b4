-- The balances of points at the end of the month.
--
-- grain: partner_id
select *
from mart.point_balances
where month = getvariable('closing_month')
order by partner_id
