-- The current claims on registered deals, with the partner who claims.
--
-- grain: file_id, line
-- file_id, line, deal_id, partner_code
-- partner_id  null when unknown
-- role, registered_on, expires_on, status, end_customer, family
with standing as (
    select d.*, f.feed
    from staging.deals as d
    semi join intermediate.standing_records as v using (file_id, line)
    join staging.files as f using (file_id)
)
select
    s.file_id, s.line, s.deal_id, s.partner_code,
    coalesce(own.partner_id, common.partner_id) as partner_id, s.role, s.registered_on,
    s.expires_on,
    s.status, s.end_customer, s.family
from standing as s
left join intermediate.partner_codes as own on own.sender = s.feed and own.code = s.partner_code
left join intermediate.partner_codes as common
    on common.sender = '*' and common.code = s.partner_code
