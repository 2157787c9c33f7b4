-- Partners as they stand.
--
-- grain: partner_id
-- partner_id
-- name      as it is to be written
-- country, town
-- currency  it reckons in; the programme's where the directory names none
-- language, email, partner_type, is_active
-- aliases   its codes elsewhere
-- modules   what it holds, with days
-- levels    what it was given, with days
select
    p.partner_id, p.name, p.country, p.town, coalesce(p.currency, r.currency) as currency,
    p.language, p.email,
    p.partner_type, p.is_active, p.aliases, p.modules, p.levels
from staging.partners as p
semi join intermediate.standing_records as v using (file_id, line)
cross join rules.programme as r
