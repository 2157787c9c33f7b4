-- Stock-keeping units as they stand.
--
-- grain: sku
-- sku           the unit
-- product_name  in words
-- family        of products
-- is_licence    services count for nothing
select p.sku, p.product_name, p.family, p.is_licence
from staging.products as p
semi join intermediate.standing_records as v using (file_id, line)
