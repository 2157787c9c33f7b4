-- Each movement of a statement: one sell-out line x one partner x one incentive, with its positions
-- in the partner's period and its file and line. mart.adjustments says which month a movement
-- adjusts, and why.
--
-- incremental: stated.lines
-- in parts of: intermediate.movements
-- grain: credit_id, month
-- credit_id, partner_id
-- month  first day of the month it is stated in
-- incentive, sequence, document_date, distributor, document_no, line_no, line_key, document_type,
-- end_customer, sku, product_name, family, quantity, net_amount, currency, rate, rate_date, amount
-- base  the partner's part of the value of the line, in the programme currency
-- year_start, period_start, position_family, running_lo, running_hi, lo, hi
-- level  the partner's level on the day of its terms
-- method, schedule, by_rate, limited, cut, flat, before_cap, earned
-- points  points earned by amount
-- deal_id, terms_date, terms_document, terms_line, returns_document, returns_line,
-- returned_sale_id, matched_sale, rules_hash, sale_id, file_name
-- file_line  physical line in the file, from 1; null where the file no longer holds it
with last_stated as ( -- of a credit that no longer counts
    select s.*
    from stated.lines as s
    join intermediate.movements as c using (credit_id, sale_id)
    where not c.is_due and c.rowid >= getvariable('part_from') and c.rowid < getvariable('part_to')
    qualify row_number() over (partition by s.credit_id order by s.month desc) = 1
),
-- A subquery, because a join would scan all lines for the few of a nightly run.
part_lines as not materialized (
    select *
    from intermediate.credited_lines
    where sale_id in (select sale_id from intermediate.movements
        where rowid >= getvariable('part_from') and rowid < getvariable('part_to'))
)
select
    c.credit_id, c.partner_id, c.posting_month as month, c.incentive, e.sequence, c.document_date,
    c.distributor, c.document_no, c.line_no, c.line_key,
    coalesce(l.document_type, s.document_type) as document_type,
    coalesce(l.end_customer, s.end_customer) as end_customer, coalesce(l.sku, s.sku) as sku,
    coalesce(l.product_name, s.product_name) as product_name,
    coalesce(l.family, s.family) as family, coalesce(l.quantity, s.quantity) as quantity,
    coalesce(l.net_amount, s.net_amount) as net_amount,
    coalesce(l.currency, s.currency) as currency, coalesce(l.rate, s.rate) as rate,
    coalesce(l.rate_date, s.rate_date) as rate_date, coalesce(l.amount, s.amount) as amount,
    c.base, c.year_start, c.period_start, c.position_family, e.running_lo, e.running_hi, e.lo, e.hi,
    e.level, if(e.schedule is null, null, e.method) as method, e.schedule, e.by_rate, e.limited,
    e.cut, e.flat, e.before_cap, e.earned,
    e.points,
    coalesce(l.deal_id, s.deal_id) as deal_id, c.terms_date, c.terms_document,
    c.terms_line,
    coalesce(l.returns_document, s.returns_document) as returns_document,
    coalesce(l.returns_line, s.returns_line) as returns_line,
    coalesce(l.returned_sale_id, s.returned_sale_id) as returned_sale_id,
    nullif(c.matched_sale, '') as matched_sale, v.hash as rules_hash, c.sale_id,
    if(c.is_due, f.file_name, x.file_name) as file_name,
    if(c.is_due, l.line, x.file_line) as file_line
from intermediate.movements as c
join intermediate.earnings as e using (credit_id)
join rules.versions as v using (version)
left join intermediate.adjustment_causes as x using (credit_id)
left join part_lines as l
    on l.sale_id = if(c.is_due, c.sale_id, null) and l.matched_sale = c.matched_sale
left join staging.files as f using (file_id)
left join last_stated as s using (credit_id)
where c.change_id is null
    and c.rowid >= getvariable('part_from') and c.rowid < getvariable('part_to')
order by c.posting_month, c.partner_id -- the order of reading
