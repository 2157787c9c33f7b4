-- The lines of every statement of the month.
--
-- grain: credit_id
select *
from mart.statement_lines
where month = getvariable('closing_month')
order by partner_id, incentive, sequence, credit_id
