-- The licence and service lines that can be valued, with the programme version
-- whose rules hold for them. Nothing later than the month of the run, but for what
-- has been stated and got a later day since; and none of which all that follows has
-- been stated.
--
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
select l.sale_id, l.distributor, l.document_no, l.line_no, l.line_key, l.document_date, l.month, l.terms_date,
    if(l.returned_sale_id is null, l.document_no, l.returns_document) as terms_document, l.distributor_id, l.partner_id, l.family, l.is_licence, l.amount, l.deal_id, l.version
from intermediate.lines as l
cross join rules.programme as p
where l.held_reason is null and not l.is_settled
    and (l.month <= p.through_month
        or (l.distributor, l.document_no, l.line_no, l.line_key) in (select (distributor, document_no, line_no, line_key) from intermediate.stated_bases))
