-- The current partners.
--
-- grain: partner_id
-- partner_id, name, country, town
-- currency  its own currency; the programme's where the directory has none
-- language, email, partner_type, is_active, aliases, modules, levels
select
    p.partner_id, p.name, p.country, p.town, coalesce(p.currency, r.currency) as currency,
    p.language, p.email,
    p.partner_type, p.is_active, p.aliases, p.modules, p.levels
from staging.partners as p
semi join intermediate.standing_records as v using (file_id, line)
cross join rules.programme as r
