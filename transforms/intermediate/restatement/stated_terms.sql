-- What was stated of each credit that is affected or that a change would affect: the terms of its
-- first movement and the line of its last.
--
-- grain: credit_id
-- credit_id, partner_id, incentive, distributor, document_no, line_no, line_key, terms_date,
-- terms_document, terms_line, year_start, period_start, position_family, level, schedule,
-- rules_hash, sale_id, matched_sale, document_date, net_amount, amount, file_name, file_line
with affected as (
    select
        lines.*, row_number() over movements as from_first,
        row_number() over (partition by credit_id order by month desc, sale_id desc) as from_last
    from stated.lines as lines
    where credit_id in (select credit_id from intermediate.credit_deltas)
        or credit_id in (select credit_id from intermediate.line_change_credits)
    window movements as (partition by credit_id order by month, sale_id)
)
select
    credit_id, one.partner_id, one.incentive, one.distributor, one.document_no, one.line_no,
    one.line_key, one.terms_date, one.terms_document, one.terms_line, one.year_start,
    one.period_start,
    one.position_family, one.level, one.schedule, one.rules_hash, newest.sale_id,
    coalesce(newest.matched_sale, '') as matched_sale,
    newest.document_date, newest.net_amount, newest.amount, newest.file_name, newest.file_line
from affected as one
join affected as newest using (credit_id)
where one.from_first = 1 and newest.from_last = 1
