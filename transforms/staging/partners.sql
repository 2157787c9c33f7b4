-- Partners as the directory's files list them, every version.
--
-- grain: file_id, line
-- file_id, line, partner_id
-- name      as it is to be written
-- aliases   its codes elsewhere, DISTRIBUTOR=code separated by |; a | in a code is doubled
-- country, town
-- currency  it reckons in
-- language, email
-- modules   what it holds, with days, separated by |
-- levels    what it was given, with days, separated by |
-- partner_type, is_active
select
    file_id, line, partner_id, name, aliases, country, town, currency,
    coalesce(lower(language), 'en') as language, email, modules,
    level as levels, partner_type, status = 'active' as is_active
from raw.partners
