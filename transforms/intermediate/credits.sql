-- The movements of the open months: what each credit should be, less what the
-- closed months have stated of it. One that nothing was stated of moves by all
-- of it. Movements belong to the month of their document, or to the first open
-- month when that is closed. What was stated keeps the terms it was stated with. Other
-- tables name one by its rowid: three columns, two of them texts, were most of the work
-- of a dozen joins.
--
-- grain: sale_id, partner_id, module
-- sale_id          the line, or the version stated last when it is no longer there
-- partner_id       who is credited
-- module           through what
-- base             in the programme currency
-- posting_month    the month it is stated in
-- mends_month      the closed month it mends; null for what is new in an open one
-- document_date    day of the document
-- distributor      code of the sender
-- document_no      the document
-- terms_document   the document whose position it moves under the method document
-- line_no          its line
-- line_key         the rest of the key a feed declares
-- terms_date       the day whose rules hold
-- version          of the programme on that day
-- year_start       first day of its programme year
-- period_start     first day of the period its module accumulates over
-- position_family  the family with a position of its own; empty for all others
-- is_due           the credit counts today
-- is_stated        something was stated of it
-- level            it was stated with; null when nothing was
-- schedule         it was stated with
with termed as (
    select coalesce(m.sale_id, s.sale_id) as sale_id, partner_id, module, m.base, coalesce(m.month, m.stated_month) as due_month, m.stated_month,
        coalesce(m.document_date, s.document_date) as document_date, distributor, document_no, line_no, line_key,
        s.terms_document, s.terms_date, v.version, s.year_start, s.period_start, s.position_family,
        m.sale_id is not null as is_due, true as is_stated, s.level, s.schedule
    from intermediate.moving as m
    left join intermediate.stated_credits as s using (distributor, document_no, line_no, line_key, partner_id, module)
    left join rules.versions as v on v.hash = s.rules_hash
    union all
    select d.sale_id, d.partner_id, d.module, d.base, d.month, null, d.document_date, d.distributor, d.document_no, d.line_no, d.line_key,
        d.terms_document, d.terms_date, d.version, d.year_start, d.period_start, d.position_family, true, false, null, null
    from intermediate.due_credits as d
    anti join intermediate.stated_bases as s using (distributor, document_no, line_no, line_key, partner_id, module)
)
select t.sale_id, t.partner_id, t.module, t.base, greatest(t.due_month, p.first_open) as posting_month,
    case when t.is_stated then t.stated_month when t.due_month < p.first_open then t.due_month end as mends_month,
    t.document_date, t.distributor, t.document_no, t.terms_document, t.line_no, t.line_key, t.terms_date, t.version, t.year_start, t.period_start,
    t.position_family, t.is_due, t.is_stated, t.level, t.schedule
from termed as t
cross join rules.programme as p
where greatest(t.due_month, p.first_open) <= p.through_month
