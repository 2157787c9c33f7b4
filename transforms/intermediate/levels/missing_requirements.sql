-- What each partner, or its group, lacks of the level that it holds and of the next one at the end
-- of each open month. What is met has no row. Of several ways to meet a level, all are named.
--
-- grain: partner_id, month, level, requirement, category
-- partner_id, month, level, requirement, category
-- is_held  true: the partner holds the level; false: it is the next one
-- has      status points, certifications, points of the category, or the measure that the partner,
--          or its group, has; whole ones
-- needs
with held as (
    select h.partner_id, m.month, m.version, h.level, true as is_held
    from intermediate.months as m
    join rules.versions as v using (version)
    join intermediate.levels_held as h
        on h.is_computed = v.levels_computed and h.from_date <= m.month_end
            and m.month_end < h.to_date
    where m.is_open
),
asked as (
    select * from held
    union all
    select h.* replace (up.level as level, false as is_held)
    from held as h
    join rules.levels as l using (level)
    join rules.levels as up on up.rank = l.rank + 1
),
judged as (
    select u.unit_id, u.month, sum(s.status_points) as status_points,
        sum(s.certifications) as certifications
    from intermediate.level_units as u
    join intermediate.status_points as s using (partner_id, month)
    group by u.unit_id, u.month
),
levels as (
    select a.*, u.unit_id, j.status_points, j.certifications
    from asked as a
    join intermediate.level_units as u using (partner_id, month)
    join judged as j using (unit_id, month)
),
requirements as (
    select l.*, 'status_points' as requirement, '' as category, l.status_points as has,
        q.points as needs
    from levels as l
    join rules.requirements as q using (version, level)
    union all
    select l.*, 'certifications', '', l.certifications, q.certifications
    from levels as l
    join rules.requirements as q using (version, level)
    union all
    select l.*, 'category', m.category, coalesce(c.points, 0), m.points
    from levels as l
    join rules.minimums as m using (version, level)
    left join intermediate.unit_categories as c
        on c.unit_id = l.unit_id and c.month = l.month and c.category = m.category
    union all
    select l.*, 'measure', c.measure, coalesce(x.value, 0), c.needs
    from levels as l
    join (select version, level, measure, max(least) as needs
        from rules.conditions group by all) as c using (version, level)
    left join intermediate.measures as x
        on x.unit_id = l.unit_id and x.month = l.month and x.measure = c.measure
)
select partner_id, month, level, requirement, category, is_held, floor(has)::bigint as has,
    ceil(needs)::bigint as needs
from requirements
where has < needs
