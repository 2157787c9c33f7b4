-- What the month adjusts of closed months.
--
-- grain: partner_id, kind, reference
select *
from mart.adjustments
where month = getvariable('closing_month')
order by partner_id, kind, reference
