-- What partners have done besides selling, every version: workshops, assessments, leads.
--
-- grain: file_id, line
-- sale_id  below zero, so that it is no sale's
-- file_id, line, activity_id, partner_id, activity_code
-- done_on  the day
-- units    how many
select
    -(file_id::bigint * 10000000000 + line) as sale_id, file_id, line, activity_id, partner_id,
    activity_code, date as done_on, count as units
from raw.activities
