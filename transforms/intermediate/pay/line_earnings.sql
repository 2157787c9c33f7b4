-- What each movement earns by its place in the tranches, and after the least and the most that a
-- line or a document may earn. Limits go by what was bought and returned of the line or document so
-- far; what was given back altogether earns nothing.
--
-- is a view
-- grain: credit_id
-- credit_id, level, schedule, method, lo, hi, running_lo, running_hi, sequence
-- points    by amount
-- by_rate   earned by rates and amounts per unit, before any limit
-- limited   the same after the limits of the line and the document
with sliced as (
    select credit_id, sum(earned) as earned
    from intermediate.slices
    group by credit_id
),
gross as (
    select s.* exclude (width),
        coalesce(p.earned, w.earned, 0)::decimal(18,2) as by_rate
    from intermediate.credit_schedules as s
    left join sliced as p using (credit_id)
    left join intermediate.volume_and_block_earnings as w using (credit_id)
),
limits as (
    select version, incentive, limit_each, least, most
    from rules.incentives
    where limit_each is not null
),
-- Also movements by rules without a limit add up, so that rules may change in between. Sequences
-- begin anew each programme year; a document may have lines of two.
moved as (
    select
        g.credit_id, c.partner_id, c.incentive, c.distributor, c.terms_document, c.terms_line,
        c.change_id, c.posting_month, c.year_start, g.sequence, c.base, g.by_rate, i.limit_each,
        coalesce(i.least, 0) as least, coalesce(i.most, 9999999999999999) as most
    from intermediate.movements as c
    join gross as g using (credit_id)
    left join limits as i using (version, incentive)
    where g.schedule is not null and c.incentive in (select incentive from limits)
),
stated_lines as (
    select partner_id, incentive, distributor, terms_document, terms_line, sum(base) as base,
        sum(by_rate) as by_rate
    from stated.lines
    where schedule is not null and incentive in (select incentive from limits)
    group by partner_id, incentive, distributor, terms_document, terms_line
),
stated_documents as (
    select partner_id, incentive, distributor, terms_document, sum(base) as base,
        sum(by_rate) as by_rate
    from stated_lines
    group by partner_id, incentive, distributor, terms_document
),
summed as (
    select m.credit_id, m.base, m.by_rate, m.least, m.most,
        if(m.limit_each = 'line', coalesce(l.base, 0) + sum(m.base) over of_line,
            coalesce(d.base, 0) + sum(m.base) over of_document) as base_after,
        if(m.limit_each = 'line', coalesce(l.by_rate, 0) + sum(m.by_rate) over of_line,
            coalesce(d.by_rate, 0) + sum(m.by_rate) over of_document) as earned_after
    from moved as m
    left join stated_lines as l using (partner_id, incentive, distributor, terms_document,
        terms_line)
    left join stated_documents as d using (partner_id, incentive, distributor, terms_document)
    window
        of_line as (
            partition by m.partner_id, m.incentive, m.distributor, m.terms_document, m.terms_line
            order by m.change_id nulls first, m.posting_month, m.year_start, m.sequence),
        of_document as (
            partition by m.partner_id, m.incentive, m.distributor, m.terms_document
            order by m.change_id nulls first, m.posting_month, m.year_start, m.sequence)
    qualify m.limit_each is not null
),
ends as (
    select credit_id, 1 as side, base_after as base, earned_after as earned, least, most
    from summed
    union all
    select credit_id, -1, base_after - base, earned_after - by_rate, least, most from summed
),
limited as (
    select credit_id,
        sum(side * sign(base) * least(greatest(earned * sign(base), least), most)) as limited
    from ends
    group by credit_id
)
select g.credit_id, g.level, g.schedule, g.method, g.lo, g.hi, g.running_lo, g.running_hi,
    g.sequence, g.points, g.by_rate, coalesce(l.limited, g.by_rate)::decimal(18,2) as limited
from gross as g
left join limited as l using (credit_id)
