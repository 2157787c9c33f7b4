-- The unmoved lines, which are left out of everything that follows. A closing and a
-- rebuild leave nothing out: they work every line out again.
--
-- grain: sale_id
-- sale_id    the line
-- amount     its value in the programme currency, as it was stated
-- is_sought  a registered deal has its end customer, so that it could be suggested
select u.sale_id, u.amount, u.is_sought
from intermediate.unmoved as u
cross join rules.programme as p
where not p.anew
