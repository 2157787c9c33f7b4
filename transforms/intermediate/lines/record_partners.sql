-- The partner that each row of deals and certifications names: by a code of its sender, or else by
-- one that is the same for all senders.
--
-- is a view
-- grain: file_id, line
-- file_id, line
-- partner_id  null when unknown
with named as (
    select file_id, line, partner_code, registered_on as named_on from staging.deals
    union all
    select file_id, line, partner_code, awarded_on from staging.certifications
)
select n.file_id, n.line, coalesce(own.partner_id, common.partner_id) as partner_id
from named as n
join staging.files as f using (file_id)
left join intermediate.partner_codes as own
    on own.sender = f.feed and own.code = n.partner_code
    and own.from_date <= n.named_on and n.named_on <= own.to_date
left join intermediate.partner_codes as common
    on common.sender = '*' and common.code = n.partner_code
    and common.from_date <= n.named_on and n.named_on <= common.to_date
