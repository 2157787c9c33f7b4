-- The currencies that have other decimals than two, by ISO 4217.
--
-- grain: currency
-- currency  code of the currency
-- decimals  how many digits its amounts have after the point: 0, 3 or 4
select currency, decimals
from rules.currencies
order by currency -- the order of reading
