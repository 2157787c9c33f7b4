-- The changes of the points that each certification counts for, day by day. The points are capped
-- per person and then per category, in the order of the days they began. So when one lapses,
-- another can count for more.
--
-- grain: partner_id, person_id, certification_code, from_date, changed_on
-- partner_id, person_id, certification_code, from_date
-- changed_on  the day the change takes effect
-- category, version
-- change    in points
-- is_award  the change is the award itself
-- file_id, line
with days as (
    select partner_id, from_date as changed_on from intermediate.certification_days
    union
    select partner_id, to_date + 1
    from intermediate.certification_days
    where to_date < date '9999-12-31'
    union
    select d.partner_id, v.from_date
    from (select distinct partner_id from intermediate.certification_days) as d cross
    join rules.in_force as v
),
valid as (
    select d.changed_on, c.*, v.version as caps_version, v.person_cap
    from days as d
    join intermediate.certification_days as c
        on c.partner_id = d.partner_id and c.from_date <= d.changed_on and d.changed_on <= c.to_date
    join rules.in_force as i on i.from_date <= d.changed_on and d.changed_on < i.to_date
    join rules.versions as v on v.version = i.version
),
per_person as (
    select *,
        coalesce(sum(points) over (
            partition by partner_id, changed_on, person_id
            order by awarded_on, from_date, certification_code
            rows between unbounded preceding and 1 preceding), 0) as before_it
    from valid
),
person_capped as (
    select
        *, greatest(0, least(points, coalesce(person_cap, 9000000000000000) - before_it))::bigint
        as person_points
    from per_person
),
per_category as (
    select p.*, c.points as category_cap,
        coalesce(sum(p.person_points) over (
            partition by p.partner_id, p.changed_on, p.category
            order by p.awarded_on, p.from_date, p.person_id, p.certification_code
            rows between unbounded preceding and 1 preceding), 0) as before_in_category
    from person_capped as p
    left join rules.category_caps as c on c.version = p.caps_version and c.category = p.category
),
counting as (
    select
        partner_id, person_id, certification_code, from_date, to_date, category, version, file_id,
        line, changed_on,
        greatest(0, least(person_points, coalesce(category_cap,
            9000000000000000) - before_in_category))::bigint as counts
    from per_category
),
ends as (
    select
        partner_id, person_id, certification_code, from_date, to_date, category, version, file_id,
        line, changed_on, counts
    from counting
    union all
    select
        partner_id, person_id, certification_code, from_date, to_date, category, version, file_id,
        line, to_date + 1, 0
    from intermediate.certification_days
    where to_date < date '9999-12-31'
),
changes as (
    select
        partner_id, person_id, certification_code, from_date, changed_on, category, version,
        file_id, line,
        (counts - coalesce(lag(counts) over (
            partition by partner_id, person_id, certification_code, from_date order by changed_on),
            0))::bigint as change
    from ends
)
select
    partner_id, person_id, certification_code, from_date, changed_on, category, version, change,
    changed_on = from_date as is_award, file_id, line
from changes
where change <> 0
