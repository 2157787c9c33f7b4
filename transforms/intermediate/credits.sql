-- The movements of the open months: what each credit should be, less what the
-- closed months have stated of it. One that nothing was stated of moves by all
-- of it. Movements belong to the month of their document, or to the first open
-- month when that is closed. What was stated keeps the terms it was stated with.
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
with compared as (
    select coalesce(d.sale_id, s.sale_id) as sale_id,
        partner_id, module, coalesce(d.base, 0)::decimal(18,2) as due, coalesce(s.base, 0)::decimal(18,2) as stated,
        coalesce(d.month, s.month) as due_month, s.month as stated_month,
        coalesce(d.document_date, s.document_date) as document_date, distributor, document_no, line_no, line_key,
        if(s.month is null, d.terms_document, s.terms_document) as terms_document, if(s.month is null, d.terms_date, s.terms_date) as terms_date,
        if(s.month is null, d.version, v.version) as version, if(s.month is null, d.year_start, s.year_start) as year_start,
        if(s.month is null, d.period_start, s.period_start) as period_start,
        if(s.month is null, d.position_family, s.position_family) as position_family,
        d.sale_id is not null as is_due, s.month is not null as is_stated, s.level, s.schedule
    from intermediate.due_credits as d
    full join intermediate.stated_credits as s using (distributor, document_no, line_no, line_key, partner_id, module)
    left join rules.versions as v on v.hash = s.rules_hash
)
select c.sale_id, c.partner_id, c.module, (c.due - c.stated)::decimal(18,2) as base, greatest(c.due_month, p.first_open) as posting_month,
    case when c.is_stated then c.stated_month when c.due_month < p.first_open then c.due_month end as mends_month,
    c.document_date, c.distributor, c.document_no, c.terms_document, c.line_no, c.line_key, c.terms_date, c.version, c.year_start, c.period_start,
    c.position_family, c.is_due, c.is_stated, c.level, c.schedule
from compared as c
cross join rules.programme as p
where (not c.is_stated or c.due <> c.stated) and greatest(c.due_month, p.first_open) <= p.through_month
