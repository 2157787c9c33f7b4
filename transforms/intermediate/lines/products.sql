-- The current stock-keeping units.
--
-- grain: sku
-- sku, product_name, family, is_licence
select p.sku, p.product_name, p.family, p.is_licence
from staging.products as p
semi join intermediate.standing_records as v using (file_id, line)
