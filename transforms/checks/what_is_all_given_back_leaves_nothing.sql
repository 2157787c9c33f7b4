-- A position that is back at zero under one schedule has earned nothing, and under one programme
-- version no points. Under the method document each document has its own position. Points that
-- change in the middle of a version are left out.
with movements as not materialized (
    select
        sale_id, partner_id, incentive, year_start, period_start, position_family, distributor,
        terms_document, base, rules_hash,
        coalesce(schedule, '') as schedule, method, by_rate + flat as given,
        points
    from mart.statement_lines
),
positions as (
    select
        partner_id, incentive, year_start, period_start, position_family, '' as document_no,
        sum(given) as earned, min(method) as method
    from movements
    group by partner_id, incentive, year_start, period_start, position_family
    having sum(base) = 0 and count(distinct schedule) = 1
),
documents as (
    select
        m.partner_id, m.incentive, m.year_start, m.period_start, m.position_family,
        m.terms_document as document_no,
        sum(m.given) as earned, min(m.method) as method
    from movements as m
    where (m.partner_id, m.incentive, m.year_start) in (select (partner_id, incentive, year_start)
        from movements where method = 'document')
    group by m.partner_id, m.incentive, m.year_start, m.period_start, m.position_family,
        m.distributor,
        m.terms_document
    having sum(base) = 0 and count(distinct schedule) = 1
),
point_positions as (
    select partner_id, incentive, period_start, position_family, sum(points) as points
    from movements
    where (rules_hash, incentive) not in (
        select (v.hash, r.incentive)
        from rules.point_rates as r
        join rules.versions as v using (version)
        where r.from_date > v.begins or r.to_date < date '9999-12-31')
    group by partner_id, incentive, year_start, period_start, position_family
    having sum(base) = 0 and count(distinct rules_hash) = 1
)
select partner_id, incentive, period_start, position_family, document_no, earned, 0 as points
from positions
where method <> 'document' and earned <> 0
union all
select partner_id, incentive, period_start, position_family, document_no, earned, 0
from documents
where method = 'document' and earned <> 0
union all
select partner_id, incentive, period_start, position_family, '', 0, points
from point_positions
where points <> 0
