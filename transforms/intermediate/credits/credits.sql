-- The movements of the open months: what each credit should be, less what the closed months have
-- stated. A movement belongs to the month of its document. If that month is closed, the movement is
-- an adjustment in the first open month. A stated credit keeps the terms it was stated with.
--
-- grain: credit_id
-- credit_id, sale_id, partner_id, incentive, base
-- posting_month  month it is stated in
-- adjusts_month, document_date, distributor, document_no, terms_document, line_no, line_key,
-- terms_date, version, year_start, period_start, position_family
-- is_due     the credit counts today
-- is_stated  something has been stated of it
-- level      as stated; null when nothing was
-- schedule   as stated
with affected as (
    select
        credit_id, coalesce(deltas.sale_id, terms.sale_id) as sale_id, terms.partner_id,
        terms.incentive, deltas.base, coalesce(deltas.month, deltas.stated_month) as due_month,
        deltas.stated_month,
        coalesce(deltas.document_date, terms.document_date) as document_date,
        terms.distributor, terms.document_no, terms.line_no, terms.line_key,
        terms.terms_document, terms.terms_date, versions.version, terms.year_start,
        terms.period_start, terms.position_family, deltas.sale_id is not null as is_due,
        true as is_stated, terms.level, terms.schedule
    from intermediate.credit_deltas as deltas
    join intermediate.stated_terms as terms using (credit_id)
    left join rules.versions as versions on versions.hash = terms.rules_hash
),
new as (
    select
        credit_id, due.sale_id, due.partner_id, due.incentive, due.base, due.month as due_month,
        null::date as stated_month, due.document_date, due.distributor, due.document_no,
        due.line_no, due.line_key, due.terms_document, due.terms_date, due.version,
        due.year_start, due.period_start, due.position_family, true as is_due,
        false as is_stated, null as level, null as schedule
    from intermediate.due_credits as due
    anti join intermediate.stated_credits as stated using (credit_id)
),
movements as (
    select * from affected
    union all by name
    select * from new
)
select
    m.credit_id, m.sale_id, m.partner_id, m.incentive, m.base,
    greatest(m.due_month, p.first_open) as posting_month,
    case when m.is_stated then m.stated_month when m.due_month < p.first_open then m.due_month
        end as adjusts_month,
    m.document_date, m.distributor, m.document_no, m.terms_document, m.line_no, m.line_key,
    m.terms_date, m.version, m.year_start, m.period_start, m.position_family, m.is_due,
    m.is_stated, m.level, m.schedule
from movements as m
cross join rules.programme as p
where greatest(m.due_month, p.first_open) <= p.through_month
