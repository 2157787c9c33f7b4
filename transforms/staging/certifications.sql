-- Certifications people hold for partners, every version.
--
-- grain: file_id, line
-- file_id, line
-- partner_code  for whom the person works
-- person_id     who passed
-- certification_code
-- awarded_on    when
-- expires_on    last day it is valid; far ahead where it never lapses
-- is_valid      false: withdrawn by the certification body
select
    file_id, line, partner_code, person_id, certification_code, awarded_on,
    coalesce(expires_on, date '9999-12-31') as expires_on, status = 'valid' as is_valid
from raw.certifications
