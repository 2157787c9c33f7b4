-- What every partner is paid for the month, and what is carried to the next.
--
-- grain: partner_id
select *
from mart.payables
where month = getvariable('closing_month')
order by partner_id
