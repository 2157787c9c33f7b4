-- The certifications that every partner holds at the end of the month.
--
-- grain: partner_id, person_id, certification_code, from_date
select *
from mart.valid_certifications
where month = getvariable('closing_month')
order by partner_id, person_id, certification_code, from_date
