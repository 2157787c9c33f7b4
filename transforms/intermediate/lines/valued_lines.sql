-- The licence and service lines that can be valued, with the programme version whose rules hold for
-- them. Nothing later than the month of the run, but for what has been stated and got a later day
-- since; and none of which all that follows has been stated.
--
-- is a view
-- grain: sale_id
-- sale_id         file and line in one number
-- distributor     code of the sender
-- document_no     the document
-- line_no         its line
-- line_key        the rest of the key a feed declares
-- document_date   day of the document
-- month           first day of its month
-- terms_date      the day whose rules hold
-- terms_document  the document whose position it moves under the method document
-- distributor_id  the distributor as a partner
-- partner_id      the buying partner
-- family          of products
-- is_licence      services count for nothing
-- amount          in the programme currency
-- deal_id         the registered deal
-- version         of the programme, null before the first
select sale_id, distributor, document_no, line_no, line_key, document_date, month, terms_date,
    if(returned_sale_id is null, document_no, returns_document) as terms_document, distributor_id,
    partner_id, family, is_licence, amount, deal_id, version
from intermediate.lines
where is_valued
