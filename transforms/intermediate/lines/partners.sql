-- The current partners.
--
-- grain: partner_id
-- partner_id, name, country, town
-- currency  its own currency; the programme's where the directory has none
-- language, email, partner_type, is_active, aliases, modules, levels
-- left_on  the day it left the programme: that in its file, or the landing day of the first file
--          that says so; null when it has not
with versions as (
    select partner_id, file_id, has_left,
        max(file_id) filter (where not has_left) over (partition by partner_id) as last_other
    from staging.partners
),
departures as (
    select v.partner_id, min(f.landed_at)::date as landed_on
    from versions as v
    join staging.files as f using (file_id)
    where v.has_left and v.file_id > coalesce(v.last_other, 0)
    group by v.partner_id
)
select
    p.partner_id, p.name, p.country, p.town, coalesce(p.currency, r.currency) as currency,
    p.language, p.email,
    p.partner_type, p.is_active, p.aliases, p.modules, p.levels,
    if(p.has_left, coalesce(p.status_since, d.landed_on), null) as left_on
from staging.partners as p
semi join intermediate.standing_records as v using (file_id, line)
left join departures as d using (partner_id)
cross join rules.programme as r
