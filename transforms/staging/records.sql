-- The rows of every kind but sales, as keys with their content.
--
-- grain: kind, file_id, line
-- kind     of source
-- file_id, line, record_key
-- content  all of the row, to tell a change from a repetition
-- covered  the month a feed in mode replace is complete for; one same day where a file covers
--          everything
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
select 'links', file_id, line, record_key, content, date '1900-01-01' from raw.links
