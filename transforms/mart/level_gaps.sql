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
select partner_id, month, level as next_level, requirement, category, has, needs
from intermediate.missing_requirements
where not is_held
