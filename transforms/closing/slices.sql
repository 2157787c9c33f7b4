-- The part of each of these lines in each tranche that it touched.
--
-- grain: credit_id, tranche
select *
from mart.tranche_slices
where month = getvariable('closing_month')
order by partner_id, incentive, credit_id, tranche
