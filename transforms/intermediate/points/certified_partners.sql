-- The partner that each certification row names.
--
-- is a view
-- grain: file_id, line
-- file_id, line
-- partner_id  null when unknown
select c.file_id, c.line, coalesce(own.partner_id, common.partner_id) as partner_id
from staging.certifications as c
join staging.files as f using (file_id)
left join intermediate.partner_codes as own
    on own.sender = f.feed and own.code = c.partner_code
    and own.from_date <= c.awarded_on and c.awarded_on <= own.to_date
left join intermediate.partner_codes as common
    on common.sender = '*' and common.code = c.partner_code
    and common.from_date <= c.awarded_on and c.awarded_on <= common.to_date
