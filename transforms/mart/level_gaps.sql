-- What each partner, or its group, still needs for the next level at the end of each month, one row
-- per requirement. A requirement that is met has no row. Of several ways to meet a level, all are
-- named. A closed month has the gaps it stated.
--
-- incremental: stated.gaps
-- grain: partner_id, month, requirement, category
-- partner_id, month, next_level, requirement, category
-- has  status points, certifications, points of the category, or the measure that the partner, or
--      its group, has; whole ones
-- needs
with next_levels as (
    select
        l.partner_id, l.month, l.next_level, u.unit_id, m.month_end, m.version,
        sum(b.status_points) as status_points, sum(b.certifications) as certifications
    from mart.partner_levels as l
    join intermediate.level_units as u using (partner_id, month)
    join intermediate.level_units as g on g.unit_id = u.unit_id and g.month = u.month
    join mart.point_balances as b on b.partner_id = g.partner_id and b.month = g.month
    join intermediate.months as m on m.month = l.month and m.is_open
    where l.next_level is not null
    group by all
),
requirements as (
    select
        n.partner_id, n.month, n.next_level, 'status_points' as requirement, '' as category,
        n.status_points as has, q.points as needs
    from next_levels as n
    join rules.requirements as q on q.version = n.version and q.level = n.next_level
    union all
    select
        n.partner_id, n.month, n.next_level, 'certifications', '', n.certifications,
        q.certifications
    from next_levels as n
    join rules.requirements as q on q.version = n.version and q.level = n.next_level
    union all
    select
        n.partner_id, n.month, n.next_level, 'category', m.category, coalesce(c.points, 0), m.points
    from next_levels as n
    join rules.minimums as m on m.version = n.version and m.level = n.next_level
    left join intermediate.unit_categories as c
        on c.unit_id = n.unit_id and c.month = n.month and c.category = m.category
    union all
    select n.partner_id, n.month, n.next_level, 'measure', c.measure,
        coalesce(any_value(x.value), 0), max(c.least)
    from next_levels as n
    join rules.conditions as c on c.version = n.version and c.level = n.next_level
    left join intermediate.measures as x
        on x.unit_id = n.unit_id and x.month = n.month and x.measure = c.measure
    group by n.partner_id, n.month, n.next_level, c.measure
)
select partner_id, month, next_level, requirement, category, floor(has)::bigint as has,
    ceil(needs)::bigint as needs
from requirements
where has < needs
