-- The stock-keeping units, by day.
--
-- grain: sku, from_date
-- sku, from_date, to_date, product_name, family, basis
select p.sku, d.from_date, d.to_date, p.product_name, p.family, p.basis
from intermediate.record_days as d
join staging.products as p using (file_id, line)
where d.kind = 'products'
