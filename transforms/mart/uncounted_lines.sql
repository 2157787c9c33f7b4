-- Sell-out lines that are known in full and do not count, and why.
--
-- grain: sale_id, partner_id, module
-- sale_id        the line
-- partner_id     who would have been credited
-- module         through what
-- month          first day of the line's month
-- reason         why not
-- document_date  day of the document
-- distributor    code of the sender
-- document_no    the document
-- line_no        its line
-- base           what would have counted, in the programme currency
select p.sale_id, p.partner_id, p.module, l.month, p.reason, l.document_date, l.distributor, l.document_no, l.line_no, p.base
from intermediate.purchases as p
join intermediate.dated_lines as l on l.sale_id = p.sale_id
where p.reason is not null
