-- The rows of every kind but sales, with their keys and content.
--
-- grain: kind, file_id, line
-- kind, file_id, line, record_key
-- content  the whole row, for comparison with other versions
-- covered  the month a complete file covers; 1900-01-01 where it covers everything
select 'partners' as kind, file_id, line, record_key, content, date '1900-01-01' as covered
from raw.partners
union all
select 'products', file_id, line, record_key, content, date '1900-01-01' from raw.products
union all
select 'fx_rates', file_id, line, record_key, content, date_trunc('month', rate_date)::date
from raw.fx_rates
union all
select 'deals', file_id, line, record_key, content, date '1900-01-01' from raw.deals
union all
select 'certifications', file_id, line, record_key, content, date '1900-01-01'
from raw.certifications
union all
select 'entries', file_id, line, record_key, content, date '1900-01-01' from raw.entries
union all
select 'budgets', file_id, line, record_key, content, date '1900-01-01' from raw.budgets
union all
select 'activities', file_id, line, record_key, content, date '1900-01-01' from raw.activities
union all
select 'targets', file_id, line, record_key, content, date '1900-01-01' from raw.targets
union all
select 'links', file_id, line, record_key, content, date '1900-01-01' from raw.links
