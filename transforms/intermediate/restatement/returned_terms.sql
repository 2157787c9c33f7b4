-- What was stated of the sales that returns take back: a return of a stated sale has the programme
-- version, year, level and schedule of that sale.
--
-- grain: sale_id, matched_sale, partner_id, incentive
-- sale_id  the return
-- matched_sale, partner_id, incentive, terms_document, terms_line, terms_date, version, year_start,
-- period_start, position_family, level, schedule
-- status_on  day on which the points of the sale were posted
-- base       what was stated of the sale's credit, all months together
-- amount     what counts of the sale, its value or its quantity, as it was stated last
with returns as (
    select
        lines.sale_id, lines.matched_sale, sold.distributor, sold.document_no, sold.line_no,
        sold.line_key
    from intermediate.credited_lines as lines
    join staging.sales as sold on sold.sale_id = lines.returned_sale_id
    where lines.returned_sale_id is not null
),
credits as (
    select
        distributor, document_no, line_no, line_key, partner_id, incentive,
        arg_min(lines, row(month, sale_id)) as first_stated,
        sum(base)::decimal(18,2) as base, arg_max(if(names.base_of = 'quantity', quantity, amount),
        row(month, sale_id))::decimal(18,2)
        as amount
    from stated.lines as lines
    join rules.incentive_names as names using (incentive)
    semi join returns using (distributor, document_no, line_no, line_key)
    group by distributor, document_no, line_no, line_key, partner_id, incentive
)
select
    r.sale_id, r.matched_sale, c.partner_id, c.incentive, c.first_stated.terms_document,
    c.first_stated.terms_line,
    c.first_stated.terms_date, v.version, c.first_stated.year_start, c.first_stated.period_start,
    c.first_stated.position_family, c.first_stated.level, c.first_stated.schedule,
    greatest(c.first_stated.document_date, c.first_stated.month) as status_on, c.base, c.amount
from returns as r
join credits as c using (distributor, document_no, line_no, line_key)
left join rules.versions as v on v.hash = c.first_stated.rules_hash
