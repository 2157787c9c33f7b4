-- The level of every partner in the month.
--
-- grain: partner_id
select *
from mart.partner_levels
where month = getvariable('closing_month')
order by partner_id
