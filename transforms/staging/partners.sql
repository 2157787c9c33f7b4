-- Partners as the partner files list them, every version.
--
-- grain: file_id, line
-- file_id, line, partner_id, name, aliases, country, town
-- currency  its own currency
-- language, email, modules, levels, partner_type, is_active
select
    file_id, line, partner_id, name, aliases, country, town, currency,
    coalesce(lower(language), 'en') as language, email, modules,
    level as levels, partner_type, status = 'active' as is_active
from raw.partners
