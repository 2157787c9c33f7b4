-- Claims on registered deals, every version.
--
-- grain: file_id, line
-- file_id, line, deal_id, partner_code, role, registered_on
-- approved_on  day of approval
-- expires_on, status, end_customer, family
select
    file_id, line, deal_id, partner_code, role, registered_on, approved_on, expires_on, status,
    end_customer, family
from raw.deals
