-- Every claim against every line of its deal: counted, or why not.
--
-- grain: sale_id, partner_code, role
-- sale_id
-- month          first day of the line's month
-- deal_id
-- partner_code   who claims, as the claim names it
-- partner_id     the partner who claims; null when unknown
-- role           what for: sourced, influenced or delivered
-- registered_on  day the claim was registered
-- status         status of the claim
-- document_date  day of the line's document
-- distributor, document_no, line_no
-- file_name      what the sender called the line's file
-- file_line      physical line in the line's file, from 1
-- is_counted     true: the claim counts for this line
-- reason         why the claim does not count; null when it does
select
    c.sale_id, l.month, c.deal_id, c.partner_code, c.partner_id, c.role, c.registered_on, c.status,
    l.document_date, l.distributor, l.document_no,
    l.line_no, f.file_name, l.line as file_line, c.reason is null as is_counted, c.reason
from intermediate.claims as c
join intermediate.lines as l on l.sale_id = c.sale_id
join staging.files as f on f.file_id = l.file_id
