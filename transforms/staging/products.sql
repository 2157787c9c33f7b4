-- Stock-keeping units, every version.
--
-- grain: file_id, line
-- file_id       the file
-- line          and the line in it
-- sku           the unit
-- product_name  in words
-- family        of products
-- is_licence    services count for nothing
select file_id, line, sku, name as product_name, family, basis = 'licence' as is_licence
from raw.products
