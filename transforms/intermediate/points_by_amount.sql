-- The points each credit earned by its amount: whole points at its end less
-- whole points at its beginning, rounded toward minus infinity at both, by the
-- rule in force on the day whose terms it has.
--
-- grain: sale_id, partner_id, module
-- sale_id     the line
-- partner_id  who earned them
-- module      through what
-- version     of the programme
-- points      may be negative
with ruled as (
    select c.sale_id, c.partner_id, c.module, c.version,
        (w.lo * 100)::hugeint * r.points as lo, (w.hi * 100)::hugeint * r.points as hi, (r.per * 100)::hugeint as per
    from intermediate.credits as c
    join intermediate.walk as w on w.sale_id = c.sale_id and w.partner_id = c.partner_id and w.module = c.module
    join rules.versions as v on v.version = c.version
    join rules.point_rates as r on r.version = c.version and r.module = c.module
    where c.module <> 'sell_with' or c.terms_date >= v.points_from
)
select sale_id, partner_id, module, version,
    ((hi - ((hi % per) + per) % per) // per - (lo - ((lo % per) + per) % per) // per)::bigint as points
from ruled
