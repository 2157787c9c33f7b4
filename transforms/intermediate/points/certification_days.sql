-- The days on which each certification counts for one partner. A person holds a code once: where
-- two awards overlap, the later one decides the partner. A renewal without a gap continues the same
-- row.
--
-- grain: partner_id, person_id, certification_code, from_date
-- partner_id, person_id, certification_code
-- from_date  first day, not before the programme began
-- to_date    last day
-- category
-- points  by the version in force on its first day; a code that is not in that version has the
--         points of today's version of that day
-- version, file_id, line
with standing as (
    select
        c.partner_code, c.person_id, c.certification_code, c.awarded_on, c.expires_on, f.feed,
        c.file_id, c.line
    from staging.certifications as c
    semi join intermediate.standing_records as v using (file_id, line)
    join staging.files as f using (file_id)
    where c.is_valid
),
resolved as (
    select
        coalesce(own.partner_id, common.partner_id) as partner_id, s.person_id,
        s.certification_code, s.awarded_on,
        s.expires_on, s.partner_code, s.file_id, s.line
    from standing as s
    left join intermediate.partner_codes as own on own.sender = s.feed and own.code = s.partner_code
    left join intermediate.partner_codes as common
        on common.sender = '*' and common.code = s.partner_code
),
edges as (
    select person_id, certification_code, awarded_on as edge from resolved
    union
    select person_id, certification_code, expires_on + 1
    from resolved
    where expires_on < date '9999-12-31'
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
        and k.awarded_on <= p.from_date and p.from_date <= k.expires_on
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
)
select
    b.partner_id, b.person_id, b.certification_code, b.from_date, b.to_date,
    coalesce(r.category, n.category) as category,
    coalesce(r.points, n.points) as points, coalesce(r.version, n.version) as version, b.file_id,
    b.line
from limited as b
join intermediate.partners as p on p.partner_id = b.partner_id and p.is_active
left join rules.in_force as i on i.from_date <= b.from_date and b.from_date < i.to_date
left join rules.certifications as r on r.version = i.version and r.code = b.certification_code
left join rules.versions as t on t.from_date <= b.from_date and b.from_date < t.to_date
left join rules.certifications as n on n.version = t.version and n.code = b.certification_code
where b.from_date <= b.to_date and coalesce(r.version, n.version) is not null
