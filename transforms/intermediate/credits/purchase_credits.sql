-- The credit of each line for its buyer and its distributor through each incentive, or why it does
-- not count. A part of a return that names no sale is judged as that sale.
--
-- is a view
-- grain: sale_id, matched_sale, incentive
-- sale_id, matched_sale
-- partner_id  null where the buyer is outside
-- incentive, base, month, document_date, distributor, document_no, line_no, line_key,
-- terms_document, terms_date, version, family
-- change_id
-- reason  why it does not count; null when it does
with parts as (
    select
        p.sale_id, p.matched_sale, s.partner_id, s.incentive, p.amount as base, p.month,
        p.document_date, p.distributor, p.document_no, p.line_no, p.line_key, p.terms_document,
        p.terms_date, p.version, p.family, p.change_id, s.reason
    from intermediate.split_returns as p
    join intermediate.incentive_lines as s on s.sale_id = p.claims_sale_id
    where s.credits <> 'claims'
)
select
    sale_id, '' as matched_sale, partner_id, incentive, base, month, document_date, distributor,
    document_no, line_no, line_key, terms_document, terms_date, version, family, change_id, reason
from intermediate.incentive_lines
where credits <> 'claims' and not is_unnamed
union all
select * from parts
