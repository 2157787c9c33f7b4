-- The partners, as the newest row about each says. Who has always been outside is none.
--
-- grain: partner_id
-- partner_id, name, country, town
-- currency  its own currency; the programme's where the directory has none
-- language, email, partner_type
-- is_active  by its newest status; false also where a complete file no longer lists it
-- left_on    the day it left the programme; null when it has not
with newest as (
    select p.*
    from intermediate.record_days as d
    join staging.partners as p using (file_id, line)
    where d.kind = 'partners'
    qualify row_number() over (partition by p.partner_id order by d.from_date desc) = 1
),
last_other as (
    select partner_id, max(to_date) as day
    from intermediate.partner_days
    where status <> 'left'
    group by partner_id
),
departures as (
    select days.partner_id, min(days.from_date) as left_on
    from intermediate.partner_days as days
    left join last_other as other using (partner_id)
    where days.status = 'left' and days.from_date > coalesce(other.day, date '1900-01-01')
    group by days.partner_id
),
last_statuses as (
    select partner_id, arg_max(is_active, from_date) as is_active,
        bool_and(status in ('outside', 'ended')) as is_outside
    from intermediate.partner_days
    group by partner_id
)
select
    p.partner_id, p.name, p.country, p.town, coalesce(p.currency, r.currency) as currency,
    p.language, p.email, p.partner_type, s.is_active, d.left_on
from newest as p
cross join rules.programme as r
left join departures as d using (partner_id)
left join last_statuses as s using (partner_id)
where not s.is_outside
