-- The partners when the month is closed. One that leaves after the month is active.
--
-- grain: partner_id
select getvariable('closing_month') as month,
    partners.* exclude (modules, email) replace (
        coalesce(newest.is_active or newest.left_on > last_day(getvariable('closing_month')), false)
        as is_active)
from mart.partners as partners
left join intermediate.partners as newest using (partner_id)
order by partner_id
