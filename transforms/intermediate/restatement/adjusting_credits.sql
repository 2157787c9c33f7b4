-- The credits of closed months that are not what was stated: those with another base today, and
-- those of which nothing was stated. A stated credit keeps the terms it was stated with.
--
-- grain: credit_id
-- credit_id, sale_id, matched_sale, partner_id, incentive
-- base  what it should be, less what was stated
-- due_month
-- stated_month   null where nothing was stated
-- adjusts_month, document_date, distributor, document_no, line_no, line_key, terms_document,
-- terms_line, terms_date, version, year_start, period_start, position_family
-- is_due     the credit counts today
-- is_stated  something has been stated of it
-- has_stated_terms  it has the terms that were stated of it, or of the sale it takes back
-- level      as stated; null when nothing was
-- schedule   as stated
-- status_on  the day its points count from; null for a stated credit, which keeps its day
select
    credit_id, coalesce(deltas.sale_id, terms.sale_id) as sale_id, terms.matched_sale,
    terms.partner_id, terms.incentive, deltas.base,
    coalesce(deltas.month, deltas.stated_month) as due_month, deltas.stated_month,
    deltas.stated_month as adjusts_month,
    coalesce(deltas.document_date, terms.document_date) as document_date,
    terms.distributor, terms.document_no, terms.line_no, terms.line_key,
    terms.terms_document, terms.terms_line, terms.terms_date, versions.version, terms.year_start,
    terms.period_start, terms.position_family, deltas.sale_id is not null as is_due,
    true as is_stated, true as has_stated_terms, terms.level, terms.schedule,
    null::date as status_on
from intermediate.credit_deltas as deltas
join intermediate.stated_terms as terms using (credit_id)
left join rules.versions as versions on versions.hash = terms.rules_hash
union all by name
select due.* exclude (month), due.month as due_month, null::date as stated_month,
    due.month as adjusts_month, true as is_due, false as is_stated
from intermediate.due_credits as due
join rules.programme as p on due.month < p.first_open
anti join intermediate.stated_credits as stated using (credit_id)
