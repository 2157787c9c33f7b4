-- What each statement line earned for reaching tranches, or took back.
--
-- grain: credit_id, earned_by, earned_in, tranche
select *
from mart.flat_steps
where month = getvariable('closing_month')
order by partner_id, incentive, credit_id, earned_by, earned_in, tranche
