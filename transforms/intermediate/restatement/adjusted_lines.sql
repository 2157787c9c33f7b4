-- The current line of each adjustment, found by its key.
--
-- grain: credit_id
-- credit_id, sale_id, net_amount, amount
-- held_reason  why it cannot be valued yet; null when it can
-- partner_id   the buying partner
-- sku, currency, rate_date, deal_id, file_name, file_line, sha256
select
    credits.credit_id, lines.sale_id, lines.net_amount, lines.amount, lines.held_reason,
    lines.partner_id, lines.sku, lines.currency, lines.rate_date, lines.deal_id, files.file_name,
    lines.line as file_line, files.sha256
from intermediate.credits as credits
join intermediate.lines as lines using (distributor, document_no, line_no, line_key)
join staging.files as files using (file_id)
where credits.adjusts_month is not null
