-- What ends within 90 days of the end of the month.
--
-- grain: partner_id, kind, subject, person_id, ends_on
select *
from mart.ends_soon
where month = getvariable('closing_month')
order by partner_id, ends_on, kind, subject, person_id
