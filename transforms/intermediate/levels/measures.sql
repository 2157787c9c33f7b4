-- What levels are measured by besides points and certifications, at the end of each open month, for
-- all members of a group together. Ratios are cut down to the hundredth, parts of a score to whole
-- points.
--
-- grain: unit_id, month, measure
-- unit_id
-- month
-- measure
-- value    null where a ratio is to nothing
with units as (
    select distinct u.unit_id, u.month, m.version, m.month_end
    from intermediate.level_units as u
    join intermediate.months as m using (month)
    where m.version in (select version from rules.measures)
),
certified as (
    select u.unit_id, d.from_date, d.to_date, d.category, u.month
    from intermediate.level_units as u
    join intermediate.certification_days as d using (partner_id)
),
measured as (
    select incentive from rules.measures where counts = 'base'
),
bases as (
    select partner_id, incentive, month, base
    from stated.lines
    where incentive in (select incentive from measured)
    union all
    select partner_id, incentive, posting_month, base
    from intermediate.credits
    where incentive in (select incentive from measured)
),
counted as (
    select u.unit_id, u.month, r.measure, count(d.from_date)::decimal(38,2) as value
    from units as u
    join rules.measures as r on r.version = u.version and r.counts = 'certifications'
    left join certified as d
        on d.unit_id = u.unit_id and d.month = u.month and d.from_date <= u.month_end
        and u.month_end <= d.to_date and (r.category = '' or d.category = r.category)
    group by u.unit_id, u.month, r.measure
),
scored as (
    select u.unit_id, u.month, r.measure, coalesce(c.points, 0)::decimal(38,2) as value
    from units as u
    join rules.measures as r on r.version = u.version and r.counts = 'points'
    left join intermediate.unit_categories as c
        on c.unit_id = u.unit_id and c.month = u.month and c.category = r.category
),
bought as (
    select u.unit_id, u.month, r.measure, coalesce(sum(b.base), 0)::decimal(38,2) as value
    from units as u
    join rules.measures as r on r.version = u.version and r.counts = 'base'
    left join intermediate.level_units as p on p.unit_id = u.unit_id and p.month = u.month
    left join bases as b
        on b.partner_id = p.partner_id and b.incentive = r.incentive
        and b.month <= u.month - to_months(r.ago)
        and b.month > u.month - to_months(r.ago + r.months)
    group by u.unit_id, u.month, r.measure
),
basic as (
    select * from counted union all select * from scored union all select * from bought
),
ratios as (
    select u.unit_id, u.month, r.measure,
        if(t.value > 0 and o.value >= 0, ((o.value * 100)::hugeint * (r.times * 100)::hugeint
            // (t.value * 100)::hugeint)::decimal(30,0) * 0.01::decimal(3,2), null)
        ::decimal(38,2) as value
    from units as u
    join rules.measures as r on r.version = u.version and r.counts = 'ratio'
    left join basic as o
        on o.unit_id = u.unit_id and o.month = u.month and o.measure = r.of_measure
    left join basic as t
        on t.unit_id = u.unit_id and t.month = u.month and t.measure = r.to_measure
),
simple as (
    select * from basic union all select * from ratios
),
scores as (
    select u.unit_id, u.month, p.measure,
        sum(least(coalesce(p.most, 1000000000), greatest(0, coalesce((s.value * 100)::hugeint
            * p.points // (p.per * 100)::hugeint, 0))))::decimal(38,2) as value
    from units as u
    join rules.score_parts as p on p.version = u.version
    left join simple as s
        on s.unit_id = u.unit_id and s.month = u.month and s.measure = p.part
    group by u.unit_id, u.month, p.measure
)
select * from simple
union all
select * from scores
