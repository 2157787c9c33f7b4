-- What each partner, or its group, lacks at the end of each month of the level that it holds, one
-- row per requirement. A requirement that is met has no row. mart.partner_levels says when the
-- level is lost. A closed month has what it stated.
--
-- incremental: stated.shortfalls
-- grain: partner_id, month, requirement, category
-- partner_id, month, level, requirement, category
-- has  status points, certifications, points of the category, or the measure that the partner, or
--      its group, has; whole ones
-- needs
select partner_id, month, level, requirement, category, has, needs
from intermediate.missing_requirements
where is_held
