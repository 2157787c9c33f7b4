-- The credit of each line for its buyer and its distributor, or why it does not count.
--
-- is a view
-- grain: sale_id, matched_sale, incentive
-- sale_id, matched_sale
-- partner_id  null where the buyer is outside
-- incentive  resell for the buyer, distribution for the distributor
-- base, month, document_date, distributor, document_no, line_no, line_key, terms_document,
-- terms_date, version, family
-- change_id
-- reason  why it does not count; null when it does
with sides as (
    select *, 'resell' as incentive, partner_id as side_id from intermediate.credited_lines
    union all
    select *, 'distribution', distributor_id
    from intermediate.credited_lines
    where distributor_id is not null
)
select
    s.sale_id, s.matched_sale, s.side_id as partner_id, s.incentive, s.amount as base, s.month,
    s.document_date,
    s.distributor, s.document_no, s.line_no, s.line_key,
    s.terms_document, s.terms_date, s.version, s.family, s.change_id,
    case
        when s.incentive = 'resell' and s.is_outside then 'outside'
        when not s.is_licence then 'not_a_licence'
        when s.version is null then 'before_the_programme'
        when not d.is_active then 'partner_inactive'
        when not d.is_held then 'module_not_held'
        when not d.is_admitted then 'not_admitted_yet'
    end as reason
from sides as s
left join intermediate.module_days as d
    on d.partner_id = s.side_id and d.module = s.incentive
        and d.version is not distinct from s.version and d.terms_date = s.terms_date
