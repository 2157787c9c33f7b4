-- The programme version and exchange rate for each currency and day of terms.
--
-- grain: currency, terms_date
-- currency, terms_date, version
-- rate  null where no rate is new enough
-- rate_date
-- is_known_currency  some day has a rate for it
with days as (
    select distinct currency, document_date as terms_date from staging.sales
    union
    select currency, terms_date from intermediate.returned_lines
),
known_currencies as (
    select distinct currency from intermediate.rates
),
rated as (
    select
        d.currency, d.terms_date, i.version, r.rate, r.rate_date,
        k.currency is not null as is_known_currency, d.currency = p.currency as is_ours,
        -- A closed month has the age limit it was stated with.
        d.currency = p.currency or d.terms_date <= r.rate_date
        + coalesce(i.fx_max_age_days, p.fx_max_age_days) as is_new_enough
    from days as d
    cross join rules.programme as p
    left join rules.in_force as i on i.from_date <= d.terms_date and d.terms_date < i.to_date
    left join intermediate.rates as r
        on r.currency = d.currency and r.rate_date <= d.terms_date and d.terms_date < r.next_date
    left join known_currencies as k on k.currency = d.currency
)
select
    currency, terms_date, version, if(is_new_enough, rate, null) as rate,
    if(is_new_enough and not is_ours, rate_date, null) as rate_date, is_known_currency
from rated
