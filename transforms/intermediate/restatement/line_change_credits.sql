-- What the changes of lines that a person has to accept would move: the credits of the version that
-- counts now are taken back, those of the version that waits come.
--
-- grain: change_id, credit_id
-- change_id, credit_id, sale_id, matched_sale, partner_id, incentive, base, due_month,
-- document_date, distributor, document_no, line_no, line_key, terms_document, terms_line,
-- terms_date, version, year_start, period_start, position_family
with taken as (
    select changes.change_id, due.* replace (-due.base as base), false as is_new
    from intermediate.line_changes as changes
    join intermediate.due_credits as due on due.sale_id = changes.old_sale_id
),
moved as (
    select * from taken
    union all by name
    select *, true as is_new from intermediate.line_credits where change_id is not null
)
select
    change_id, credit_id, arg_max(sale_id, is_new) as sale_id,
    any_value(matched_sale) as matched_sale, any_value(partner_id) as partner_id,
    any_value(incentive) as incentive, sum(base)::decimal(18,2) as base,
    arg_max(month, is_new) as due_month, arg_max(document_date, is_new) as document_date,
    any_value(distributor) as distributor, any_value(document_no) as document_no,
    any_value(line_no) as line_no, any_value(line_key) as line_key,
    arg_max(terms_document, is_new) as terms_document,
    arg_max(terms_line, is_new) as terms_line, arg_max(terms_date, is_new) as terms_date,
    arg_max(version, is_new) as version, arg_max(year_start, is_new) as year_start,
    arg_max(period_start, is_new) as period_start,
    arg_max(position_family, is_new) as position_family
from moved
group by change_id, credit_id
having sum(base) <> 0
