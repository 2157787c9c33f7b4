-- The lines that are worked out again and had been stated of partners who are inactive
-- today. A partner's status has no date: what was stated of one is kept.
--
-- grain: sale_id, partner_id, module
-- sale_id     the line
-- partner_id  who was credited
-- module      through what
select l.sale_id, s.partner_id, s.module
from intermediate.stated_bases as s
join intermediate.partners as p on p.partner_id = s.partner_id and not p.is_active
join intermediate.dated_lines as l
    on l.distributor = s.distributor and l.document_no = s.document_no and l.line_no = s.line_no and l.line_key = s.line_key
