-- How the lines of registered deals are shared.
--
-- grain: sale_id, partner_id
select *
from mart.sell_with_credits
where month = getvariable('closing_month')
order by sale_id, partner_id
