-- What the closed months have stated of each credit, and the first month.
--
-- grain: credit_id
-- credit_id, base, earned, stated_month
select credit_id, sum(base)::decimal(18,2) as base, sum(earned)::decimal(18,2) as earned,
    min(month) as stated_month
from stated.lines
group by credit_id
