-- The shares of a line are at most its amount. If all roles are claimed, they are the amount.
select s.sale_id, s.matched_sale, s.incentive, min(l.amount) as amount, sum(s.base) as shared
from intermediate.shares as s
join intermediate.credited_lines as l using (sale_id, matched_sale)
group by s.sale_id, s.matched_sale, s.incentive
having abs(sum(s.base)) > abs(min(l.amount))
    or sum(s.numerator) = min(s.denominator) and sum(s.base) <> min(l.amount)
