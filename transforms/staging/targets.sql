-- The targets of partners, every version.
--
-- grain: file_id, line
-- file_id, line, partner_id, incentive, period_start
-- target  what the base of the period is measured by, in the programme currency, or in units
select file_id, line, partner_id, incentive, period_start, amount as target
from raw.targets
