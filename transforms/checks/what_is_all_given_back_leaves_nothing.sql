-- A position that has come back to zero under one schedule has earned nothing, and
-- under one rule no points: what was bought and all given back leaves nothing. Under
-- the method document every document has a position of its own.
with moved as (
    select c.partner_id, c.module, c.period_start, c.position_family, s.method,
        if(s.method = 'document', c.distributor, '') as distributor, if(s.method = 'document', c.terms_document, '') as document_no,
        c.base, c.version, coalesce(s.schedule, 0) as schedule, e.before_cap, p.sale_id is not null as has_rule, coalesce(p.points, 0) as points
    from intermediate.credits as c
    join intermediate.scheduled as s on s.sale_id = c.sale_id and s.partner_id = c.partner_id and s.module = c.module
    join intermediate.earnings as e on e.sale_id = c.sale_id and e.partner_id = c.partner_id and e.module = c.module
    left join intermediate.points_by_amount as p on p.sale_id = c.sale_id and p.partner_id = c.partner_id and p.module = c.module
),
ended as (
    select partner_id, module, period_start, position_family, method, distributor, document_no, sum(before_cap) as earned,
        count(distinct schedule) as schedules
    from moved
    group by partner_id, module, period_start, position_family, method, distributor, document_no
    having sum(base) = 0
),
pointed as (
    select partner_id, module, period_start, position_family, sum(points) as points
    from moved
    group by partner_id, module, period_start, position_family
    having sum(base) = 0 and count(distinct version) = 1 and bool_and(has_rule)
)
select partner_id, module, period_start, position_family, document_no, earned, 0 as points from ended where schedules = 1 and earned <> 0
union all
select partner_id, module, period_start, position_family, '', 0, points from pointed where points <> 0
