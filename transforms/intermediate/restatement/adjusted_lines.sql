-- The current line of each credit that is to be adjusted, found by its key.
--
-- grain: credit_id
-- credit_id, sale_id, net_amount, amount
-- held_reason  why it cannot be valued yet; null when it can
-- partner_id   the buying partner
-- partner_code, document_date, sku, currency, rate_date, deal_id, file_name, file_line, sha256
select
    credits.credit_id, lines.sale_id, coalesce(parts.net_amount, lines.net_amount) as net_amount,
    coalesce(parts.amount, lines.amount) as amount, lines.held_reason,
    lines.partner_id, lines.partner_code, lines.document_date, lines.sku, lines.currency,
    lines.rate_date, lines.deal_id, files.file_name, lines.line as file_line, files.sha256
from intermediate.adjusting_credits as credits
join intermediate.lines as lines
    on lines.distributor = credits.distributor and lines.document_no = credits.document_no
    and lines.line_no = credits.line_no and lines.line_key = credits.line_key
    and lines.change_id is null
left join intermediate.return_parts as parts
    on parts.sale_id = lines.sale_id and parts.matched_sale = credits.matched_sale
    and credits.matched_sale <> ''
join staging.files as files using (file_id)
