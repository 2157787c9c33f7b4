-- Stock-keeping units as they stand.
--
-- grain: sku
-- sku           the unit
-- product_name  in words
-- family        of products
-- is_licence    services count for nothing
select p.sku, p.product_name, p.family, p.is_licence
from staging.products as p
join intermediate.record_versions as v
    on v.kind = 'products' and v.file_id = p.file_id and v.line = p.line and v.outcome = 'loaded'
