-- The claims on registered deals, by day, with the partner who claims.
--
-- grain: file_id, line, from_date
-- file_id, line
-- from_date  first day the row holds
-- to_date    last day
-- deal_id, partner_code
-- partner_id  null when unknown
-- role, registered_on, expires_on, status, end_customer, family
select
    d.file_id, d.line, days.from_date, days.to_date, d.deal_id, d.partner_code, p.partner_id,
    d.role, d.registered_on, d.expires_on, d.status, d.end_customer, d.family
from intermediate.record_days as days
join staging.deals as d using (file_id, line)
join intermediate.record_partners as p using (file_id, line)
where days.kind = 'deals'
