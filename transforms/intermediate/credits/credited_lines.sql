-- The lines that can be credited, as statements show them. A return that names no sale is in parts
-- here, one for each sale it takes back, with the terms and claims of that sale.
--
-- is a view
-- grain: sale_id, matched_sale
-- sale_id, file_id, line, distributor, document_no, line_no, line_key, document_type,
-- document_date, month, terms_date, version, returns_document, returns_line, returned_sale_id,
-- distributor_id, partner_code, partner_id
-- is_outside  the buyer is declared to be no partner
-- end_customer, sku, product_name, family, basis, quantity, net_amount, currency, rate, rate_date,
-- amount, terms_document, terms_line, deal_id, change_id
-- contract, term_months, annual_amount
-- matched_sale    key of the sale that a part takes back; empty for all other lines
-- claims_sale_id  the line whose claims it is shared by: itself, or the sale of a part
select * exclude (is_unnamed), '' as matched_sale, sale_id as claims_sale_id
from intermediate.valued_lines
where not is_unnamed
union all by name
select * from intermediate.split_returns
