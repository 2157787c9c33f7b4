-- The current exchange rates, with the days on which each may be used.
--
-- grain: currency, rate_date
-- currency, rate_date
-- next_date  the day of the next rate
-- to_date    the first day it cannot be used: there is a newer one, or it is too old
-- rate
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
