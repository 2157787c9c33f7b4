-- The links of lines to deals that do not count yet, with the line that each names.
--
-- grain: file_id, line
-- file_id, line
-- held_reason  why it does not count
-- deal_id, month, distributor, document_no, document_date, line_no, end_customer, sku, net_amount,
-- currency
select
    k.file_id, k.line, coalesce(k.held_reason, 'follows_its_line') as held_reason, k.deal_id,
    coalesce(s.month, least(date_trunc('month', f.landed_at)::date, p.through_month)) as month,
    k.distributor, k.document_no, s.document_date, k.line_no, s.end_customer, s.sku, s.net_amount,
    s.currency
from intermediate.deal_links as k
join staging.files as f using (file_id)
cross join rules.programme as p
left join intermediate.lines as s using (sale_id)
where k.held_reason is not null or s.deal_id is distinct from k.deal_id
