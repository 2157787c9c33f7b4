-- How each line of a registered deal was shared among those who influenced it.
--
-- grain: sale_id, partner_id
-- sale_id        the line
-- month          first day of the month it is stated in
-- deal_id        the deal
-- partner_id     who is credited
-- roles          what for
-- numerator      the partner's part of the line
-- denominator    is numerator / denominator
-- amount         of the line, in the programme currency
-- base           the partner's part of it, to the cent
-- document_date  day of the document
-- distributor    code of the sender
-- document_no    the document
-- line_no        its line
select s.sale_id, l.month, l.deal_id, s.partner_id, s.roles, s.numerator, s.denominator, l.amount, s.base, l.document_date, l.distributor,
    l.document_no, l.line_no
from intermediate.shares as s
join intermediate.dated_lines as l on l.sale_id = s.sale_id
