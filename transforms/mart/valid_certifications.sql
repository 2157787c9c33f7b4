-- The certifications that each partner holds at the end of each month, and the status points that
-- each counts for. A closed month has those it stated.
--
-- incremental: stated.certifications
-- grain: partner_id, month, person_id, certification_code, from_date
-- partner_id, month, person_id, certification_code
-- from_date   first day it counts
-- awarded_on  day of the award, which can be before the programme
-- expires_on  last day it counts; null: open
-- category
-- points          points by the programme
-- counted_points  points that count for status, after the caps of person and category
with counted as (
    select p.partner_id, p.person_id, p.certification_code, p.from_date, m.month,
        sum(p.change) as points
    from intermediate.months as m
    join intermediate.certification_points as p on p.changed_on <= m.month_end
    where m.is_open
    group by p.partner_id, p.person_id, p.certification_code, p.from_date, m.month
)
select
    d.partner_id, m.month, d.person_id, d.certification_code, d.from_date, d.awarded_on,
    nullif(d.to_date, date '9999-12-31') as expires_on, d.category, d.points,
    coalesce(c.points, 0)::bigint as counted_points
from intermediate.months as m
join intermediate.certification_days as d
    on d.from_date <= m.month_end and m.month_end <= d.to_date
left join counted as c
    on c.partner_id = d.partner_id and c.person_id = d.person_id
        and c.certification_code = d.certification_code and c.from_date = d.from_date
        and c.month = m.month
where m.is_open
