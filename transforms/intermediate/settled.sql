-- The unmoved lines, which are left out of everything that follows. A closing and a
-- rebuild leave nothing out: they work every line out again.
--
-- grain: sale_id
-- sale_id  the line
-- month    the closing that has last written down what follows from it
select u.sale_id, u.month
from intermediate.unmoved as u
cross join rules.programme as p
where not p.anew
