-- The newest row about each product, partner, rate and deal. It can change the value of an
-- unchanged line.
--
-- grain: kind, subject
-- kind     products, partners, fx_rates or deals
-- subject  the SKU, the partner, the currency and day, or the deal
-- file_id, line
with facts as (
    select 'products' as kind, sku as subject, file_id, line from staging.products
    union all
    select 'partners', partner_id, file_id, line from staging.partners
    union all
    select 'fx_rates', concat_ws(' ', currency, rate_date), file_id, line from staging.fx_rates
    union all
    select 'deals', deal_id, file_id, line from staging.deals
)
select
    kind, subject, max(file_id) as file_id,
    arg_max(line, file_id * 10000000000 + line) as line
from facts
semi join intermediate.standing_records as standing using (file_id, line)
group by kind, subject
