-- What the month adjusts of months that were closed before it.
--
-- grain: partner_id, kind, reference
select *
from mart.adjustments
where month = getvariable('closing_month')
order by partner_id, kind, reference
