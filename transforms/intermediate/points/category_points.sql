-- The points of each category that each partner's certifications have at the end of each open
-- month, for the minimums that levels ask for: up to the cap of the category, whatever the cap of a
-- person leaves of them elsewhere.
--
-- grain: partner_id, month, category
-- partner_id, month, category, points
select
    d.partner_id, m.month, d.category,
    least(sum(d.points), coalesce(any_value(c.points), sum(d.points)))::bigint as points
from intermediate.months as m
join intermediate.certification_days as d
    on d.from_date <= m.month_end and m.month_end <= d.to_date
left join rules.category_caps as c on c.version = m.version and c.category = d.category
where m.is_open
group by d.partner_id, m.month, d.category
