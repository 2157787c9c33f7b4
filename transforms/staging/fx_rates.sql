-- Published exchange rates, every version.
--
-- grain: file_id, line
-- file_id, line
-- rate_date  the day it was published for
-- currency   one unit of which
-- rate       is worth so much of the programme currency
select file_id, line, rate_date, currency, rate
from raw.fx_rates
