-- Every claim with every line of its deal: whether it counts, or why not.
--
-- grain: sale_id, returned_sale_id, incentive, partner_code, role
-- sale_id, returned_sale_id, incentive, month, deal_id, partner_code
-- partner_id  the partner who claims; null when unknown
-- role, registered_on, status, document_date, distributor, document_no, line_no, file_name,
-- file_line
-- is_counted  true: the claim counts for this line
-- reason      why the claim does not count; null when it does
select
    l.sale_id, l.returned_sale_id, c.incentive, l.month, c.deal_id, c.partner_code,
    c.partner_id, c.role,
    c.registered_on, c.status,
    l.document_date, l.distributor, l.document_no,
    l.line_no, f.file_name, l.line as file_line, c.reason is null as is_counted, c.reason
from intermediate.claims as c
join intermediate.credited_lines as l on l.claims_sale_id = c.sale_id
join staging.files as f using (file_id)
where l.change_id is null
