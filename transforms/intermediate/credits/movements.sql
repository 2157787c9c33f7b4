-- The movements of the open months, and those of changes that wait for a person. A movement belongs
-- to the month of its document. If that month is closed, the movement is an adjustment in the first
-- open month.
--
-- grain: credit_id
-- credit_id      of a waiting change, made of the credit and the change
-- sale_id, matched_sale, partner_id, incentive, base
-- posting_month  month it is stated in
-- adjusts_month, document_date, distributor, document_no, terms_document, terms_line, line_no,
-- line_key, terms_date, version, year_start, period_start, position_family
-- is_due     the credit counts today
-- has_stated_terms  it has the terms that were stated of it, or of the sale it takes back
-- level      as stated; null when nothing was
-- schedule   as stated
-- change_id  the change that waits for a person; null where the movement counts
-- status_on  the day its points count from for the level: a return has that of its sale; null for a
--            stated credit, which keeps its day
with adjusting as (
    select
        if(decisions.is_accepted, credit_id, md5(concat(decisions.change_id, credit_id))::uuid)
        as credit_id, adjusting.* exclude (credit_id, stated_month, is_stated),
        if(decisions.is_accepted, null, decisions.change_id) as change_id
    from intermediate.adjusting_credits as adjusting
    join intermediate.adjustment_decisions as decisions using (credit_id)
    where decisions.is_accepted is not false
        and credit_id not in (select credit_id from intermediate.returns_as_stated)
),
new as (
    select due.* exclude (month), due.month as due_month, null::date as adjusts_month,
        true as is_due, null as change_id
    from intermediate.due_credits as due
    join rules.programme as p on due.month >= p.first_open
    anti join intermediate.stated_credits as stated using (credit_id)
    anti join intermediate.returns_as_stated as returned using (credit_id)
),
returned as (
    select
        returned.* exclude (month), returned.month as due_month,
        if(returned.month < p.first_open, returned.month, null) as adjusts_month, true as is_due,
        true as has_stated_terms, null as change_id
    from intermediate.returns_as_stated as returned
    cross join rules.programme as p
    where returned.base <> 0
),
changing as (
    select
        md5(concat(changes.change_id, changes.credit_id))::uuid as credit_id, changes.sale_id,
        changes.matched_sale,
        changes.partner_id, changes.incentive, changes.base, changes.due_month,
        if(changes.due_month < p.first_open, changes.due_month, null) as adjusts_month,
        changes.document_date, changes.distributor, changes.document_no, changes.line_no,
        changes.line_key, coalesce(terms.terms_document, changes.terms_document)
        as terms_document, coalesce(terms.terms_line, changes.terms_line) as terms_line,
        coalesce(terms.terms_date, changes.terms_date) as terms_date,
        coalesce(versions.version, changes.version) as version,
        coalesce(terms.year_start, changes.year_start) as year_start,
        coalesce(terms.period_start, changes.period_start) as period_start,
        coalesce(terms.position_family, changes.position_family) as position_family,
        true as is_due, terms.credit_id is not null as has_stated_terms, terms.level,
        terms.schedule,
        changes.change_id, null::date as status_on
    from intermediate.line_change_credits as changes
    cross join rules.programme as p
    left join intermediate.stated_terms as terms using (credit_id)
    left join rules.versions as versions on versions.hash = terms.rules_hash
),
movements as (
    select * from adjusting
    union all by name
    select * from new
    union all by name
    select * from returned
    union all by name
    select * from changing
)
select
    m.credit_id, m.sale_id, m.matched_sale, m.partner_id, m.incentive, m.base,
    greatest(m.due_month, p.first_open) as posting_month, m.adjusts_month, m.document_date,
    m.distributor, m.document_no, m.terms_document, m.terms_line, m.line_no, m.line_key,
    m.terms_date, m.version,
    m.year_start, m.period_start, m.position_family, m.is_due, m.has_stated_terms, m.level,
    m.schedule,
    m.change_id, m.status_on
from movements as m
cross join rules.programme as p
where greatest(m.due_month, p.first_open) <= p.through_month
