-- The days on which each partner holds each module, and the day from which each programme version
-- admits partners of its type. The module without a name is held by every partner on every day.
--
-- grain: partner_id, module, version, from_date, to_date
-- partner_id, module, version
-- from_date      first day it is held
-- to_date        last day it is held
-- admitted_from  the day from which the version admits the partner's type
with modules as (
    select partner_id, module, from_date, to_date from intermediate.partner_modules
    union all
    select distinct partner_id, '', date '1900-01-01', date '9999-12-31'
    from intermediate.partner_days
)
select
    m.partner_id, m.module, v.version, greatest(m.from_date, d.from_date) as from_date,
    least(m.to_date, d.to_date) as to_date,
    coalesce(a.from_date, date '1900-01-01') as admitted_from
from modules as m
join intermediate.partner_days as d
    on d.partner_id = m.partner_id and d.from_date <= m.to_date and m.from_date <= d.to_date
cross join rules.versions as v
left join rules.admissions as a on a.version = v.version and a.partner_type = d.partner_type
