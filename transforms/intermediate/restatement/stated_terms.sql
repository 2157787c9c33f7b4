-- What was stated of each affected credit: its terms as they were stated first, and its line as it
-- was stated last.
--
-- grain: credit_id
-- credit_id
-- partner_id      who was credited
-- incentive, distributor, document_no, line_no, line_key
-- terms_date      the day whose rules held
-- terms_document  the document whose position it moved
-- year_start
-- period_start    first day of its period
-- position_family
-- level           of the partner
-- schedule        null: the programme paid nothing
-- rules_hash
-- sale_id         the version of the line stated last
-- document_date   its day
-- net_amount, amount, file_name, file_line
with affected as (
    select
        lines.*, row_number() over movements as from_first,
        row_number() over (partition by credit_id order by month desc, sale_id desc) as from_last
    from stated.lines as lines
    semi join intermediate.credit_deltas as deltas using (credit_id)
    window movements as (partition by credit_id order by month, sale_id)
)
select
    credit_id, one.partner_id, one.incentive, one.distributor, one.document_no, one.line_no,
    one.line_key, one.terms_date, one.terms_document, one.year_start, one.period_start,
    one.position_family, one.level, one.schedule, one.rules_hash, newest.sale_id,
    newest.document_date, newest.net_amount, newest.amount, newest.file_name, newest.file_line
from affected as one
join affected as newest using (credit_id)
where one.from_first = 1 and newest.from_last = 1
