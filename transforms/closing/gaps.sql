-- What every partner still needs for the next level.
--
-- grain: partner_id, requirement, category
select *
from mart.level_gaps
where month = getvariable('closing_month')
order by partner_id, requirement, category
