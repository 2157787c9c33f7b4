-- The days on which each certification counts for one partner. A person holds a code once: where
-- two awards overlap, the later one decides the partner. A renewal without a gap continues the same
-- row.
--
-- grain: partner_id, person_id, certification_code, from_date
-- partner_id, person_id, certification_code
-- awarded_on  day it began, which can be before the programme
-- from_date  first day, not before the programme began
-- to_date    last day
-- category
-- points  by the version in force on its first day; a code that is not in that version has the
--         points of today's version of that day
-- version, file_id, line
with resolved as (
    select
        named.partner_id, c.person_id,
        c.certification_code, c.awarded_on, greatest(c.awarded_on, d.from_date) as from_date,
        least(c.expires_on, d.to_date) as to_date, c.partner_code, c.file_id, c.line
    from intermediate.record_days as d
    join staging.certifications as c using (file_id, line)
    join intermediate.record_partners as named using (file_id, line)
    where d.kind = 'certifications' and c.is_valid
        and greatest(c.awarded_on, d.from_date) <= least(c.expires_on, d.to_date)
),
edges as (
    select person_id, certification_code, from_date as edge from resolved
    union
    select person_id, certification_code, to_date + 1
    from resolved
    where to_date < date '9999-12-31'
),
pieces as (
    select person_id, certification_code, edge as from_date,
        coalesce(lead(edge) over (partition by person_id, certification_code order by edge) - 1,
            date '9999-12-31') as to_date
    from edges
),
owned as (
    select
        p.person_id, p.certification_code, p.from_date, p.to_date, k.partner_id, k.file_id, k.line,
        row_number() over (
            partition by p.person_id, p.certification_code, p.from_date order by k.awarded_on desc,
            k.partner_code) as sequence
    from pieces as p
    join resolved as k
        on k.person_id = p.person_id and k.certification_code = p.certification_code
        and k.from_date <= p.from_date and p.from_date <= k.to_date
),
marked as (
    select person_id, certification_code, from_date, to_date, partner_id, file_id, line,
        if(partner_id is not distinct from lag(partner_id) over pieces_in_order
            and from_date = lag(to_date) over pieces_in_order + 1, 0, 1) as begins
    from owned
    where sequence = 1
    window pieces_in_order as (partition by person_id, certification_code order by from_date)
),
numbered as (
    select
        *, sum(begins) over (partition by person_id, certification_code order by from_date)
        as stretch
    from marked
),
stretches as (
    select
        partner_id, person_id, certification_code, min(from_date) as awarded_on,
        max(to_date) as to_date,
        arg_min(file_id, from_date) as file_id, arg_min(line, from_date) as line
    from numbered
    where partner_id is not null
    group by partner_id, person_id, certification_code, stretch
),
limited as (
    select s.*, greatest(s.awarded_on, (select min(from_date) from rules.in_force)) as from_date
    from stretches as s
),
-- Days on end on which a partner is active.
active_days as (
    select partner_id, min(from_date) as from_date, max(to_date) as to_date
    from (
        select *, from_date - coalesce(sum(to_date - from_date + 1) over (
            partition by partner_id order by from_date
            rows between unbounded preceding and 1 preceding), 0)::integer as stretch
        from intermediate.partner_days
        where is_active
    )
    group by partner_id, stretch
),
clipped as (
    select b.partner_id, b.person_id, b.certification_code, b.awarded_on, b.file_id, b.line,
        greatest(b.from_date, a.from_date) as from_date, least(b.to_date, a.to_date) as to_date
    from limited as b
    join active_days as a
        on a.partner_id = b.partner_id and a.from_date <= b.to_date and b.from_date <= a.to_date
)
select
    b.partner_id, b.person_id, b.certification_code, b.awarded_on, b.from_date, b.to_date,
    coalesce(r.category, n.category) as category,
    coalesce(r.points, n.points) as points, coalesce(r.version, n.version) as version, b.file_id,
    b.line
from clipped as b
left join rules.in_force as i on i.from_date <= b.from_date and b.from_date < i.to_date
left join rules.certifications as r on r.version = i.version and r.code = b.certification_code
left join rules.versions as t on t.from_date <= b.from_date and b.from_date < t.to_date
left join rules.certifications as n on n.version = t.version and n.code = b.certification_code
where b.from_date <= b.to_date and coalesce(r.version, n.version) is not null
