-- The credits of closed months that should be something else than what was stated of
-- them. By far the most are as they were stated, and go no further than this.
--
-- grain: distributor, document_no, line_no, line_key, partner_id, module
-- distributor      code of the sender
-- document_no      the document
-- line_no          its line
-- line_key         the rest of the key a feed declares
-- partner_id       who is credited
-- module           through what
-- base             what moves: what it should be, less what was stated
-- stated_month     the month it was first stated in
-- sale_id          the line, as all below by today's facts; null when it does not count today
-- month            of its document
-- document_date    day of the document
select distributor, document_no, line_no, line_key, partner_id, module, (coalesce(d.base, 0) - s.base)::decimal(18,2) as base,
    s.month as stated_month, d.sale_id, d.month, d.document_date
from intermediate.stated_bases as s
left join intermediate.due_credits as d using (distributor, document_no, line_no, line_key, partner_id, module)
where coalesce(d.base, 0) <> s.base
