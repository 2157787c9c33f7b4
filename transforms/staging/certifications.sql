-- Certifications that people hold for partners, every version.
--
-- grain: file_id, line
-- file_id, line, partner_code, person_id, certification_code
-- awarded_on  day of the award
-- expires_on  last day it is valid; 9999-12-31 where it never lapses
-- is_valid    false: withdrawn by the certification body
select
    file_id, line, partner_code, person_id, certification_code, awarded_on,
    coalesce(expires_on, date '9999-12-31') as expires_on, status = 'valid' as is_valid
from raw.certifications
