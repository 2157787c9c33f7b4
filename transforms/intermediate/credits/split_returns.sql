-- The parts of returns that name no sale as lines of their own, each with the terms of the sale
-- that it takes back.
--
-- grain: sale_id, matched_sale
-- sale_id, file_id, line, distributor, document_no, line_no, line_key, document_type,
-- document_date, month, terms_date, version, returns_document, returns_line, returned_sale_id,
-- distributor_id, partner_code, partner_id
-- is_outside  the buyer is declared to be no partner
-- end_customer, sku, product_name, family, basis, quantity, net_amount, currency, rate, rate_date,
-- amount, terms_document, terms_line, deal_id, change_id, contract, term_months, annual_amount
-- matched_sale    key of the sale
-- claims_sale_id  the sale, whose claims it is shared by
select
    r.* exclude (is_unnamed) replace (
        p.quantity as quantity, p.net_amount as net_amount, p.rate as rate,
        p.rate_date as rate_date, p.amount as amount, s.document_no as returns_document,
        s.line_no as returns_line, s.sale_id as returned_sale_id, s.terms_date as terms_date,
        s.version as version, s.distributor_id as distributor_id, s.partner_id as partner_id,
        s.product_name as product_name, s.family as family, s.basis as basis,
        s.terms_document as terms_document, s.terms_line as terms_line,
        s.deal_id as deal_id, s.contract as contract),
    p.matched_sale, s.sale_id as claims_sale_id
from intermediate.return_parts as p
join intermediate.valued_lines as r on r.sale_id = p.sale_id
join intermediate.valued_lines as s on s.sale_id = p.matched_sale_id
where p.held_reason is null
