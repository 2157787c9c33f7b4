-- The days on which each partner holds each module, and the day from which each programme version
-- admits partners of its type.
--
-- grain: partner_id, module, version, from_date
-- partner_id, module, version
-- from_date      first day it is held
-- to_date        last day it is held
-- admitted_from  the day from which the version admits the partner's type
-- is_active
select m.partner_id, m.module, v.version, m.from_date, m.to_date,
    coalesce(a.from_date, date '1900-01-01') as admitted_from, p.is_active
from intermediate.partner_modules as m
join intermediate.partners as p using (partner_id)
cross join rules.versions as v
left join rules.admissions as a on a.version = v.version and a.partner_type = p.partner_type
