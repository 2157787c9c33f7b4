-- The shares of a line are at most its amount. If all roles are claimed, they are the amount.
select s.sale_id, min(l.amount) as amount, sum(s.base) as shared
from intermediate.shares as s
join intermediate.valued_lines as l using (sale_id)
group by s.sale_id
having abs(sum(s.base)) > abs(min(l.amount))
    or sum(s.numerator) = min(s.denominator) and sum(s.base) <> min(l.amount)
