-- The points that lapse within 90 days of the end of the month.
--
-- grain: partner_id, lapses_on
select *
from mart.points_expiring
where month = getvariable('closing_month')
order by partner_id, lapses_on
