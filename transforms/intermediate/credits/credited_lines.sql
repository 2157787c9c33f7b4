-- The lines that can be credited, as statements show them. A return that names no sale is in parts
-- here, one for each sale it takes back, with the terms and claims of that sale.
--
-- is a view
-- grain: sale_id, matched_sale
-- sale_id, file_id, line, distributor, document_no, line_no, line_key, document_type,
-- document_date, month, terms_date, version, returns_document, returns_line, returned_sale_id,
-- distributor_id, partner_code, partner_id, end_customer, sku, product_name, family, is_licence,
-- quantity, net_amount, currency, rate, rate_date, amount, deal_id, change_id
-- matched_sale    key of the sale that a part takes back; empty for all other lines
-- claims_sale_id  the line whose claims it is shared by: itself, or the sale of a part
-- terms_document  its own document, or that of the sale it takes back
select * exclude (is_unnamed), '' as matched_sale, sale_id as claims_sale_id,
    if(returned_sale_id is null, document_no, returns_document) as terms_document
from intermediate.valued_lines
where not is_unnamed
union all by name
select
    r.* exclude (is_unnamed) replace (
        p.quantity as quantity, p.net_amount as net_amount, p.rate as rate,
        p.rate_date as rate_date, p.amount as amount, s.document_no as returns_document,
        s.line_no as returns_line, s.sale_id as returned_sale_id, s.terms_date as terms_date,
        s.version as version, s.distributor_id as distributor_id, s.partner_id as partner_id,
        s.product_name as product_name, s.family as family, s.is_licence as is_licence,
        s.deal_id as deal_id),
    p.matched_sale, s.sale_id as claims_sale_id, s.document_no as terms_document
from intermediate.return_parts as p
join intermediate.valued_lines as r on r.sale_id = p.sale_id
join intermediate.valued_lines as s on s.sale_id = p.matched_sale_id
where p.held_reason is null
