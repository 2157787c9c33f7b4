-- The schedule of each movement: by version, incentive, product family, and level on the day of its
-- terms, and by the target where its bounds are percents of one. A stated credit keeps its level
-- and schedule.
--
-- grain: credit_id
-- credit_id, level, schedule, method
-- width  of each tranche; null where bounds are given
-- lo, hi, running_lo, running_hi, sequence
-- points  by amount
with levelled as (
    select
        c.credit_id, c.partner_id, c.incentive, c.version, c.terms_date, c.period_start,
        c.position_family, h.level, null as stated_schedule, false as has_stated_terms
    from intermediate.movements as c
    -- The level goes by the rules of the day, also where an agreement keeps an earlier version.
    join rules.in_force as f on f.from_date <= c.terms_date and c.terms_date < f.to_date
    join rules.versions as v on v.version = f.version
    join intermediate.levels_held as h
        on h.partner_id = c.partner_id and h.is_computed = v.levels_computed
        and h.from_date <= c.terms_date and c.terms_date < h.to_date
    where not c.has_stated_terms
    union all
    select credit_id, partner_id, incentive, version, terms_date, period_start, position_family,
        level, schedule, true
    from intermediate.movements
    where has_stated_terms
),
named as (
    select l.credit_id, l.level, i.method,
        case
            when l.has_stated_terms then l.stated_schedule
            when i.target is null then s.schedule
            when t.target > 0 then concat(s.schedule, ' of ', t.target)
        end as schedule
    from levelled as l
    left join rules.incentives as i using (version, incentive)
    left join rules.schedules as s
        on not l.has_stated_terms and s.version = l.version and s.incentive = l.incentive
        and s.level = l.level and coalesce(s.family, '') = l.position_family
        and l.terms_date >= i.money_from
    left join intermediate.targets as t
        on t.kind = i.target and t.partner_id = l.partner_id and t.incentive = l.incentive
        and t.period_start = l.period_start and t.from_date <= l.terms_date
        and l.terms_date <= t.to_date
        and t.position_family = if(i.target = 'own', '', l.position_family)
        and s.schedule is not null
)
select
    n.credit_id, n.level, n.schedule, n.method, s.width,
    if(n.method = 'document', w.document_lo, w.lo) as lo,
    if(n.method = 'document', w.document_hi, w.hi) as hi,
    w.lo as running_lo, w.hi as running_hi, w.sequence, w.points
from named as n
join intermediate.running_positions as w using (credit_id)
left join intermediate.schedules as s using (schedule)
