-- The licence and service lines that can be valued, with the programme version whose rules hold for
-- them. Nothing later than the month of the run, but for what has been stated and got a later day
-- since; and none of which all that follows has been stated.
--
-- is a view
-- grain: sale_id
-- sale_id, distributor, document_no, line_no, line_key, document_date, month, terms_date,
-- terms_document
-- distributor_id  the distributor as a partner
-- partner_id      the buying partner
-- family, is_licence, amount, deal_id
-- version         of the programme, null before the first
select sale_id, distributor, document_no, line_no, line_key, document_date, month, terms_date,
    if(returned_sale_id is null, document_no, returns_document) as terms_document, distributor_id,
    partner_id, family, is_licence, amount, deal_id, version
from intermediate.lines
where is_valued
