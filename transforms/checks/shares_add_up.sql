-- The shares of a line, with no one's, add up to the line; without no one's they are never more.
select s.sale_id, min(s.amount) as amount, sum(s.base) as shared
from mart.sell_with_credits as s
group by s.sale_id
having abs(sum(s.base)) > abs(min(s.amount))
    or sum(s.numerator) = min(s.denominator) and sum(s.base) <> min(s.amount)
