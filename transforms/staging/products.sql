-- Stock-keeping units, every version.
--
-- grain: file_id, line
-- file_id, line, sku, product_name, family, basis
-- valid_from  first day the row holds; null where the file says none
-- valid_to    last day
select
    file_id, line, sku, name as product_name, family, basis, valid_from, valid_to
from raw.products
