-- The highest level each partner meets at the end of each month. A level asks for status points,
-- certifications, and points in categories. Closed months have what they stated.
--
-- grain: partner_id, month
-- partner_id, month
-- rank  of the highest level met, 0 when none is
with missing as (
    select s.partner_id, s.month, n.level
    from intermediate.status_points as s
    join intermediate.months as m using (month)
    join rules.minimums as n using (version)
    left join intermediate.category_points as i
        on i.partner_id = s.partner_id and i.month = s.month and i.category = n.category
    where coalesce(i.points, 0) < n.points
    group by s.partner_id, s.month, n.level
)
select s.partner_id, s.month, coalesce(max(l.rank) filter (
        where s.status_points >= q.points and s.certifications >= q.certifications
            and n.level is null), 0) as rank
from intermediate.status_points as s
join intermediate.months as m using (month)
left join rules.requirements as q using (version)
left join rules.levels as l using (level)
left join missing as n on n.partner_id = s.partner_id and n.month = s.month and n.level = q.level
group by s.partner_id, s.month
union all
select partner_id, month, met_rank from intermediate.stated_levels
