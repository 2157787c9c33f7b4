-- Published exchange rates, every version.
--
-- grain: file_id, line
-- file_id, line, rate_date, currency, rate
select file_id, line, rate_date, currency, rate
from raw.fx_rates
