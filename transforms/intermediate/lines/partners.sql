-- Partners as they stand.
--
-- grain: partner_id
-- partner_id    the partner
-- name          as it is to be written
-- country       code
-- town          where it sits
-- currency      it reckons in; the programme's where the directory names none
-- language      of its statements
-- email         of its contact
-- partner_type  csp and the like; null for most
-- is_active     an inactive partner earns nothing
-- aliases       its codes elsewhere
-- modules       what it holds, with days
-- levels        what it was given, with days
select
    p.partner_id, p.name, p.country, p.town, coalesce(p.currency, r.currency) as currency,
    p.language, p.email,
    p.partner_type, p.is_active, p.aliases, p.modules, p.levels
from staging.partners as p
semi join intermediate.standing_records as v using (file_id, line)
cross join rules.programme as r
