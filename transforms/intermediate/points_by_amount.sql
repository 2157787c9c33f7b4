-- The points each credit earned by its amount: whole points at its end less
-- whole points at its beginning, rounded toward minus infinity at both, by the
-- rule in force on the day whose terms it has.
--
-- grain: credit
-- credit   row of intermediate.credits
-- points      may be negative
with ruled as (
    select w.credit,
        (w.lo * 100)::bigint as lo, (w.hi * 100)::bigint as hi, (r.per * 100)::bigint as per, r.points as rate
    from intermediate.credits as c
    join intermediate.walk as w on w.credit = c.rowid
    join rules.versions as v on v.version = c.version
    join rules.point_rates as r on r.version = c.version and r.module = c.module
    where c.module <> 'sell_with' or c.terms_date >= v.points_from
),
-- The points of a position are floor(position * rate / per), in whole parts and what is
-- left over, so that no product outgrows 64 bits: those of 128 divide bit by bit. A
-- division that leaves something below zero is a whole one too many.
parts as (
    select credit, per, rate,
        lo // per - if(lo % per < 0, 1, 0) as lo_whole, lo % per + if(lo % per < 0, per, 0) as lo_rest,
        hi // per - if(hi % per < 0, 1, 0) as hi_whole, hi % per + if(hi % per < 0, per, 0) as hi_rest
    from ruled
)
select credit, ((hi_whole - lo_whole) * rate + hi_rest * rate // per - lo_rest * rate // per)::bigint as points
from parts
