-- Sell-out lines as distributors sent them, every version of each.
--
-- grain: file_id, line
-- sale_id, file_id, line, distributor, document_no, line_no, line_key, document_type,
-- document_date, partner_code, partner_name, partner_town, partner_country, end_customer, sku,
-- quantity, net_amount, currency, deal_id, returns_document, returns_line
-- returns_key  the line_key of the line it returns, where line numbers have parts
-- contract       new, renewal or expansion
-- term_months    for how many months it was sold
-- annual_amount  what a year of it costs, without sign
select
    file_id::bigint * 10000000000 + line as sale_id, file_id, line, distributor, document_no,
    line_no,
    coalesce(line_key, '') as line_key, if(is_return, 'return', 'sale') as document_type,
    document_date, partner_code, partner_name, partner_town, partner_country, end_customer, sku,
    quantity,
    net_amount, currency, deal_id, returns_document, returns_line, returns_key,
    contract, term_months, annual_amount
from raw.sales
