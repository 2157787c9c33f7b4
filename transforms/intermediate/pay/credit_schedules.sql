-- The schedule of each movement: by version, incentive, product family, and level on the day of its
-- terms. A stated credit keeps its level and schedule.
--
-- grain: credit_id
-- credit_id, level, schedule, method
-- width  of each tranche; null where bounds are given
-- lo, hi, running_lo, running_hi, sequence
-- points  by amount
with levelled as (
    select
        c.credit_id, c.incentive, c.version, c.terms_date, c.position_family, h.level,
        false as has_stated_terms, null as schedule
    from intermediate.movements as c
    join rules.versions as v using (version)
    join intermediate.levels_held as h
        on h.partner_id = c.partner_id and h.is_computed = v.levels_computed
        and h.from_date <= c.terms_date and c.terms_date < h.to_date
    where not c.has_stated_terms
    union all
    select credit_id, incentive, version, terms_date, position_family, level, true, schedule
    from intermediate.movements
    where has_stated_terms
)
select
    l.credit_id, l.level, coalesce(k.schedule, s.schedule) as schedule, m.method,
    coalesce(k.width, s.width) as width,
    if(m.method = 'document', w.document_lo, w.lo) as lo,
    if(m.method = 'document', w.document_hi, w.hi) as hi,
    w.lo as running_lo, w.hi as running_hi, w.sequence, w.points
from levelled as l
join intermediate.running_positions as w using (credit_id)
left join rules.incentives as m using (version, incentive)
left join rules.schedules as k using (schedule)
left join rules.schedules as s
    on not l.has_stated_terms and s.version = l.version and s.incentive = l.incentive
    and s.level = l.level
        and coalesce(s.family, '') = l.position_family
    and l.terms_date >= m.money_from
