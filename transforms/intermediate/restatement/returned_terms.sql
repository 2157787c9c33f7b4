-- The terms of returned sales, as they were stated: a return of a stated sale has the programme
-- version, year, level and schedule of that sale.
--
-- grain: credit_id
-- credit_id  of the return
-- terms_date, terms_document, year_start, period_start, position_family, level, schedule,
-- rules_hash
-- status_on  day on which the points of the sale were posted
with returns as (
    select
        lines.distributor, lines.document_no, lines.line_no, lines.line_key, lines.matched_sale,
        sold.document_no as sold_document, sold.line_no as sold_line, sold.line_key as sold_key
    from intermediate.credited_lines as lines
    join staging.sales as sold on sold.sale_id = lines.returned_sale_id
    where lines.returned_sale_id is not null
),
first_stated as (
    select *
    from stated.lines
    where (distributor, document_no, line_no, line_key) in (
        select (distributor, sold_document, sold_line, sold_key) from returns)
    qualify row_number() over (partition by credit_id order by month, sale_id) = 1
)
select
    md5(concat_ws(chr(31), returns.distributor, returns.document_no, returns.line_no,
        returns.line_key, sold.partner_id, sold.incentive, nullif(returns.matched_sale, '')))::uuid
        as credit_id,
    sold.terms_date, sold.terms_document, sold.year_start, sold.period_start,
    sold.position_family, sold.level, sold.schedule, sold.rules_hash,
    greatest(sold.document_date, sold.month) as status_on
from returns
join first_stated as sold
    on sold.distributor = returns.distributor and sold.document_no = returns.sold_document
    and sold.line_no = returns.sold_line and sold.line_key = returns.sold_key
