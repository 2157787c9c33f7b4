-- What each partner still needs for the next level at the end of each month, one row per
-- requirement. A requirement that is met has no row. A closed month has the gaps it stated.
--
-- incremental: stated.gaps
-- grain: partner_id, month, requirement, category
-- partner_id, month, next_level, requirement, category
-- has  status points, certifications, or points of the category that the partner has
-- needs
with next_levels as (
    select
        l.partner_id, l.month, l.next_level, m.month_end, m.version, b.status_points,
        b.certifications
    from mart.partner_levels as l
    join mart.point_balances as b using (partner_id, month)
    join intermediate.months as m on m.month = l.month and m.is_open
    where l.next_level is not null
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
    left join intermediate.category_points as c
        on c.partner_id = n.partner_id and c.month = n.month and c.category = m.category
)
select partner_id, month, next_level, requirement, category, has, needs
from requirements
where has < needs
