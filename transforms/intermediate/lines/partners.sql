-- The partners, as the newest row about each says.
--
-- grain: partner_id
-- partner_id, name, country, town
-- currency  its own currency; the programme's where the directory has none
-- language, email, partner_type
-- is_active  false also where a complete file no longer lists it
select
    p.partner_id, p.name, p.country, p.town, coalesce(p.currency, r.currency) as currency,
    p.language, p.email, p.partner_type, p.is_active and d.ended_on is null as is_active
from intermediate.record_days as d
join staging.partners as p using (file_id, line)
cross join rules.programme as r
where d.kind = 'partners'
qualify row_number() over (partition by p.partner_id order by d.from_date desc) = 1
