-- How much the closed months have stated of each credit, and since when.
--
-- grain: credit_id
-- credit_id
-- base  of all its movements together
-- stated_month
select credit_id, sum(base)::decimal(18,2) as base, min(month) as stated_month
from stated.lines
group by credit_id
