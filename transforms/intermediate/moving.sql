-- The credits that are not what was stated of them: those of which nothing was
-- stated, and those that should be something else. By far the most of a closed
-- month are as they were stated, and go no further than this.
--
-- grain: distributor, document_no, line_no, line_key, partner_id, module
-- distributor      code of the sender
-- document_no      the document
-- line_no          its line
-- line_key         the rest of the key a feed declares
-- partner_id       who is credited
-- module           through what
-- base             what moves: what it should be, less what was stated
-- stated_month     the month it was first stated in; null when nothing was
-- sale_id          the line, as all below by today's facts; null when it does not count today
-- month            of its document
-- document_date    day of the document
-- terms_document   the document whose position it moves under the method document
-- terms_date       the day whose rules hold
-- version          of the programme on that day
-- year_start       first day of its programme year
-- period_start     first day of the period its module accumulates over
-- position_family  the family with a position of its own; empty for all others
select distributor, document_no, line_no, line_key, partner_id, module, (coalesce(d.base, 0) - coalesce(s.base, 0))::decimal(18,2) as base,
    s.month as stated_month, d.sale_id, d.month, d.document_date, d.terms_document, d.terms_date, d.version, d.year_start, d.period_start,
    d.position_family
from intermediate.due_credits as d
full join intermediate.stated_bases as s using (distributor, document_no, line_no, line_key, partner_id, module)
where s.month is null or coalesce(d.base, 0) <> s.base
