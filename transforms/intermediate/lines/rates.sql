-- Exchange rates as they stand, with the last day each may be used.
--
-- grain: currency, rate_date
-- currency   one unit of which
-- rate_date  first day it is used, the day it was published for
-- next_date  the day from which a newer one is there
-- to_date    the day from which it no longer is: a newer one is there, or it is too old
-- rate       is worth so much of the programme currency
select
    f.currency, f.rate_date, coalesce(lead(f.rate_date)
        over (partition by f.currency order by f.rate_date), date '9999-12-31') as next_date,
    least(coalesce(lead(f.rate_date) over (partition by f.currency order by f.rate_date),
        date '9999-12-31'),
        f.rate_date + p.fx_max_age_days + 1) as to_date,
    f.rate
from staging.fx_rates as f
semi join intermediate.standing_records as v using (file_id, line)
cross join rules.programme as p
where f.currency <> p.currency
union all
select currency, date '1900-01-01', date '9999-12-31', date '9999-12-31', 1
from rules.programme
