-- What every partner lacks of the level it holds.
--
-- grain: partner_id, requirement, category
select *
from mart.level_shortfalls
where month = getvariable('closing_month')
order by partner_id, requirement, category
