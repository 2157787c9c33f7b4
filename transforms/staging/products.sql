-- Stock-keeping units, every version.
--
-- grain: file_id, line
-- file_id, line, sku, product_name, family, is_licence
select file_id, line, sku, name as product_name, family, basis = 'licence' as is_licence
from raw.products
