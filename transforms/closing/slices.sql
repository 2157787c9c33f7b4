-- The part of each statement line in each tranche.
--
-- grain: credit_id, tranche
select *
from mart.tranche_slices
where month = getvariable('closing_month')
order by partner_id, incentive, credit_id, tranche
