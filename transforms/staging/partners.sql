-- Partners as the directory's files list them, every version.
--
-- grain: file_id, line
-- file_id       the file
-- line          and the line in it
-- partner_id    the partner
-- name          as it is to be written
-- aliases       its codes elsewhere, DISTRIBUTOR=code separated by |; a | in a code is doubled
-- country       code
-- town          where it sits
-- currency      it reckons in
-- language      of its statements
-- email         of its contact
-- modules       what it holds, with days, separated by |
-- levels        what it was given, with days, separated by |
-- partner_type  csp and the like; null for most
-- is_active     an inactive partner earns nothing
select
    file_id, line, partner_id, name, aliases, country, town, currency,
    coalesce(lower(language), 'en') as language, email, modules,
    level as levels, partner_type, status = 'active' as is_active
from raw.partners
