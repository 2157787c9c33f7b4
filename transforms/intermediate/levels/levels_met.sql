-- The highest level each partner meets at the end of each month. A level asks for status points,
-- certifications, points in categories, and for measures: all of some, and one of several ways. The
-- members of a group are judged together. Closed months have what they stated.
--
-- grain: partner_id, month
-- partner_id, month
-- rank  of the highest level met, 0 when none is
with judged as (
    select u.unit_id, s.month, sum(s.status_points) as status_points,
        sum(s.certifications) as certifications
    from intermediate.status_points as s
    join intermediate.level_units as u using (partner_id, month)
    group by u.unit_id, s.month
),
conditions as (
    select j.unit_id, j.month, c.level, c.way,
        bool_and(coalesce(x.value >= c.least, false)) as is_met
    from judged as j
    join intermediate.months as m using (month)
    join rules.conditions as c using (version)
    left join intermediate.measures as x
        on x.unit_id = j.unit_id and x.month = j.month and x.measure = c.measure
    group by j.unit_id, j.month, c.level, c.way
),
missing as (
    select j.unit_id, j.month, n.level
    from judged as j
    join intermediate.months as m using (month)
    join rules.minimums as n using (version)
    left join intermediate.unit_categories as i
        on i.unit_id = j.unit_id and i.month = j.month and i.category = n.category
    where coalesce(i.points, 0) < n.points
    union
    select unit_id, month, level
    from conditions
    group by unit_id, month, level
    having not coalesce(bool_or(is_met) filter (where way = 0), true)
        or not coalesce(bool_or(is_met) filter (where way > 0), true)
),
met as (
    select j.unit_id, j.month, coalesce(max(l.rank) filter (
            where j.status_points >= q.points and j.certifications >= q.certifications
                and n.level is null), 0) as rank
    from judged as j
    join intermediate.months as m using (month)
    left join rules.requirements as q using (version)
    left join rules.levels as l using (level)
    left join missing as n
        on n.unit_id = j.unit_id and n.month = j.month and n.level = q.level
    group by j.unit_id, j.month
)
select u.partner_id, u.month, met.rank
from intermediate.level_units as u
join met using (unit_id, month)
union all
select partner_id, month, met_rank from intermediate.stated_levels
