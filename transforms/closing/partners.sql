-- The partners when the month is closed.
--
-- grain: partner_id
select getvariable('closing_month') as month, * exclude (modules)
from mart.partners
order by partner_id
