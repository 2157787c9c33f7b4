-- The postings of points of the month.
--
-- grain: entry
select *
from mart.points_ledger
where date_trunc('month', posted_on) = getvariable('closing_month')
order by entry
