-- What earns points under each version of the programme, and what caps them.
--
-- grain: rules_hash, kind, subject, valid_from
-- rules_hash
-- kind     what the row is: amount, certification or category_cap
-- subject  the incentive, the certification's code, or the category
-- category
-- points  points earned; for category_cap, the most that count
-- most    the most points that the base of a period brings; null: no limit
-- per     base that earns the points, in the programme currency; null for certifications and caps
-- valid_from  first day whose lines earn them; null: the first of the version
-- valid_to    last day whose lines earn them; null: the last of the version
select
    v.hash as rules_hash, 'amount' as kind, r.incentive as subject, null as category, r.points,
    r.most, r.per, nullif(r.from_date, date '1900-01-01') as valid_from,
    nullif(r.to_date, date '9999-12-31') as valid_to
from rules.point_rates as r
join rules.versions as v using (version)
union all
select v.hash, 'certification', c.code, c.category, c.points, null, null, null, null
from rules.certifications as c
join rules.versions as v using (version)
union all
select v.hash, 'category_cap', k.category, k.category, k.points, null, null, null, null
from rules.category_caps as k
join rules.versions as v using (version)
