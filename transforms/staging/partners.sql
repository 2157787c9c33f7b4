-- Partners as the partner files list them, every version.
--
-- grain: file_id, line
-- file_id, line, partner_id, name, aliases, country, town
-- currency  its own currency
-- language, email, modules, levels, partner_type, is_active
-- has_left      it has left the programme
-- status_since  the day of its status, where the file names one
select
    file_id, line, partner_id, name, aliases, country, town, currency,
    coalesce(lower(language), 'en') as language, email, modules,
    level as levels, partner_type, status <> 'inactive' as is_active,
    status = 'left' as has_left, status_since
from raw.partners
