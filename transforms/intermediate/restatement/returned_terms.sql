-- The terms of returned sales, as they were stated: a return of a stated sale has the programme
-- version, year, level and schedule of that sale.
--
-- grain: credit_id
-- credit_id  of the return
-- terms_date, terms_document, year_start, period_start, position_family, level, schedule,
-- rules_hash
with returns as (
    select
        due.credit_id,
        md5(concat_ws(chr(31), sold.distributor, sold.document_no, sold.line_no, sold.line_key,
            due.partner_id, due.incentive))::uuid as sold_credit_id
    from intermediate.credited_lines as lines
    join intermediate.line_credits as due using (sale_id, matched_sale)
    join staging.sales as sold on sold.sale_id = lines.returned_sale_id
),
first_stated as (
    select *, row_number() over (partition by credit_id order by month, sale_id) as place
    from stated.lines
    where credit_id in (select sold_credit_id from returns)
)
select
    returns.credit_id, sold.terms_date, sold.terms_document, sold.year_start, sold.period_start,
    sold.position_family, sold.level, sold.schedule, sold.rules_hash
from returns
join first_stated as sold on sold.credit_id = returns.sold_credit_id
where sold.place = 1
