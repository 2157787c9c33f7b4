-- What every partner's purchases cost at the expected rate; nothing unless the configuration looks
-- ahead.
--
-- grain: partner_id, incentive, period_start
select *
from mart.accruals
where month = getvariable('closing_month')
order by partner_id, incentive, period_start
