-- Each movement between the two positions of its partner's running base. The walk
-- goes on where the closed months left it.
--
-- grain: credit
-- credit       row of intermediate.credits
-- lo           running base of the period before it, in the programme currency
-- hi           and after it
-- document_lo  running base of its document, or of the one it returns, before it
-- document_hi  and after it
-- place        its place in the partner's, module's and programme year's order, from 1
with stated_years as (
    select partner_id, module, year_start, max(place) as place from stated.lines group by partner_id, module, year_start
),
stated_periods as (
    select partner_id, module, year_start, period_start, position_family, sum(base) as base
    from stated.lines
    group by partner_id, module, year_start, period_start, position_family
),
stated_documents as (
    select partner_id, module, year_start, period_start, position_family, distributor, terms_document, sum(base) as base
    from stated.lines
    where (distributor, terms_document) in (select (distributor, terms_document) from intermediate.credits)
    group by partner_id, module, year_start, period_start, position_family, distributor, terms_document
),
placed as (
    select rowid as credit, partner_id, module, base, year_start, period_start, position_family, distributor, terms_document,
        row_number() over (
            partition by partner_id, module, year_start
            order by posting_month, document_date, distributor, document_no, line_no, line_key, sale_id) as place
    from intermediate.credits
),
summed as (
    select *,
        sum(base) over (
            partition by partner_id, module, year_start, period_start, position_family order by place
            rows between unbounded preceding and current row)::decimal(18,2) as hi
    from placed
),
-- Only for modules that are paid by document.
summed_by_document as (
    select credit,
        sum(base) over (
            partition by partner_id, module, year_start, period_start, position_family, distributor, terms_document order by place
            rows between unbounded preceding and current row)::decimal(18,2) as hi
    from placed
    where module in (select module from rules.modules where method = 'document')
)
select m.credit,
    (coalesce(p.base, 0) + m.hi - m.base)::decimal(18,2) as lo, (coalesce(p.base, 0) + m.hi)::decimal(18,2) as hi,
    (coalesce(d.base, 0) + b.hi - m.base)::decimal(18,2) as document_lo, (coalesce(d.base, 0) + b.hi)::decimal(18,2) as document_hi,
    coalesce(y.place, 0) + m.place as place
from summed as m
left join summed_by_document as b on b.credit = m.credit
left join stated_years as y on y.partner_id = m.partner_id and y.module = m.module and y.year_start = m.year_start
left join stated_periods as p
    on p.partner_id = m.partner_id and p.module = m.module and p.year_start = m.year_start and p.period_start = m.period_start
    and p.position_family = m.position_family
left join stated_documents as d
    on d.partner_id = m.partner_id and d.module = m.module and d.year_start = m.year_start and d.period_start = m.period_start
    and d.position_family = m.position_family and d.distributor = m.distributor and d.terms_document = m.terms_document
