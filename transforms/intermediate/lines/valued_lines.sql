-- The lines that can be valued, up to the month of the run. A stated line whose day is now later is
-- here too, and so are lines that a person has to accept.
--
-- is a view
-- grain: sale_id
-- sale_id, file_id, line, distributor, document_no, line_no, line_key, document_type,
-- document_date, month, terms_date, version, returns_document, returns_line, returned_sale_id,
-- distributor_id, partner_code
-- partner_id  the buying partner; null where it is outside
-- is_outside  the buyer is declared to be no partner
-- end_customer, sku, product_name, family, basis, quantity, net_amount, currency, rate, rate_date,
-- amount, terms_document, terms_line, deal_id
-- change_id  the change that a person has to accept before the line counts; null where it counts
-- contract, term_months, annual_amount
-- is_unnamed  a return that is matched to sales
select * exclude (held_reason, is_valued, awaits_change)
from intermediate.lines
where is_valued
    or awaits_change and month <= (select through_month from rules.programme)
