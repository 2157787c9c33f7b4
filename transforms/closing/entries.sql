-- The manual adjustments of money of the month.
--
-- grain: entry_id, partner_id
select *
from mart.money_entries
where month = getvariable('closing_month')
order by entry_id, partner_id
