-- The shares of a line are at most what counts of it. If all roles are claimed, they are all of it.
with shared as (
    select s.*, if(names.base_of = 'quantity', l.quantity, l.amount)::decimal(18,2) as whole
    from intermediate.shares as s
    join intermediate.credited_lines as l using (sale_id, matched_sale)
    join rules.incentive_names as names using (incentive)
)
select sale_id, matched_sale, incentive, min(whole) as whole, sum(base) as shared
from shared
group by sale_id, matched_sale, incentive
having abs(sum(base)) > abs(min(whole))
    or sum(numerator) = min(denominator) and sum(base) <> min(whole)
