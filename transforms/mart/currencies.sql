-- The currencies that have other decimals than two, by ISO 4217.
--
-- grain: currency
-- currency  its code
-- decimals  digits after the point of its amounts: 0, 3 or 4
select currency, decimals
from rules.currencies
order by currency -- the order of reading
