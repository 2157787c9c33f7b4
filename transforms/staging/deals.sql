-- Claims on registered deals, every version.
--
-- grain: file_id, line
-- file_id, line, deal_id
-- partner_code  who claims
-- role          what for: sourced, influenced, delivered
-- registered_on
-- approved_on   day of approval
-- expires_on    last day it holds
-- status        approved, pending, rejected or revoked
-- end_customer  whose deal it is
-- family        of products it is about
select
    file_id, line, deal_id, partner_code, role, registered_on, approved_on, expires_on, status,
    end_customer, family
from raw.deals
